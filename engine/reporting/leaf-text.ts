import { type Leaves, REPORT_ALPHA, type Report } from './report.ts'
import { percent, probability, textTable, wholeNumber } from './text-table.ts'

/** Rows of one table; the rest is in the JSON. */
const MOST_ROWS = 20

/** The leaves as lines: what they come to, then the largest of them. */
export function leafLines(leaves: Leaves, goal: string): string[] {
  const lines = [leaves.text]
  if (leaves.effectiveSegments !== null) {
    lines.push(`as concentrated as ${leaves.effectiveSegments.toFixed(1)} equal segments`)
  }
  if (leaves.unmatchedPeople > 0) {
    lines.push(`at least ${wholeNumber(leaves.unmatchedPeople)} people match no narrow segment and saw broad`)
  }
  if (leaves.rows.length === 0) return lines
  const signed = (value: number) => `${value > 0 ? '+' : ''}${percent(value)}`
  const number = (value: number) => value.toPrecision(2)
  lines.push(
    ...textTable(
      [
        { heading: 'leaf' },
        { heading: 'narrow', numeric: true },
        { heading: 'broad control', numeric: true },
        { heading: `${goal}s per person`, numeric: true },
        { heading: 'lift', numeric: true },
        { heading: 'q', numeric: true },
        { heading: `people with a ${goal}, shrunk`, numeric: true },
        { heading: '' },
      ],
      leaves.rows
        .slice(0, MOST_ROWS)
        .map(({ compared, respondersShrunk: shrunk, ...leaf }) => [
          leaf.title,
          leaf.narrowPeople,
          leaf.broadControlPeople,
          compared ? `${number(compared.narrow.value)} : ${number(compared.broadControl.value)}` : '-',
          compared?.lift
            ? `${signed(compared.lift.value)} (${signed(compared.lift.low!)} to ${signed(compared.lift.high!)})`
            : '-',
          compared ? probability(compared.qValue) : '-',
          shrunk ? `${percent(shrunk.value)} (${percent(shrunk.low!)} - ${percent(shrunk.high!)})` : '-',
          leaf.text,
        ]),
    ),
    ...andMore(leaves.rows.length, MOST_ROWS),
  )
  const broken = leaves.rows.filter(({ assignment }) => assignment?.broken).length
  if (broken > 0) lines.push(`people did not fall into the arms as assigned in ${wholeNumber(broken)} leaves`)
  if (leaves.rows.some(({ compared }) => compared && compared.qValue <= REPORT_ALPHA)) {
    lines.push('of the leaves with q of at most 0.05, one in twenty is expected to be there by chance')
  }
  return lines
}

/** Leaves that are not served their own ads any more. */
export function mergedLines(merged: NonNullable<Report['merged']>): string[] {
  return merged.map(
    ({ leaf, atMs, by }) =>
      `${leaf} was merged by ${by === 'person' ? 'a person' : 'the schedule'} at ${new Date(atMs).toISOString()}: a wider segment serves its people`,
  )
}

/** What a table leaves out. */
export function andMore(rows: number, shown: number): string[] {
  return rows > shown ? [`and ${wholeNumber(rows - shown)} more; --json has all`] : []
}
