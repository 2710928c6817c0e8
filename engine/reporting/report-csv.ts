import type { TableCell } from '../ports/table-files.ts'
import type { Estimate, Report, ReportRow } from './report.ts'
import { csvLine } from './table-csv.ts'

const COLUMNS = [
  'campaign',
  'from',
  'to',
  'by',
  'key',
  'title',
  'hidden',
  'people',
  'decisions',
  'impressions',
  'clicks',
  'conversions',
  'value_micros',
  'currency',
  'clicks_per_impression',
  'clicks_per_impression_low',
  'clicks_per_impression_high',
  'conversions_per_impression',
  'conversions_per_impression_low',
  'conversions_per_impression_high',
  'goal',
  'goal_events_per_person',
  'goal_events_per_person_low',
  'goal_events_per_person_high',
] as const

/**
 * The breakdown of a report, one line a row with every number and its 95 % bounds (RFC 4180). A hidden row has its name
 * and what may be told of its people; a cell without a number is empty.
 */
export function reportCsv(report: Report): string {
  return [csvLine(COLUMNS), ...report.rows.map((row) => csvLine(cellsOf(report, row)))].join('')
}

function cellsOf({ campaign, from, to, by, currency, goal }: Report, row: ReportRow): TableCell[] {
  const head = [campaign, from, to, by, row.key, row.title, row.hidden, row.people]
  if (row.hidden) return [...head, ...new Array<null>(COLUMNS.length - head.length).fill(null)]
  return [
    ...head,
    row.decisions,
    row.impressions,
    row.clicks,
    row.conversions,
    row.valueMicros,
    currency,
    ...bounds(row.clicksPerImpression),
    ...bounds(row.conversionsPerImpression),
    goal,
    ...bounds(row.goalEventsPerPerson),
  ]
}

function bounds(estimate: Pick<Estimate, 'value' | 'low' | 'high'> | null): TableCell[] {
  return estimate ? [estimate.value, estimate.low, estimate.high] : [null, null, null]
}
