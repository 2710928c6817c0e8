import type { Report } from '../report.ts'
import { effectNote, type ForestGroup, type ForestRow, forestChart } from './forest-chart.ts'
import { simulatedNote } from './leaves-chart.ts'

/** Options of one slot, the most shown. */
const MOST_OPTIONS = 12

/** The main effect of every option, slot by slot, best first; undefined where none was estimated. */
export function elementsChart(report: Report): string | undefined {
  const { elements, goal, title } = report
  const all = elements.slots.flatMap(({ slot, options }) => {
    const rows = options.flatMap((option) => {
      if (option.hidden || !option.relativeEffect) return []
      const { value, low, high } = option.relativeEffect
      if (low === null || high === null) return []
      const tone: ForestRow['tone'] =
        option.verdict === 'better' ? 'more' : option.verdict === 'worse' ? 'less' : 'unclear'
      const note = effectNote(value, low, high)
      return [{ label: option.option, slot, value, low, high, note, tone, shown: option.impressions }]
    })
    return rows.length > 0 ? [{ title: slot, rows }] : []
  })
  if (all.length === 0) return undefined
  const groups: ForestGroup[] = all.map(({ title: slot, rows }) => ({
    title: slot,
    rows: [...rows]
      .sort((a, b) => b.shown - a.shown)
      .slice(0, MOST_OPTIONS)
      .sort((a, b) => b.value - a.value),
  }))
  const told = all
    .flatMap(({ rows }) => rows)
    .filter(({ tone }) => tone !== 'unclear')
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
  const [first] = told
  const share = (value: number) => `${Math.abs(Math.round(value * 100))} %`
  const others = told.length > 1 ? `; ${told.length - 1} more told from their slot's mean` : ''
  return forestChart({
    title: first
      ? `"${first.label}" (${first.slot}) brings ${share(first.value)} ${first.value > 0 ? 'more' : 'fewer'} ${goal}s than its slot's mean${others}`
      : `No option is told from its slot's mean in ${goal}s`,
    subtitle:
      `${title}${simulatedNote(report)}: main effects, adjusted for the other slots, placement, locale, day and segment; ` +
      `drawn together where options hardly differ.${all.some(({ rows }) => rows.length > MOST_OPTIONS) ? ` The ${MOST_OPTIONS} most shown of a slot.` : ''}`,
    axis: `${goal}s per impression against the slot's mean option, 95 % interval`,
    tones: {
      more: 'brings more (q at most 0.05)',
      less: 'brings fewer (q at most 0.05)',
      unclear: 'not told from the mean',
    },
    groups,
  })
}
