import type { Report } from '../report.ts'
import {
  CHART_COLOURS,
  linearScale,
  px,
  type Scale,
  svgDocument,
  svgText,
  textWidthPx,
  wrapText,
} from '../svg-chart.ts'
import { simulatedNote } from './leaves-chart.ts'

const WIDTH_PX = 960
const HEIGHT_PX = 480
const SIDE_PX = 24
const TITLE_PX = 18
const TEXT_PX = 13
const DAY_MS = 86_400_000

type Looks = Report['looks']

/** Narrow less broad day by day with its confidence sequence; undefined where no day has enough. */
export function looksChart(report: Report): string | undefined {
  const { looks, goal, title } = report
  const last = looks.at(-1)
  if (!last) return undefined
  const heading = findingOf(looks, goal)
  const subtitle =
    `${title}${simulatedNote(report)}: people who matched a segment, by assigned arm, all days up to each. In the end ` +
    `${number(last.narrow)} ${goal}s a person in narrow, ${number(last.broadControl)} in broad control.`
  const inner = WIDTH_PX - 2 * SIDE_PX
  let y = SIDE_PX
  const head: string[] = []
  for (const line of wrapText(heading, inner, TITLE_PX, 2)) {
    y += TITLE_PX + 5
    head.push(svgText(SIDE_PX, y - 5, line, { sizePx: TITLE_PX, weight: 700 }))
  }
  for (const line of wrapText(subtitle, inner, TEXT_PX, 2)) {
    y += TEXT_PX + 5
    head.push(svgText(SIDE_PX, y - 2, line, { colour: CHART_COLOURS.grey }))
  }
  head.push(...legend(y + 28))
  const top = y + 52
  const bottom = HEIGHT_PX - 64
  const bounds = looks.flatMap(({ sequence }) => [sequence.low, sequence.high])
  const yScale = linearScale([0, ...bounds], [bottom, top])
  const left = SIDE_PX + 36 + Math.max(...yScale.ticks.map(({ label }) => textWidthPx(label, 12)))
  const right = WIDTH_PX - SIDE_PX - 40
  const xAt = dayScale(looks, [left, right])
  const axisTitle = `narrow less broad, ${goal}s a person`
  return svgDocument({ widthPx: WIDTH_PX, heightPx: HEIGHT_PX }, heading, subtitle, [
    ...head,
    ...grid(yScale, left, right),
    ...dayTicks(looks, xAt, bottom, left, right),
    svgText(SIDE_PX + 8, (top + bottom) / 2, axisTitle, { anchor: 'middle', turned: -90 }),
    svgText((left + right) / 2, bottom + 44, `day, in ${report.timeZone}`, { anchor: 'middle' }),
    ...marks(looks, xAt, yScale.at),
    `<line x1="${px(left)}" x2="${px(right)}" y1="${px(yScale.at(0))}" y2="${px(yScale.at(0))}" stroke="${CHART_COLOURS.ink}" stroke-width="1.5"/>`,
  ])
}

function findingOf(looks: Looks, goal: string): string {
  const isSure = ({ sequence: { low, high } }: Looks[number]) => low > 0 || high < 0
  const last = looks.at(-1)!
  if (!isSure(last)) {
    return `Whoever looks every day cannot tell narrow from broad in ${goal}s yet, nor say that they are equal`
  }
  let since = looks.length - 1
  while (since > 0 && isSure(looks[since - 1]!)) since--
  const more = last.sequence.low > 0 ? 'more' : 'fewer'
  return `Narrow brings ${more} ${goal}s a person than broad: sure since ${looks[since]!.day}, however often one looked`
}

function legend(y: number): string[] {
  const blue = CHART_COLOURS.blue
  const names = [
    'narrow less broad control',
    '95 % at every look together',
    '95 % for a single look',
  ] as const
  const signs = [
    (x: number) =>
      `<path d="M${px(x)} ${px(y - 4)}h20" stroke="${blue}" stroke-width="2.5"/><circle cx="${px(x + 10)}" cy="${px(y - 4)}" r="4" fill="${blue}"/>`,
    (x: number) =>
      `<rect x="${px(x)}" y="${px(y - 12)}" width="20" height="14" fill="${blue}" fill-opacity="0.18"/>`,
    (x: number) =>
      `<path d="M${px(x)} ${px(y - 4)}h20" stroke="${blue}" stroke-width="1.5" stroke-dasharray="4 3"/>`,
  ]
  let x = SIDE_PX
  return names.flatMap((name, at) => {
    const parts = [signs[at]!(x), svgText(x + 28, y, name)]
    x += 28 + textWidthPx(name, TEXT_PX) + 24
    return parts
  })
}

