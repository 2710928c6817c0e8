import type { Direction } from './direction.ts'
import type { Fonts, FontWeight, MeasuredText } from './fonts.ts'
import { type LineBreak, lineBreaks } from './line-breaks.ts'
import { letterBefore } from './text-runs.ts'

export interface FitRequest {
  /** Plain text; a line feed ends a line. */
  readonly text: string
  readonly widthPx: number
  readonly heightPx: number
  readonly weight: FontWeight
  readonly maxFontPx: number
  readonly minFontPx: number
  readonly maxLines: number
  /** Distance of baselines as a multiple of the font size; more where the marks of a script need it. */
  readonly lineHeight: number
  readonly locale: string
  /** Default ltr. */
  readonly direction?: Direction
  /** A last line of one word alone is avoided, also by a smaller size; default false. */
  readonly avoidOrphans?: boolean
}

/** fits: at the largest size. shrunk: whole, at a smaller size. truncated: cut with an ellipsis at the smallest. */
export type FitOutcome = 'fits' | 'shrunk' | 'truncated'

export interface FittedText {
  readonly outcome: FitOutcome
  readonly fontPx: number
  readonly lines: readonly FittedLine[]
  /** Distinct graphemes that no font has; they are left out of the lines. */
  readonly missing: readonly string[]
  readonly room: LineRoom
}

/** The room that lines of a text take, in em. */
export interface LineRoom {
  /** From one baseline to the next. */
  readonly leadingEm: number
  /** Ink above a baseline and below it, of the whole text: it may be more than a line has. */
  readonly inkAboveEm: number
  readonly inkBelowEm: number
}

interface FittedLine extends MeasuredText {
  readonly text: string
}

/** Sizes tried lie this far apart. */
const STEP_PX = 0.5
/** Of rounding in sums of shares of an em; far below a hundredth of a pixel. */
const SLACK_EM = 1e-6

/**
 * The text in lines, at the largest font size that keeps all of it inside the box; whole words, lines of even length.
 * When even the smallest size is too large, what fits of it with an ellipsis (no line when not even that fits).
 */
export function fitText(request: FitRequest, fonts: Fonts): FittedText {
  const { text, weight, direction = 'ltr' } = request
  const breaks = lineBreaks(text, request.locale)
  const measure = (line: string, start: number) =>
    fonts.measure(line, weight, direction, letterBefore(text, start, direction))
  const whole = measure(text, 0)
  const room = lineRoom(whole, request.lineHeight)
  const fitted = withoutOrphan(request, fitWhole(request, room, breaks, measure), room, breaks, measure)
  const lines = fitted?.lines ?? cut(request, room, breaks, measure)
  return {
    outcome: fitted?.outcome ?? 'truncated',
    fontPx: fitted?.fontPx ?? request.minFontPx,
    lines: lines.map(({ text, start }) => ({ text, ...measure(text, start) })),
    missing: whole.missing,
    room,
  }
}

/** The same, or where its last line is one word alone and that is not wanted, with two words there, if any size allows. */
function withoutOrphan(
  request: FitRequest,
  fitted: Whole | undefined,
  room: LineRoom,
  breaks: readonly LineBreak[],
  measure: Measure,
): Whole | undefined {
  if (!request.avoidOrphans || !fitted || fitted.lines.length < 2) return fitted
  const { text, widthPx } = request
  const bound = bindLastWords(breaks)
  const last = breaks.at(-2)
  const isOrphan = last && bound.length < breaks.length && fitted.lines.at(-1)!.start === last.position
  const other = isOrphan ? fitWhole(request, room, bound, measure) : undefined
  if (!other) return fitted
  const lines = evenLines(text, bound, widthPx / other.fontPx, other.lines.length, measure)
  return { ...other, lines: lines ?? other.lines }
}

/** All of the text at the largest size that goes, or undefined when none does. */
function fitWhole(
  request: FitRequest,
  room: LineRoom,
  breaks: readonly LineBreak[],
  measure: Measure,
): Whole | undefined {
  const { text, widthPx, maxFontPx, minFontPx } = request
  const sizes = Math.ceil((maxFontPx - minFontPx) / STEP_PX)
  const sizeAt = (step: number) => Math.max(minFontPx, maxFontPx - step * STEP_PX)
  const linesAt = (fontPx: number) =>
    wrap(text, breaks, widthPx / fontPx, linesAllowed(request, room, fontPx), measure)

  // A smaller size never fits worse: the line gets longer in em, and more lines fit. So the search may halve.
  let low = 0
  let high = sizes + 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (linesAt(sizeAt(middle))) high = middle
    else low = middle + 1
  }
  if (low > sizes) return undefined
  const fontPx = sizeAt(low)
  const lines = balance(text, breaks, widthPx / fontPx, linesAt(fontPx)!, measure)
  return { outcome: low === 0 ? 'fits' : 'shrunk', fontPx, lines }
}

