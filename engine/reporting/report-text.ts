import { formatMoney } from '../../core/money.ts'
import { elementLines } from './element-text.ts'
import { leafLines, mergedLines } from './leaf-text.ts'
import type { Estimate, Report, ReportArm, ReportRate, ReportRow } from './report.ts'
import { percent, textTable, wholeNumber } from './text-table.ts'

const DIMENSIONS: Readonly<Record<string, string>> = {
  segment: 'segment',
  placement: 'placement',
  day: 'day',
}

/** A report for people: the verdict first, then narrow against broad, leaves, slots, the breakdown, then what the numbers mean. */
export function reportText(report: Report): string {
  const { totals } = report
  const days = report.from || report.to ? `, ${report.from ?? 'start'} to ${report.to ?? 'today'}` : ''
  const revisions = report.revisions.length > 0 ? ` (revision ${report.revisions.join(', ')})` : ''
  const lines = [`${report.title}${revisions}${days}, days in ${report.timeZone}`]
  if (report.simulated === true) lines.push('SIMULATED TRAFFIC: nobody saw these ads.')
  if (report.simulated === 'mixed')
    lines.push('PARTLY SIMULATED TRAFFIC: real and simulated people together.')
  lines.push(
    report.comparison.text,
    `${wholeNumber(totals.people)} people, ${wholeNumber(totals.impressions)} impressions, ` +
      `${wholeNumber(totals.clicks)} clicks, ${wholeNumber(totals.conversions)} conversions worth ` +
      formatMoney({ amountMicros: totals.valueMicros, currency: report.currency }),
  )
  if (report.anonymousDecisions > 0) {
    lines.push(`of these, ${wholeNumber(report.anonymousDecisions)} decisions without a person`)
  }
  if (totals.viewThrough > 0) {
    lines.push(
      `conversions: ${wholeNumber(totals.clickThrough)} after a click, ${wholeNumber(totals.viewThrough)} after a ` +
        'showing alone',
    )
  }
  if (report.lateEvents > 0) {
    lines.push(`${wholeNumber(report.lateEvents)} events came too late and are in no number`)
  }
  if (totals.viewable > 0) {
    lines.push(`${wholeNumber(totals.viewable)} impressions were measured as viewable`)
  }
  if (report.eventsApart.length > 0) {
    const apart = report.eventsApart.map(
      ({ type, reason, events }) => `${wholeNumber(events)} ${type} (${reason})`,
    )
    lines.push(`events kept apart, in no other number: ${apart.join(', ')}`)
  }
  if (report.folded) lines.push(report.folded.text)
  for (const arm of report.leftOut) {
    lines.push(`fewer than ${report.kFloor} people were in ${arm}: they are in no number`)
  }
  if (report.asked) lines.push(report.asked.text)
  if (report.assignedBy?.text) lines.push(report.assignedBy.text)
  if (report.pace) lines.push(report.pace.text)
  lines.push('', 'Narrow against broad, among people who matched a segment', ...comparisonLines(report))
  lines.push('', 'Narrow against broad, leaf by leaf', ...leafLines(report.leaves, report.goal))
  lines.push(...mergedLines(report.merged ?? []))
  if (report.elements.slots.length > 0) {
    lines.push('', 'Every slot, option by option', ...elementLines(report.elements, report.goal))
  }
  lines.push('', `By ${DIMENSIONS[report.by] ?? `slot ${report.by}`}`, ...breakdownLines(report))
  lines.push('', ...Object.entries(report.definitions).map(([name, meaning]) => `${name}: ${meaning}`))
  return `${lines.join('\n')}\n`
}