function dayScale(looks: Looks, [left, right]: readonly [number, number]): (day: string) => number {
  const first = Date.parse(looks[0]!.day)
  const days = (Date.parse(looks.at(-1)!.day) - first) / DAY_MS
  return (day) =>
    days === 0
      ? (left + right) / 2
      : left + 12 + ((Date.parse(day) - first) / DAY_MS / days) * (right - left - 24)
}

function grid(scale: Scale, left: number, right: number): string[] {
  return scale.ticks.flatMap(({ value, label }) => {
    const y = px(scale.at(value))
    return [
      `<line x1="${px(left)}" x2="${px(right)}" y1="${y}" y2="${y}" stroke="${CHART_COLOURS.line}"/>`,
      svgText(left - 8, scale.at(value) + 4, label, { sizePx: 12, anchor: 'end' }),
    ]
  })
}

/** As many days as find room, the first and the last among them. */
function dayTicks(
  looks: Looks,
  xAt: (day: string) => number,
  bottom: number,
  left: number,
  right: number,
): string[] {
  const room = textWidthPx('2026-11-28', 12) + 16
  const most = Math.max(2, Math.floor((right - left) / room))
  const step = Math.max(1, Math.ceil((looks.length - 1) / (most - 1)))
  const days = looks.map(({ day }) => day)
  const last = days.at(-1)!
  const shown = days.filter((_, at) => at % step === 0).filter((day) => xAt(last) - xAt(day) >= room)
  return [...shown, last].flatMap((day) => [
    `<line x1="${px(xAt(day))}" x2="${px(xAt(day))}" y1="${px(bottom)}" y2="${px(bottom + 5)}" stroke="${CHART_COLOURS.grey}"/>`,
    svgText(xAt(day), bottom + 20, day, { sizePx: 12, anchor: 'middle' }),
  ])
}

function marks(looks: Looks, xAt: (day: string) => number, yAt: (value: number) => number): string[] {
  const blue = CHART_COLOURS.blue
  const point = (look: Looks[number], value: number) => `${px(xAt(look.day))} ${px(yAt(value))}`
  const line = (heightOf: (look: Looks[number]) => number) =>
    `M${looks.map((look) => point(look, heightOf(look))).join('L')}`
  const single = looks.length === 1
  const back = looks.toReversed().map((look) => point(look, look.sequence.low))
  const band = single
    ? `<path d="M${point(looks[0]!, looks[0]!.sequence.low)}L${point(looks[0]!, looks[0]!.sequence.high)}" stroke="${blue}" stroke-opacity="0.3" stroke-width="14"/>`
    : `<path d="${line(({ sequence }) => sequence.high)}L${back.join('L')}Z" fill="${blue}" fill-opacity="0.18"/>`
  const dashes = `stroke="${blue}" stroke-width="1.5" stroke-dasharray="4 3" fill="none"`
  // One day has no line: a dash across its bar.
  const fixed = (heightOf: (look: Looks[number]) => number) =>
    single
      ? `<path d="M${px(xAt(looks[0]!.day) - 12)} ${px(yAt(heightOf(looks[0]!)))}h24" ${dashes}/>`
      : `<path d="${line(heightOf)}" ${dashes}/>`
  return [
    band,
    fixed(({ difference }) => difference.low!),
    fixed(({ difference }) => difference.high!),
    `<path d="${line(({ difference }) => difference.value)}" fill="none" stroke="${blue}" stroke-width="2.5"/>`,
    ...looks.map(
      (look) =>
        `<circle cx="${px(xAt(look.day))}" cy="${px(yAt(look.difference.value))}" r="4" fill="${blue}"><title>${look.day}: ${number(look.difference.value)}, ${number(look.sequence.low)} to ${number(look.sequence.high)}</title></circle>`,
    ),
  ]
}

function number(value: number): string {
  return value === 0 ? '0' : value.toPrecision(3)
}
