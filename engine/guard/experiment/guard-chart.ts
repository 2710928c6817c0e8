import { escapeText } from '../../../templates/escape.ts'
import {
  CHART_COLOURS,
  linearScale,
  logScale,
  px,
  type Scale,
  svgDocument,
  svgText,
  textWidthPx,
  wrapText,
} from '../../reporting/svg-chart.ts'
import { wholeNumber } from '../../reporting/text-table.ts'
import type { GuardCandidate, GuardReport } from './guard-report.ts'
import { type OutcomeUnits, outcomeUnits } from './outcome-units.ts'

const WIDTH_PX = 880
const HEIGHT_PX = 540
const SIDE_PX = 24
const TITLE_PX = 18
const NOTE_PX = 13
/** Room right of the plot, for what lines are called. */
const LINE_NAME_PX = 60
/** Of marks at one number of segments, from one to the next. */
const MARK_GAP_PX = 14
/** More lines from in-sample to held out than this only hide the marks. */
const MOST_LINKS = 24

/**
 * The chart of gain against number of segments: of each segmentation what it seems to gain in-sample and what it gains
 * held out, with its 95 % interval; the zero line is broad. Undefined where nothing was judged.
 *
 * @param currency ISO 4217, of an outcome that is money
 * @returns an SVG document
 */
export function guardChart(report: GuardReport, currency?: string): string | undefined {
  const { candidates, experiment } = report
  if (candidates.length === 0) return undefined
  const units = outcomeUnits(experiment, currency)
  const inner = WIDTH_PX - 2 * SIDE_PX
  const title = titleOf(report, units)
  const titleLines = wrapText(title, inner, TITLE_PX, 2)
  const noteLines = wrapText(noteOf(report, units), inner, NOTE_PX, 2)

  let y = SIDE_PX
  const head: string[] = []
  for (const line of titleLines) {
    y += TITLE_PX + 5
    head.push(svgText(SIDE_PX, y - 5, line, { sizePx: TITLE_PX, weight: 700 }))
  }
  for (const line of noteLines) {
    y += NOTE_PX + 5
    head.push(svgText(SIDE_PX, y - 2, line, { sizePx: NOTE_PX, colour: CHART_COLOURS.grey }))
  }
  const legend = legendAt(y + 26, report)
  const top = y + 26 + legend.heightPx + 26
  const bottom = HEIGHT_PX - 64
  const values = [
    0,
    ...candidates.flatMap(({ heldOutGain, guardedGain, inSampleGain, decision }) => [
      ...(decision === 'chosen' ? [guardedGain.value] : []),
      heldOutGain.low,
      heldOutGain.high,
      heldOutGain.value,
      inSampleGain,
    ]),
  ].map(units.scaled)
  const yScale = linearScale(values, [bottom, top])
  const left = SIDE_PX + 44 + Math.max(...yScale.ticks.map(({ label }) => textWidthPx(label, 12)))
  const right = WIDTH_PX - SIDE_PX - LINE_NAME_PX
  const xScale = logScale(candidates.map(segmentsOf), [left, right])
  const frame = { left, right, top, bottom }

  return svgDocument({ widthPx: WIDTH_PX, heightPx: HEIGHT_PX }, title, noteOf(report, units), [
    ...head,
    ...legend.parts,
    ...axes(frame, xScale, yScale, [`gain over broad (${experiment.broadArm}),`, units.gainUnit]),
    ...marks(report, xScale, yScale, units),
  ])
}

interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

function titleOf({ verdict, columns, gain, experiment }: GuardReport, units: OutcomeUnits): string {
  const { broadArm } = experiment
  if (verdict === 'SPLIT' && gain) {
    const what = columns.length === 0 ? 'Another arm than broad' : `Splitting by ${columns.join(' and ')}`
    return `${what} gains ${units.gain(gain.heldOut.value)} held out; in-sample it looks like ${units.gain(gain.inSample)}`
  }
  return verdict === 'BROAD'
    ? `No split pays: ${broadArm} for everybody`
    : `No split is proved to pay, nor that none does: ${broadArm} for everybody for now`
}

function noteOf({ experiment, candidates }: GuardReport, units: OutcomeUnits): string {
  const finest = candidates.reduce((a, b) => (b.segments > a.segments ? b : a))
  return (
    `${experiment.outcome} by ${experiment.treatment}, ${wholeNumber(experiment.people)} people. Finest split: ` +
    `${wholeNumber(finest.segments)} segments, ${units.gain(finest.inSampleGain)} in-sample, ` +
    `${units.gain(finest.heldOutGain.value)} held out`
  )
}

