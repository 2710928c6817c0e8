import { escapeText } from '../../../templates/escape.ts'
import { CHART_COLOURS, linearScale, px, svgDocument, svgText, textWidthPx, wrapText } from '../svg-chart.ts'

/** One estimate of a forest: a relative effect, 0.1 is +10 %, with its interval. */
export interface ForestRow {
  readonly label: string
  readonly value: number
  readonly low: number
  readonly high: number
  /** In words, right of the plot: the numbers. */
  readonly note: string
  /** Whether it is told from 0; colour and shape say so. */
  readonly tone: 'more' | 'less' | 'unclear'
}

export interface ForestGroup {
  /** Empty where there is one group only. */
  readonly title: string
  readonly rows: readonly ForestRow[]
}

export interface ForestChart {
  /** The finding, in a sentence. */
  readonly title: string
  /** What is plotted, of whom. */
  readonly subtitle: string
  readonly axis: string
  /** What each tone means, in a few words. */
  readonly tones: Readonly<Record<ForestRow['tone'], string>>
  readonly groups: readonly ForestGroup[]
}

const WIDTH_PX = 960
const SIDE_PX = 24
const TITLE_PX = 18
const TEXT_PX = 13
const ROW_PX = 24
const GROUP_PX = 32
const MOST_LABEL_PX = 300
/** An interval that is wider than so much of the largest effect is cut, with an arrow: else it hides all others. */
const MOST_SPAN = 3
const LEAST_SPAN = 0.1

/** Estimates one under the other with their intervals, on one axis. */
export function forestChart(chart: ForestChart): string {
  const rows = chart.groups.flatMap((group) => group.rows)
  const inner = WIDTH_PX - 2 * SIDE_PX
  const titleLines = wrapText(chart.title, inner, TITLE_PX, 2)
  const subtitleLines = wrapText(chart.subtitle, inner, TEXT_PX, 2)
  const labelPx = Math.min(
    MOST_LABEL_PX,
    Math.max(...rows.map(({ label }) => textWidthPx(label, TEXT_PX)), 80),
  )
  const notePx = Math.max(...rows.map(({ note }) => textWidthPx(note, TEXT_PX)), 40)
  const left = SIDE_PX + labelPx + 16
  const right = WIDTH_PX - SIDE_PX - notePx - 16

  let y = SIDE_PX
  const head: string[] = []
  for (const line of titleLines) {
    y += TITLE_PX + 5
    head.push(svgText(SIDE_PX, y - 5, line, { sizePx: TITLE_PX, weight: 700 }))
  }
  for (const line of subtitleLines) {
    y += TEXT_PX + 5
    head.push(svgText(SIDE_PX, y - 2, line, { colour: CHART_COLOURS.grey }))
  }
  y += 28
  head.push(...legend(y, chart))
  y += 20

  const largest = Math.max(LEAST_SPAN, ...rows.map(({ value }) => Math.abs(value)))
  const cut = (bound: number) => Math.max(-MOST_SPAN * largest, Math.min(MOST_SPAN * largest, bound))
  const scale = linearScale(
    [0, ...rows.flatMap(({ low, high, value }) => [cut(low), cut(high), value])],
    [left, right],
  )
  const top = y
  const body: string[] = []
  for (const { title, rows: members } of chart.groups) {
    if (title !== '') {
      y += GROUP_PX
      const [text] = wrapText(title, left - SIDE_PX - 8, TEXT_PX, 1)
      body.push(svgText(SIDE_PX, y - 10, text!, { weight: 700 }))
    }
    for (const row of members) {
      y += ROW_PX
      body.push(...rowMarks(row, y - ROW_PX / 2, scale.at, [left, right], labelPx))
    }
  }
  const bottom = y + 8
  const axis = scale.ticks.flatMap(({ value }) => {
    const x = scale.at(value)
    const stroke = Math.abs(value) < 1e-9 ? CHART_COLOURS.ink : CHART_COLOURS.line
    return [
      `<line x1="${px(x)}" x2="${px(x)}" y1="${px(top)}" y2="${px(bottom)}" stroke="${stroke}"/>`,
      svgText(x, bottom + 18, percentLabel(value, scale.ticks[1]!.value - scale.ticks[0]!.value), {
        sizePx: 12,
        anchor: 'middle',
      }),
    ]
  })
  const [axisText] = wrapText(chart.axis, inner, TEXT_PX, 1)
  const axisPx = textWidthPx(axisText!, TEXT_PX)
  const middle = Math.max(SIDE_PX + axisPx / 2, Math.min(WIDTH_PX - SIDE_PX - axisPx / 2, (left + right) / 2))
  return svgDocument({ widthPx: WIDTH_PX, heightPx: Math.ceil(bottom + 56) }, chart.title, chart.subtitle, [
    ...head,
    ...axis,
    svgText(middle, bottom + 42, axisText!, { anchor: 'middle' }),
    ...body,
  ])
}