/** Fewer words than this are left to break where they must. */
const WORDS_TO_BIND = 4

/** Without the last opportunity of each paragraph of some words, so that its last line has two of them or more. */
function bindLastWords(breaks: readonly LineBreak[]): readonly LineBreak[] {
  const isEnd = (index: number) => index === breaks.length - 1 || breaks[index]!.required
  let words = 0
  return breaks.filter((_, index) => {
    words = isEnd(index) ? 0 : words + 1
    return words < WORDS_TO_BIND - 1 || !isEnd(index + 1)
  })
}

/** @param start where in the text the line begins */
type Measure = (line: string, start: number) => MeasuredText

interface Whole {
  readonly outcome: FitOutcome
  readonly fontPx: number
  readonly lines: readonly Line[]
}

/** A line of the text, trimmed; `start` is where it was cut from. */
interface Line {
  readonly text: string
  readonly start: number
}

/** Ink that leaves its line by less moves nothing: under a pixel up to 100 px, and baselines stay where they are. */
const OVERSHOOT_EM = 0.01

function lineRoom({ inkAboveEm, inkBelowEm, leadingEm }: MeasuredText, lineHeight: number): LineRoom {
  return {
    leadingEm: Math.max(lineHeight, leadingEm),
    inkAboveEm: Math.max(0, inkAboveEm - OVERSHOOT_EM),
    inkBelowEm: Math.max(0, inkBelowEm - OVERSHOOT_EM),
  }
}

function linesAllowed({ heightPx, maxLines }: FitRequest, room: LineRoom, fontPx: number): number {
  const heightEm = heightPx / fontPx + SLACK_EM
  const inkEm = room.inkAboveEm + room.inkBelowEm
  const byInk = Math.floor((heightEm - inkEm) / room.leadingEm) + 1
  return Math.max(0, Math.min(maxLines, Math.floor(heightEm / room.leadingEm), byInk))
}

/**
 * The first baseline, from the top of a box that the text was fitted to. Letters of Inter stand in the middle of their
 * lines; where ink would leave the box, all lines move.
 *
 * @param share of the free height that goes above the lines
 */
export function firstBaselinePx(
  { fontPx, lines, room }: FittedText,
  heightPx: number,
  share: number,
  { ascentEm, descentEm }: Fonts,
): number {
  const { leadingEm, inkAboveEm, inkBelowEm } = room
  const freePx = heightPx - lines.length * leadingEm * fontPx
  const usualPx = freePx * share + ((leadingEm + ascentEm - descentEm) / 2) * fontPx
  const lowestPx = heightPx - (inkBelowEm + (lines.length - 1) * leadingEm) * fontPx
  return Math.max(Math.min(usualPx, lowestPx), inkAboveEm * fontPx)
}

/** Greedy lines no wider than `widthEm`, or undefined when a word is wider or the lines are more than allowed. */
function wrap(
  text: string,
  breaks: readonly LineBreak[],
  widthEm: number,
  linesAllowed: number,
  measure: Measure,
): Line[] | undefined {
  const lines: Line[] = []
  for (let start = 0, at = 0; at < breaks.length; ) {
    if (lines.length >= linesAllowed) return undefined
    const last = endOfLine(text, start, breaks, at, widthEm, measure)
    if (last < at) return undefined
    const { position } = breaks[last]!
    lines.push({ text: text.slice(start, position).trim(), start })
    start = position
    at = last + 1
  }
  return lines
}

/**
 * The break, from number `at` on, that ends the longest line from `start`; `at - 1` when the first word alone is too
 * wide. A longer line is never narrower, so the search may leap: text that no font has is nothing wide, and measuring
 * it word by word would take the square of its length.
 */