function segmentsOf({ segments }: GuardCandidate): number {
  return Math.max(1, segments)
}

/** What the marks mean, one after the other, in as many rows as they need. */
function legendAt(y: number, report: GuardReport): { readonly parts: string[]; readonly heightPx: number } {
  const chosen = report.candidates.find(({ decision }) => decision === 'chosen')
  const isSplit = report.verdict === 'SPLIT' && chosen !== undefined
  const by = chosen && chosen.columns.length > 0 ? chosen.columns.join(', ') : 'everybody alike'
  const entries: readonly (readonly [(x: number, y: number) => string, string])[] = [
    [inSampleMark, 'in-sample: on the people it was chosen on'],
    [(x, at) => intervalBar(x, at - 8, at + 8) + heldOutMark(x, at), 'held out, with 95 % interval'],
    [
      isSplit ? (x, at) => choiceMark(x, at, 8) : (x, at) => zeroLine(x - 9, x + 9, at),
      `the guard's choice${isSplit ? `, guarded: ${by}` : ': broad, the zero line'}`,
    ],
  ]
  const parts: string[] = []
  let x = SIDE_PX
  let row = y
  for (const [mark, label] of entries) {
    const [text] = wrapText(label, WIDTH_PX - 2 * SIDE_PX - 24, NOTE_PX, 1)
    const width = 24 + textWidthPx(text!, NOTE_PX) + 22
    if (x > SIDE_PX && x + width > WIDTH_PX - SIDE_PX) {
      x = SIDE_PX
      row += 24
    }
    parts.push(mark(x + 10, row - 4), svgText(x + 24, row, text!, { sizePx: NOTE_PX }))
    x += width
  }
  return { parts, heightPx: row - y }
}

function axes(
  { left, right, top, bottom }: Frame,
  xScale: Scale,
  yScale: Scale,
  yTitle: readonly string[],
): string[] {
  const zero = yScale.at(0)
  const middle = (top + bottom) / 2
  const grid = yScale.ticks.flatMap(({ value, label }) => {
    const at = px(yScale.at(value))
    return [
      `<line x1="${px(left)}" x2="${px(right)}" y1="${at}" y2="${at}" stroke="${CHART_COLOURS.line}"/>`,
      svgText(left - 8, yScale.at(value) + 4, label, { sizePx: 12, anchor: 'end' }),
    ]
  })
  const xTicks = xScale.ticks.flatMap(({ value, label }) => {
    const at = px(xScale.at(value))
    return [
      `<line x1="${at}" x2="${at}" y1="${px(bottom)}" y2="${px(bottom + 5)}" stroke="${CHART_COLOURS.grey}"/>`,
      svgText(xScale.at(value), bottom + 20, label, { sizePx: 12, anchor: 'middle' }),
    ]
  })
  return [
    ...grid,
    `<line x1="${px(left)}" x2="${px(right)}" y1="${px(bottom)}" y2="${px(bottom)}" stroke="${CHART_COLOURS.grey}"/>`,
    ...xTicks,
    zeroLine(left, right, zero),
    svgText(right + 8, zero + 4, 'broad', { sizePx: NOTE_PX, weight: 700 }),
    svgText((left + right) / 2, bottom + 44, 'number of segments (log scale)', { anchor: 'middle' }),
    ...yTitle.map((line, at) => {
      const [text] = wrapText(line, bottom - top + 60, NOTE_PX, 1)
      return svgText(SIDE_PX + 8 + at * (NOTE_PX + 4), middle, text!, { anchor: 'middle', turned: -90 })
    }),
  ]
}

