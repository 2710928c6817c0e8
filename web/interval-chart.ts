import { svgElement } from './dom.ts'

export interface IntervalRow {
  readonly label: string
  readonly value: number
  readonly low: number | null
  readonly high: number | null
  /** The value as it is printed beside the row. */
  readonly text: string
  /** Class that gives the row its colour. */
  readonly tone: 'narrow' | 'broad'
}

const ROW_PX = 66
const LABEL_PX = 20
const MARK_PX = 40
const CAP_PX = 7
const AXIS_PX = 30
/** Steps the scale is cut into, at most one more. */
const STEPS = 4

/**
 * Estimates with their intervals, one row each, on one scale from zero: a dot for the value, a line for the interval.
 * Across, places are shares of the width and down they are pixels, so the chart fills whatever is there and its text
 * stays as large as the page's. It carries its own title and description, so that it can be read without being seen.
 */
export function intervalChart(title: string, description: string, rows: readonly IntervalRow[]): SVGElement {
  const most = Math.max(...rows.map((row) => row.high ?? row.value), Number.MIN_VALUE)
  const step = niceStep(most / STEPS)
  const steps = Math.ceil(most / step)
  const x = (value: number): string => `${((value / (step * steps)) * 100).toFixed(3)}%`
  const axisY = rows.length * ROW_PX
  return svgElement(
    'svg',
    {
      class: 'chart',
      height: axisY + AXIS_PX,
      role: 'img',
      'aria-labelledby': 'chart-title chart-text',
    },
    svgElement('title', { id: 'chart-title' }, title),
    svgElement('desc', { id: 'chart-text' }, description),
    ...Array.from({ length: steps + 1 }, (_, at) => {
      const place = x(at * step)
      const anchor = at === 0 ? 'start' : at === steps ? 'end' : 'middle'
      return [
        svgElement('line', { class: 'grid', x1: place, x2: place, y1: 0, y2: axisY }),
        svgElement(
          'text',
          { class: 'tick', x: place, y: axisY + 20, 'text-anchor': anchor },
          tick(at * step, step),
        ),
      ]
    }).flat(),
    ...rows.map((row, at) => rowMarks(row, at * ROW_PX, x)),
  )
}

function rowMarks(row: IntervalRow, top: number, x: (value: number) => string): SVGElement {
  const y = top + MARK_PX
  const vertical = (value: number): SVGElement =>
    svgElement('line', { class: 'interval', x1: x(value), x2: x(value), y1: y - CAP_PX, y2: y + CAP_PX })
  const interval: SVGElement[] = []
  if (row.low !== null && row.high !== null) {
    const low = Math.max(0, row.low)
    interval.push(
      svgElement('line', { class: 'interval', x1: x(low), x2: x(row.high), y1: y, y2: y }),
      vertical(low),
      vertical(row.high),
    )
  }
  return svgElement(
    'g',
    { class: row.tone },
    svgElement('text', { class: 'label', x: 0, y: top + LABEL_PX }, row.label),
    svgElement('text', { class: 'value', x: '100%', y: top + LABEL_PX, 'text-anchor': 'end' }, row.text),
    ...interval,
    svgElement('circle', { class: 'dot', cx: x(row.value), cy: y, r: 7 }),
  )
}

/** The next of 1, 2, 5 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const lead = rough / power
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power
}

/** With as many decimals as the step between ticks has. */
function tick(value: number, step: number): string {
  return value === 0 ? '0' : value.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)))
}