const TONES = ['more', 'less', 'unclear'] as const

function legend(y: number, { tones, groups }: ForestChart): string[] {
  const used = new Set(groups.flatMap(({ rows }) => rows.map(({ tone }) => tone)))
  let x = SIDE_PX
  return TONES.filter((tone) => used.has(tone)).flatMap((tone) => {
    const parts = [mark(x + 8, y - 4, tone), svgText(x + 22, y, tones[tone])]
    x += 22 + textWidthPx(tones[tone], TEXT_PX) + 24
    return parts
  })
}

function rowMarks(
  row: ForestRow,
  y: number,
  at: (value: number) => number,
  [left, right]: readonly [number, number],
  labelPx: number,
): string[] {
  const [label] = wrapText(row.label, labelPx, TEXT_PX, 1)
  const colour = COLOURS[row.tone]
  const from = Math.max(left, at(row.low))
  const to = Math.min(right, at(row.high))
  const arrow = (x: number, direction: 1 | -1) =>
    `<path d="M${px(x - 6 * direction)} ${px(y - 4)}L${px(x)} ${px(y)}L${px(x - 6 * direction)} ${px(y + 4)}" ` +
    `stroke="${colour}" stroke-width="2" fill="none"/>`
  const cap = (x: number) =>
    `<path d="M${px(x)} ${px(y - 4)}V${px(y + 4)}" stroke="${colour}" stroke-width="2"/>`
  return [
    `<g><title>${escapeText(`${row.label}: ${row.note}`)}</title>`,
    svgText(left - 12, y + 4, label!, { anchor: 'end' }),
    `<path d="M${px(from)} ${px(y)}H${px(to)}" stroke="${colour}" stroke-width="2"/>`,
    at(row.low) < left - 0.5 ? arrow(left, -1) : cap(from),
    at(row.high) > right + 0.5 ? arrow(right, 1) : cap(to),
    mark(at(row.value), y, row.tone),
    svgText(right + 16, y + 4, row.note),
    '</g>',
  ]
}

const COLOURS: Readonly<Record<ForestRow['tone'], string>> = {
  more: CHART_COLOURS.blue,
  less: CHART_COLOURS.vermilion,
  unclear: CHART_COLOURS.grey,
}

/** A shape for each tone, so that they are told without colour too. */
function mark(x: number, y: number, tone: ForestRow['tone']): string {
  const colour = COLOURS[tone]
  if (tone === 'unclear') {
    return `<circle cx="${px(x)}" cy="${px(y)}" r="4.5" fill="#ffffff" stroke="${colour}" stroke-width="2"/>`
  }
  const tip = tone === 'more' ? -6 : 6
  const points = [
    [x - 6, y - tip * 0.75],
    [x + 6, y - tip * 0.75],
    [x, y + tip],
  ].map(([a, b]) => `${px(a!)},${px(b!)}`)
  return `<polygon points="${points.join(' ')}" fill="${colour}"/>`
}

function percentLabel(value: number, step: number): string {
  if (Math.abs(value) < step / 2) return '0'
  const digits = step * 100 < 1 ? 1 : 0
  return `${value > 0 ? '+' : '−'}${Math.abs(value * 100).toFixed(digits)} %`
}

/** +12 % (−3 to +28) */
export function effectNote(value: number, low: number, high: number): string {
  const text = (share: number) => {
    const rounded = Math.round(share * 100)
    return rounded === 0 ? '0' : `${rounded > 0 ? '+' : '−'}${Math.abs(rounded)}`
  }
  return `${text(value)} % (${text(low)} to ${text(high)})`
}