function marks(report: GuardReport, xScale: Scale, yScale: Scale, units: OutcomeUnits): string[] {
  const { candidates, verdict } = report
  const places = spreadPlaces(candidates, xScale)
  const at = (value: number) => yScale.at(units.scaled(value))
  const links = candidates.length <= MOST_LINKS ? candidates : []
  return [
    ...links.map((each, i) => {
      const x = px(places[i]!)
      return (
        `<line x1="${x}" x2="${x}" y1="${px(at(each.inSampleGain))}" y2="${px(at(each.heldOutGain.value))}" ` +
        `stroke="${CHART_COLOURS.vermilion}" stroke-width="1" stroke-dasharray="1 3"/>`
      )
    }),
    ...candidates.map(({ heldOutGain }, i) =>
      intervalBar(places[i]!, at(heldOutGain.high), at(heldOutGain.low)),
    ),
    ...candidates.flatMap((each, i) => {
      const x = places[i]!
      const isChosen = verdict === 'SPLIT' && each.decision === 'chosen'
      return [
        `<g>${hover(each, units)}`,
        inSampleMark(x, at(each.inSampleGain)),
        heldOutMark(x, at(each.heldOutGain.value)),
        ...(isChosen ? [choiceMark(x, at(each.guardedGain.value))] : []),
        '</g>',
      ]
    }),
  ]
}

/** Where each segmentation stands: those of as many segments side by side, as far as their neighbours leave room. */
function spreadPlaces(candidates: readonly GuardCandidate[], xScale: Scale): number[] {
  const groups = new Map<number, number[]>()
  for (const [i, each] of candidates.entries()) {
    const group = groups.get(segmentsOf(each))
    if (group) group.push(i)
    else groups.set(segmentsOf(each), [i])
  }
  const counts = [...groups.keys()].sort((a, b) => a - b)
  const places = new Array<number>(candidates.length)
  for (const [i, count] of counts.entries()) {
    const middle = xScale.at(count)
    const gaps = [counts[i - 1], counts[i + 1]].flatMap((other) =>
      other === undefined ? [] : [Math.abs(xScale.at(other) - middle)],
    )
    const room = Math.min(90, ...gaps.map((gap) => gap * 0.8))
    const members = groups.get(count)!
    const step = members.length === 1 ? 0 : Math.min(MARK_GAP_PX, room / (members.length - 1))
    for (const [j, member] of members.entries())
      places[member] = middle + (j - (members.length - 1) / 2) * step
  }
  return places
}

/** Shown by a browser when the mouse rests on a mark. */
function hover(
  { columns, segments, inSampleGain, heldOutGain }: GuardCandidate,
  units: OutcomeUnits,
): string {
  const by = columns.length === 0 ? 'everybody alike' : columns.join(', ')
  const text =
    `${by}: ${wholeNumber(segments)} segments, in-sample ${units.gain(inSampleGain)}, held out ` +
    `${units.gain(heldOutGain.value)} (${units.bareGain(heldOutGain.low)} to ${units.bareGain(heldOutGain.high)})`
  return `<title>${escapeText(text)}</title>`
}

function heldOutMark(x: number, y: number): string {
  return `<circle cx="${px(x)}" cy="${px(y)}" r="5" fill="${CHART_COLOURS.blue}"/>`
}

/** Hollow, so that it is told from held out without colour too. */
function inSampleMark(x: number, y: number): string {
  const points = [
    [x, y - 6],
    [x + 6, y],
    [x, y + 6],
    [x - 6, y],
  ].map(([a, b]) => `${px(a!)},${px(b!)}`)
  return `<polygon points="${points.join(' ')}" fill="#ffffff" stroke="${CHART_COLOURS.vermilion}" stroke-width="2"/>`
}

function intervalBar(x: number, top: number, bottom: number): string {
  const cap = (y: number) => `M${px(x - 4)} ${px(y)}H${px(x + 4)}`
  return (
    `<path d="M${px(x)} ${px(top)}V${px(bottom)}${cap(top)}${cap(bottom)}" stroke="${CHART_COLOURS.blue}" ` +
    'stroke-width="1.5" fill="none"/>'
  )
}

/** Where the guard's own policy comes to: a ring and its middle, so that the marks under it are seen. */
function choiceMark(x: number, y: number, radiusPx = 10): string {
  return (
    `<circle cx="${px(x)}" cy="${px(y)}" r="${radiusPx}" fill="none" stroke="${CHART_COLOURS.ink}" stroke-width="2.5"/>` +
    `<circle cx="${px(x)}" cy="${px(y)}" r="2" fill="${CHART_COLOURS.ink}"/>`
  )
}

function zeroLine(left: number, right: number, y: number): string {
  return `<line x1="${px(left)}" x2="${px(right)}" y1="${px(y)}" y2="${px(y)}" stroke="${CHART_COLOURS.ink}" stroke-width="2"/>`
}
