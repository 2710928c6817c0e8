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

/**
 * Effects as a table with a chart in it: every row's interval on one scale about no effect. What a row says comes right
 * after its name, where a narrow screen still shows it; without any effect the columns of effects are left out.
 */
export function effectTable(
  name: string,
  heads: { readonly label: string; readonly effect: string; readonly cells: readonly string[] },
  rows: readonly EffectRow[],
): HTMLElement[] {
  const effects = rows.flatMap(({ effect }) => effect ?? [])
  const span =
    effects.length > 0
      ? MOST_SPAN * Math.max(LEAST_SPAN, ...effects.map(({ value }) => Math.abs(value)))
      : undefined
  const body = element('tbody', {}, ...rows.slice(0, FIRST_SHOWN).map((row) => rowOf(row, span)))
  const rest = rows.slice(FIRST_SHOWN)
  const head = (text: string, className?: string) =>
    element('th', { scope: 'col', ...(className && { class: className }) }, text)
  const table = element(
    'table',
    { class: 'effects' },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        head(heads.label),
        head('What it says', 'words'),
        ...(span === undefined ? [] : [head('Interval', 'interval-cell'), head(heads.effect), head('q')]),
        ...heads.cells.map((text) => head(text)),
      ),
    ),
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

/** @param span largest effect the chart has room for; undefined: the table has no effects */
function rowOf(
  { label, effect, qValue, cells, text, tone }: EffectRow,
  span: number | undefined,
): HTMLElement {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, label),
    element('td', { class: tone === 'more' ? 'words good' : tone === 'less' ? 'words bad' : 'words' }, text),
    ...(span === undefined
      ? []
      : [
          element('td', { class: 'interval-cell' }, effect ? intervalMark(effect, span, tone) : undefined),
          effectCell(effect),
          element('td', {}, qValue === null ? '–' : probability(qValue)),
        ]),
    ...cells.map((cell) => element('td', {}, cell)),
  )
}

/** Under tables with effects: when the verdict `said` is given. */
export function qNote(said: string): string {
  return `${said} is said where q is at most 0.05; about one in twenty of these is there by chance.`
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
