import { svgElement } from './dom.ts'

export interface IntervalRow {
  readonly label: string
  readonly value: number
  readonly low: number | null
  readonly high: number | null
  /** The value as it is printed beside the row. */
  readonly text: string
  /** Class that gives the row its colour. */
  readonly tone: 'narrow' | 'broad' | 'plain'
}

const WIDTH = 640
const ROW = 54
const LEFT = 8
const RIGHT = 8
const TOP = 10
const AXIS = 30

/**
 * Estimates with their intervals, one row each, on one scale from zero: a dot for the value, a line for the interval.
 * The chart carries its own title and description, so that it can be read without being seen.
 */
export function intervalChart(
  title: string,
  description: string,
  rows: readonly IntervalRow[],
  tick: (value: number) => string,
): SVGElement {
  const most = Math.max(...rows.map((row) => row.high ?? row.value), Number.MIN_VALUE)
  const step = niceStep(most / 4)
  const end = Math.ceil(most / step) * step
  const x = (value: number): number => LEFT + (value / end) * (WIDTH - LEFT - RIGHT)
  const height = TOP + rows.length * ROW + AXIS
  const axisY = TOP + rows.length * ROW

  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, at) => at * step).flatMap(
    (value, at, all) => [
      svgElement('line', { class: 'grid', x1: x(value), x2: x(value), y1: TOP, y2: axisY }),
      svgElement(
        'text',
        {
          class: 'tick',
          x: x(value),
          y: axisY + 20,
          'text-anchor': at === 0 ? 'start' : at === all.length - 1 ? 'end' : 'middle',
        },
        tick(value),
      ),
    ],
  )
  const marks = rows.flatMap((row, at) => {
    const y = TOP + at * ROW + 36
    const interval =
      row.low === null || row.high === null
        ? []
        : [
            svgElement('line', {
              class: 'interval',
              x1: x(Math.max(0, row.low)),
              x2: x(row.high),
              y1: y,
              y2: y,
            }),
            svgElement('line', {
              class: 'cap',
              x1: x(Math.max(0, row.low)),
              x2: x(Math.max(0, row.low)),
              y1: y - 6,
              y2: y + 6,
            }),
            svgElement('line', { class: 'cap', x1: x(row.high), x2: x(row.high), y1: y - 6, y2: y + 6 }),
          ]
    return [
      svgElement(
        'g',
        { class: `row ${row.tone}` },
        svgElement('text', { class: 'label', x: LEFT, y: y - 16 }, row.label),
        svgElement('text', { class: 'value', x: WIDTH - RIGHT, y: y - 16, 'text-anchor': 'end' }, row.text),
        ...interval,
        svgElement('circle', { class: 'dot', cx: x(row.value), cy: y, r: 6 }),
      ),
    ]
  })
  return svgElement(
    'svg',
    {
      class: 'chart',
      viewBox: `0 0 ${WIDTH} ${height}`,
      role: 'img',
      'aria-labelledby': 'chart-title chart-text',
    },
    svgElement('title', { id: 'chart-title' }, title),
    svgElement('desc', { id: 'chart-text' }, description),
    ...ticks,
    ...marks,
  )
}

/** The next of 1, 2, 5 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const lead = rough / power
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power
}
