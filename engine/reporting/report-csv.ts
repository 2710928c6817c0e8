import type { TableCell } from '../ports/table-files.ts'
import type { ElementOption, Estimate, LeafRow, Report, ReportRow } from './report.ts'
import { csvLine } from './table-csv.ts'

/** The tables of a report that there are as CSV. */
export const CSV_TABLES = ['breakdown', 'leaves', 'elements'] as const
export type CsvTable = (typeof CSV_TABLES)[number]

/** Cells by the name of their column; one that is not named is empty. */
type Cells = Readonly<Record<string, TableCell>>

/**
 * One table of a report (RFC 4180): its breakdown, narrow against broad by leaf, or every option of every slot. One line
 * a row with every number and its 95 % bounds. A hidden row has its name and what may be told of its people; a cell
 * without a number is empty.
 */
export function reportCsv(report: Report, table: CsvTable = 'breakdown'): string {
  const { columns, rows } = TABLES[table](report)
  const { campaign, from, to } = report
  const lines = rows.map((row) => [campaign, from, to, ...columns.map((name) => row[name] ?? null)])
  return [['campaign', 'from', 'to', ...columns], ...lines].map(csvLine).join('')
}

const TABLES: Readonly<
  Record<
    CsvTable,
    (report: Report) => { readonly columns: readonly string[]; readonly rows: readonly Cells[] }
  >
> = {
  breakdown: (report) => ({
    columns: BREAKDOWN_COLUMNS,
    rows: report.rows.map((row) => breakdownCells(report, row)),
  }),
  leaves: ({ leaves, goal }) => ({
    columns: LEAF_COLUMNS,
    rows: leaves.rows.map((leaf) => leafCells(goal, leaf)),
  }),
  elements: ({ elements, goal }) => ({
    columns: ELEMENT_COLUMNS,
    rows: elements.slots.flatMap(({ slot, options }) =>
      options.map((option) => optionCells(goal, slot, option)),
    ),
  }),
}

const BREAKDOWN_COLUMNS = [
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
  ...bounded('clicks_per_impression'),
  ...bounded('conversions_per_impression'),
  'goal',
  ...bounded('goal_events_per_person'),
]

function breakdownCells({ by, currency, goal }: Report, row: ReportRow): Cells {
  const { key, title, hidden, people } = row
  const head = { by, key, title, hidden, people }
  if (row.hidden) return head
  return {
    ...head,
    decisions: row.decisions,
    impressions: row.impressions,
    clicks: row.clicks,
    conversions: row.conversions,
    value_micros: row.valueMicros,
    currency,
    ...bounds('clicks_per_impression', row.clicksPerImpression),
    ...bounds('conversions_per_impression', row.conversionsPerImpression),
    goal,
    ...bounds('goal_events_per_person', row.goalEventsPerPerson),
  }
}

const LEAF_COLUMNS = [
  'leaf',
  'title',
  'wider',
  'narrow_people',
  'broad_control_people',
  'goal',
  ...bounded('narrow_goal_events_per_person'),
  ...bounded('broad_control_goal_events_per_person'),
  ...bounded('difference'),
  ...bounded('lift'),
  'p',
  'q',
  'every_look_low',
  'every_look_high',
  ...bounded('responders_share_shrunk'),
  'assignment_p',
  'assignment_q',
  'assignment_broken',
  'more_people_needed',
  'verdict',
  'text',
]

function leafCells(goal: string, row: LeafRow): Cells {
  const { leaf, title, wider, compared, assignment, verdict, text } = row
  return {
    leaf,
    title,
    wider,
    narrow_people: peopleCell(row.narrowPeople),
    broad_control_people: peopleCell(row.broadControlPeople),
    goal,
    ...(compared && {
      ...bounds('narrow_goal_events_per_person', compared.narrow),
      ...bounds('broad_control_goal_events_per_person', compared.broadControl),
      ...bounds('difference', compared.difference),
      ...bounds('lift', compared.lift),
      p: compared.pValue,
      q: compared.qValue,
      every_look_low: compared.sequence.low,
      every_look_high: compared.sequence.high,
    }),
    ...bounds('responders_share_shrunk', row.respondersShrunk),
    ...(assignment && {
      assignment_p: assignment.pValue,
      assignment_q: assignment.qValue,
      assignment_broken: assignment.broken,
    }),
    more_people_needed: row.needs,
    verdict,
    text,
  }
}

const ELEMENT_COLUMNS = [
  'slot',
  'option',
  'hidden',
  'people',
  'impressions',
  'share_shown',
  'goal',
  'goal_events',
  'goal_events_per_impression',
  ...bounded('effect'),
  ...bounded('relative_effect'),
  'p',
  'q',
  'more_people_needed',
  'verdict',
  'text',
]

function optionCells(goal: string, slot: string, row: ElementOption): Cells {
  const { option, hidden, people } = row
  const head = { slot, option, hidden, people }
  if (row.hidden) return head
  return {
    ...head,
    impressions: row.impressions,
    share_shown: row.shareShown,
    goal,
    goal_events: row.goalEvents,
    goal_events_per_impression: row.rawRate,
    ...bounds('effect', row.effect),
    ...bounds('relative_effect', row.relativeEffect),
    p: row.pValue,
    q: row.qValue,
    more_people_needed: row.needs,
    verdict: row.verdict,
    text: row.text,
  }
}

/** A number where it is one: `<50` and `hidden` stay words. */
function peopleCell(told: string): TableCell {
  return /^\d+$/.test(told) ? Number(told) : told
}

function bounded(name: string): string[] {
  return [name, `${name}_low`, `${name}_high`]
}

function bounds(name: string, estimate: Pick<Estimate, 'value' | 'low' | 'high'> | null): Cells {
  if (!estimate) return {}
  return { [name]: estimate.value, [`${name}_low`]: estimate.low, [`${name}_high`]: estimate.high }
}