function endOfLine(
  text: string,
  start: number,
  breaks: readonly LineBreak[],
  at: number,
  widthEm: number,
  measure: Measure,
): number {
  const fits = (index: number) =>
    measure(text.slice(start, breaks[index]!.position).trim(), start).widthEm <= widthEm + SLACK_EM
  const required = breaks.findIndex((each, index) => index >= at && each.required)
  let fitting = at - 1
  let tooWide = required < 0 ? breaks.length : required + 1
  for (let leap = 1; fitting + leap < tooWide; leap *= 2) {
    if (fits(fitting + leap)) fitting += leap
    else tooWide = fitting + leap
  }
  while (tooWide - fitting > 1) {
    const middle = (fitting + tooWide) >> 1
    if (fits(middle)) fitting = middle
    else tooWide = middle
  }
  return fitting
}

/** The same number of lines in the narrowest width that holds them, so that no line is left with one short word. */
function balance(
  text: string,
  breaks: readonly LineBreak[],
  widthEm: number,
  greedy: Line[],
  measure: Measure,
): Line[] {
  if (greedy.length < 2) return greedy
  let best = greedy
  let low = widthEm / 2
  let high = widthEm
  for (let round = 0; round < 8; round++) {
    const middle = (low + high) / 2
    const lines = wrap(text, breaks, middle, greedy.length, measure)
    if (lines) {
      best = lines
      high = middle
    } else {
      low = middle
    }
  }
  return best
}

/** More opportunities than this are not tried all against all. */
const MOST_EVEN = 60

/**
 * So many lines with the least sum of squares of what they leave free, as TeX has it; undefined for long texts.
 *
 * @see Knuth and Plass 1981, Software: Practice and Experience 11:1119-1184, doi:10.1002/spe.4380111102
 */
function evenLines(
  text: string,
  breaks: readonly LineBreak[],
  widthEm: number,
  count: number,
  measure: Measure,
): Line[] | undefined {
  if (breaks.length > MOST_EVEN) return undefined
  type Way = { readonly cost: number; readonly lines: readonly Line[] }
  /** The best ways to end a line at each break, by lines so far. */
  let ways = new Map<number, Way>([[-1, { cost: 0, lines: [] }]])
  for (let made = 0; made < count; made++) {
    const next = new Map<number, Way>()
    for (const [from, { cost, lines }] of ways) {
      const start = from < 0 ? 0 : breaks[from]!.position
      for (let to = from + 1; to < breaks.length; to++) {
        const line = { text: text.slice(start, breaks[to]!.position).trim(), start }
        const freeEm = widthEm - measure(line.text, start).widthEm
        if (freeEm < -SLACK_EM) break
        const sum = cost + freeEm ** 2
        if (sum < (next.get(to)?.cost ?? Number.POSITIVE_INFINITY))
          next.set(to, { cost: sum, lines: [...lines, line] })
        if (breaks[to]!.required) break
      }
    }
    ways = next
  }
  const best = ways.get(breaks.length - 1)
  return best && [...best.lines]
}

/** At the smallest size: as many lines as go, the last one cut at a grapheme and ended with an ellipsis. */
function cut(request: FitRequest, room: LineRoom, breaks: readonly LineBreak[], measure: Measure): Line[] {
  const { text, minFontPx } = request
  const widthEm = request.widthPx / minFontPx
  const allowed = linesAllowed(request, room, minFontPx)
  const lines: Line[] = []
  let start = 0
  for (let at = 0; lines.length < allowed - 1; ) {
    const last = endOfLine(text, start, breaks, at, widthEm, measure)
    if (last < at) break
    const { position } = breaks[last]!
    lines.push({ text: text.slice(start, position).trim(), start })
    start = position
    at = last + 1
  }
  if (allowed > 0) {
    const rest = text.slice(start).split('\n', 1)[0]!.trim()
    const last = withEllipsis(rest, widthEm, (line) => measure(line, start))
    if (last) lines.push({ text: last, start })
  }
  return lines
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The longest beginning that fits with an ellipsis behind it; undefined when the ellipsis alone does not. */
function withEllipsis(
  text: string,
  widthEm: number,
  measure: (line: string) => MeasuredText,
): string | undefined {
  const ends = [0, ...Array.from(graphemes.segment(text), ({ index, segment }) => index + segment.length)]
  const shortened = (count: number) => `${text.slice(0, ends[count]).trimEnd()}…`
  let fitting = -1
  let tooLong = ends.length
  while (tooLong - fitting > 1) {
    const middle = (fitting + tooLong) >> 1
    if (measure(shortened(middle)).widthEm <= widthEm + SLACK_EM) fitting = middle
    else tooLong = middle
  }
  return fitting < 0 ? undefined : shortened(fitting)
}
