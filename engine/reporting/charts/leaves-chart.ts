import type { Report } from '../report.ts'
import { wholeNumber } from '../text-table.ts'
import { effectNote, type ForestRow, forestChart } from './forest-chart.ts'

/** Leaves of one chart; the rest is in the report. */
const MOST_LEAVES = 30

/** The lift of narrow over broad by leaf, best first; undefined where no leaf has one. */
export function leavesChart(report: Report): string | undefined {
  const { leaves, goal, title } = report
  const readable = leaves.rows.flatMap((row) => {
    const lift = row.compared?.lift
    if (!row.compared || !lift || lift.low === null || lift.high === null) return []
    const tone: ForestRow['tone'] =
      row.verdict === 'wins' ? 'more' : row.verdict === 'loses' ? 'less' : 'unclear'
    const note = effectNote(lift.value, lift.low, lift.high)
    return [{ label: row.title, value: lift.value, low: lift.low, high: lift.high, note, tone }]
  })
  if (readable.length === 0) return undefined
  const count = (tone: ForestRow['tone']) => readable.filter((row) => row.tone === tone).length
  const [wins, loses] = [count('more'), count('less')]
  const of = `${wholeNumber(readable.length)} ${readable.length === 1 ? 'leaf' : 'leaves'} that can be read`
  const finding =
    wins + loses === 0
      ? `Narrow is told from broad in none of ${of}`
      : `Narrow brings more ${goal}s in ${wholeNumber(wins)} and fewer in ${wholeNumber(loses)} of ${of}`
  // The largest by people: leaves come in that order.
  const shown = readable.slice(0, MOST_LEAVES).sort((a, b) => b.value - a.value)
  const unread = leaves.rows.length - readable.length
  return forestChart({
    title: finding,
    subtitle:
      `${title}${simulatedNote(report)}: people who matched the leaf, by assigned arm. ` +
      `${shown.length < readable.length ? `The ${MOST_LEAVES} largest. ` : ''}` +
      (unread > 0 ? `${wholeNumber(unread)} more leaves are too small to read or hidden.` : ''),
    axis: `lift of narrow over broad in ${goal}s per person, 95 % interval`,
    tones: {
      more: 'narrow brings more (q at most 0.05)',
      less: 'narrow brings fewer (q at most 0.05)',
      unclear: 'not told apart',
    },
    groups: [{ title: '', rows: shown }],
  })
}

/** What a chart's subtitle says of traffic that nobody saw. */
export function simulatedNote({ simulated }: Pick<Report, 'simulated'>): string {
  return simulated === true
    ? ' (SIMULATED TRAFFIC)'
    : simulated === 'mixed'
      ? ' (PARTLY SIMULATED TRAFFIC)'
      : ''
}
