import type { Estimate } from './api-client.ts'
import { scrolling } from './check.ts'
import { element, svgElement } from './dom.ts'
import { count, probability } from './format.ts'

/** One line: what it is of, its effect (0.1 is +10 %) or none, and more cells. */
export interface EffectRow {
  readonly label: string
  readonly effect: Estimate | null
  /** Benjamini and Hochberg's, over all rows of the report's kind; null without an effect. */
  readonly qValue: number | null
  /** As the other rows have them, in the order of the columns. */
  readonly cells: readonly string[]
  /** The verdict in words, or why there is no effect. */
  readonly text: string
  readonly tone: 'more' | 'less' | 'unclear'
}

const FIRST_SHOWN = 10
const HEIGHT_PX = 22
/** An interval wider than so much of the largest effect is cut at the edge: else it flattens all others. */
const MOST_SPAN = 2.5
const LEAST_SPAN = 0.1

/** Effects as a table with a chart in it: every row's interval on one scale about no effect. */
export function effectTable(
  name: string,
  heads: { readonly label: string; readonly effect: string; readonly cells: readonly string[] },
  rows: readonly EffectRow[],
): HTMLElement[] {
  const largest = Math.max(LEAST_SPAN, ...rows.map(({ effect }) => Math.abs(effect?.value ?? 0)))
  const span = largest * MOST_SPAN
  const body = element('tbody', {}, ...rows.slice(0, FIRST_SHOWN).map((row) => rowOf(row, span)))
  const rest = rows.slice(FIRST_SHOWN)
  const columns = [heads.label, ...heads.cells, 'Interval', heads.effect, 'q', 'What it says']
  const table = element(
    'table',
    { class: 'effects' },
    element('thead', {}, element('tr', {}, ...columns.map((head) => element('th', { scope: 'col' }, head)))),
    body,
  )
  const region = scrolling(name, table)
  const more = element(
    'button',
    {
      type: 'button',
      onclick: () => {
        body.append(...rest.map((row) => rowOf(row, span)))
        more.remove()
        region.focus()
      },
    },
    `Show all ${count(rows.length)}`,
  )
  return rest.length > 0 ? [region, more] : [region]
}

function rowOf({ label, effect, qValue, cells, text, tone }: EffectRow, span: number): HTMLElement {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, label),
    ...cells.map((cell) => element('td', {}, cell)),
    element('td', { class: 'interval-cell' }, effect ? intervalMark(effect, span, tone) : undefined),
    effectCell(effect),
    element('td', {}, qValue === null ? '–' : probability(qValue)),
    element('td', { class: tone === 'more' ? 'words good' : tone === 'less' ? 'words bad' : 'words' }, text),
  )
}

function effectCell(effect: Estimate | null): HTMLElement {
  if (!effect) return element('td', {}, '–')
  const { value, low, high } = effect
  const range = low === null || high === null ? '' : `${points(low)} to ${points(high)}`
  return element('td', {}, `${points(value)} %`, ' ', element('span', { class: 'range' }, range))
}

/** +12 */
function points(share: number): string {
  const rounded = Math.round(share * 100)
  return rounded > 0 ? `+${rounded}` : rounded < 0 ? `−${-rounded}` : '0'
}

/** The numbers beside it say the same, so it is not read out. */
function intervalMark({ value, low, high }: Estimate, span: number, tone: EffectRow['tone']): SVGElement {
  const x = (share: number) => `${(50 + (Math.max(-span, Math.min(span, share)) / span) * 50).toFixed(2)}%`
  const y = HEIGHT_PX / 2
  const interval =
    low === null || high === null
      ? []
      : [svgElement('line', { class: 'interval', x1: x(low), x2: x(high), y1: y, y2: y })]
  return svgElement(
    'svg',
    { class: `mini ${tone}`, height: HEIGHT_PX, 'aria-hidden': 'true' },
    svgElement('line', { class: 'zero', x1: '50%', x2: '50%', y1: 0, y2: HEIGHT_PX }),
    ...interval,
    svgElement('circle', { class: 'dot', cx: x(value), cy: y, r: 4.5 }),
  )
}