function comparisonLines({ comparison, assignment, goal, revisions, currency }: Report): string[] {
  const lines: string[] = []
  if (comparison.enough) {
    lines.push(
      ...textTable(
        [
          { heading: 'arm' },
          { heading: 'people', numeric: true },
          { heading: 'reach', numeric: true },
          { heading: 'impressions', numeric: true },
          { heading: 'frequency', numeric: true },
          { heading: 'spend', numeric: true },
          { heading: `${goal}s`, numeric: true },
          { heading: `${goal}s per person`, numeric: true },
          { heading: `people with a ${goal}`, numeric: true },
        ],
        [
          armRow('narrow', comparison.narrow, currency),
          armRow('broad control', comparison.broadControl, currency),
        ],
      ),
    )
    const { difference, respondersDifference, sequence, detectableLift } = comparison
    lines.push(
      `difference ${signed(difference)} ${goal}s per person; ` +
        `people with a ${goal} ${signed(respondersDifference, percent)}`,
      `for those who look every day: difference ${signed({ value: difference.value, ...sequence })}`,
      `cost per incremental ${goal}: ${comparison.costPerIncrementalEvent.text}`,
      detectableLift === null
        ? 'so many people could show no lift'
        : `so many people show a lift of ${percent(detectableLift)} or more with 80 % power`,
    )
  } else {
    lines.push(
      `narrow ${comparison.narrowPeople} people, broad control ${comparison.broadControlPeople} people`,
    )
  }
  if (assignment.broadControlShare === null && revisions.length > 0) {
    lines.push('broad control had more than one share in this time, so the assignment was not tested')
  } else if (assignment.broadControlShare !== null && assignment.pValue !== null) {
    lines.push(
      `assignment: ${percent(assignment.broadControlShare)} in broad control as planned? p = ` +
        `${assignment.pValue.toPrecision(2)} ${assignment.broken ? '(BROKEN)' : '(fine)'}`,
    )
  }
  if (assignment.switched > 0) lines.push(`${assignment.switched} people were in both arms and are left out`)
  return lines
}

function armRow(name: string, arm: ReportArm, currency: string): string[] {
  return [
    name,
    wholeNumber(arm.people),
    wholeNumber(arm.reach),
    wholeNumber(arm.impressions),
    arm.frequency === null ? '-' : arm.frequency.toFixed(2),
    formatMoney({ amountMicros: arm.spendMicros, currency }),
    wholeNumber(arm.goalEvents),
    withBounds(arm.goalEventsPerPerson, (value) => value.toPrecision(3)),
    withBounds(arm.respondersShare, percent),
  ]
}

function breakdownLines(report: Report): string[] {
  if (report.rows.length === 0) return ['nothing yet']
  return textTable(
    [
      { heading: report.by },
      { heading: 'people', numeric: true },
      { heading: 'impressions', numeric: true },
      { heading: 'clicks', numeric: true },
      { heading: 'clicks per impression', numeric: true },
      { heading: 'conversions', numeric: true },
      { heading: 'conversions per impression', numeric: true },
      { heading: `${report.goal}s per person`, numeric: true },
    ],
    report.rows.map(breakdownRow),
  )
}

function breakdownRow(row: ReportRow): string[] {
  if (row.hidden) return [row.title, row.people]
  return [
    row.title,
    wholeNumber(row.people),
    wholeNumber(row.impressions),
    wholeNumber(row.clicks),
    rate(row.clicksPerImpression),
    wholeNumber(row.conversions),
    rate(row.conversionsPerImpression),
    row.goalEventsPerPerson ? withBounds(row.goalEventsPerPerson, (value) => value.toPrecision(3)) : '-',
  ]
}

function rate(value: ReportRate): string {
  return value ? withBounds(value, percent) : '-'
}

function withBounds(
  estimate: Pick<Estimate, 'value' | 'low' | 'high'>,
  written: (value: number) => string,
): string {
  const { value, low, high } = estimate
  return low === null || high === null
    ? written(value)
    : `${written(value)} (${written(low)} - ${written(high)})`
}

function signed(estimate: Estimate, written = (value: number) => value.toPrecision(3)): string {
  const sign = (value: number) => (value > 0 ? `+${written(value)}` : written(value))
  const { value, low, high } = estimate
  return low === null || high === null ? sign(value) : `${sign(value)} (${sign(low)} to ${sign(high)})`
}
