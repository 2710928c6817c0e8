import { escapeText } from '../../templates/escape.ts'

/** Maps values to pixels, with the marks of its axis. */
export interface Scale {
  /** Pixels of a value. */
  at(value: number): number
  readonly ticks: readonly { readonly value: number; readonly label: string }[]
}

/** Wong's colours: they differ for every kind of colour blindness, and in grey. @see Wong 2011, Nature Methods 8:441 */
export const CHART_COLOURS = {
  blue: '#0072b2',
  vermilion: '#d55e00',
  ink: '#1a1a1a',
  grey: '#6b6b6b',
  line: '#dddddd',
} as const

const FONT = "Inter, 'Helvetica Neue', Arial, sans-serif"
/** Mean width of a character of that font, in em: wide enough that texts are cut early rather than late. */
const CHARACTER_EM = 0.6

/**
 * A linear scale with ticks at round values.
 *
 * @param values what must fit; a single value gets room around it
 * @param range pixels of the smallest and the largest value
 */
export function linearScale(
  values: readonly number[],
  range: readonly [number, number],
  mostTicks = 8,
): Scale {
  let low = Math.min(...values)
  let high = Math.max(...values)
  if (low === high) {
    const room = Math.abs(low) || 1
    low -= room
    high += room
  }
  const step = roundStep((high - low) / (mostTicks - 1))
  low = Math.floor(low / step + 1e-9) * step
  high = Math.ceil(high / step - 1e-9) * step
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  const [from, to] = range
  return {
    at: (value) => from + ((value - low) / (high - low)) * (to - from),
    ticks: Array.from({ length: Math.round((high - low) / step) + 1 }, (_, at) => {
      const value = low + at * step
      return { value, label: tickLabel(value, step, digits) }
    }),
  }
}

/** The next of 1, 2, 5, 10, 20, ... times a power of ten. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  const times = [1, 2, 5, 10].find((each) => each * power >= least * (1 - 1e-9))!
  return times * power
}

function tickLabel(value: number, step: number, digits: number): string {
  if (Math.abs(value) < step / 2) return '0'
  if (digits > 6 || Math.abs(value) >= 1e9) return value.toExponential(1)
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/**
 * A logarithmic scale of numbers from 1 with ticks at 1, 2, 5, 10, ..., as many as find room.
 *
 * @param margin share of the range left free at both ends
 */
export function logScale(values: readonly number[], range: readonly [number, number], margin = 0.06): Scale {
  let low = Math.log10(Math.min(...values))
  let high = Math.log10(Math.max(...values))
  if (high - low < 0.3) {
    low -= 0.3
    high += 0.3
  }
  const [from, to] = range
  const room = margin * (to - from)
  const at = (value: number) =>
    from + room + ((Math.log10(value) - low) / (high - low)) * (to - from - 2 * room)
  const all = Array.from({ length: 12 }, (_, power) => [1, 2, 5].map((times) => times * 10 ** power)).flat()
  const inside = all.filter((value) => at(value) >= from && at(value) <= to)
  const wholePowers = inside.filter((value) => Number.isInteger(Math.log10(value)))
  const ticks = inside.length > 10 ? wholePowers : inside
  return { at, ticks: ticks.map((value) => ({ value, label: value.toLocaleString('en-US') })) }
}

export interface SvgTextOptions {
  readonly sizePx?: number
  readonly weight?: 400 | 700
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly colour?: string
  /** Turned about its place, in degrees. */
  readonly turned?: number
}

/** A line of text; any text is safe. */
export function svgText(x: number, y: number, text: string, options: SvgTextOptions = {}): string {
  const { sizePx = 13, weight = 400, anchor = 'start', colour = CHART_COLOURS.ink, turned } = options
  const turn = turned === undefined ? '' : ` transform="rotate(${turned} ${px(x)} ${px(y)})"`
  return (
    `<text x="${px(x)}" y="${px(y)}" font-size="${sizePx}" font-weight="${weight}" text-anchor="${anchor}" ` +
    `fill="${colour}"${turn}>${escapeText(text)}</text>`
  )
}

/** About how wide a text is. */
export function textWidthPx(text: string, sizePx: number): number {
  return [...text].length * CHARACTER_EM * sizePx
}

/** A text in lines no wider than `widthPx`; the last of `most` lines ends in an ellipsis where there is more. */
export function wrapText(text: string, widthPx: number, sizePx: number, most: number): string[] {
  const fits = (line: string) => textWidthPx(line, sizePx) <= widthPx
  const lines: string[] = []
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    const last = lines.at(-1)
    if (last !== undefined && fits(`${last} ${word}`)) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  const shown = lines.slice(0, most)
  return shown.map((line, at) => {
    const cut = at === most - 1 && lines.length > most
    if (!cut && fits(line)) return line
    let characters = [...line]
    while (characters.length > 1 && !fits(`${characters.join('')}…`)) characters = characters.slice(0, -1)
    return `${characters.join('').trimEnd()}…`
  })
}

/** Pixels as they are written: a hundredth is finer than any screen. */
export function px(value: number): string {
  return String(Math.round(value * 100) / 100)
}

/**
 * A whole chart document on a white ground.
 *
 * @param description what it shows, for those who cannot see it
 */
export function svgDocument(
  size: { readonly widthPx: number; readonly heightPx: number },
  title: string,
  description: string,
  parts: readonly string[],
): string {
  const { widthPx, heightPx } = size
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" ` +
      `viewBox="0 0 ${widthPx} ${heightPx}" role="img" font-family="${FONT}">`,
    `<title>${escapeText(title)}</title>`,
    `<desc>${escapeText(description)}</desc>`,
    `<rect width="${widthPx}" height="${heightPx}" fill="#ffffff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}
