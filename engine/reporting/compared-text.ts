import { formatMoney } from '../../core/money.ts'
import type { ComparedReports, ComparedSide } from './compared-reports.ts'
import type { Estimate, ReportRate, ReportRow } from './report.ts'
import { percent, textTable, wholeNumber } from './text-table.ts'

/** Two reports side by side for people: the verdict and its warnings first, then the numbers. */
export function comparedText(compared: ComparedReports): string {
  const { first, second, warnings } = compared
  return `${[
    `${nameOf(first)}, against ${nameOf(second)}`,
    compared.text,
    ...warnings.map((warning) => `NOTE: ${warning}`),
    '',
    ...textTable(
      [{ heading: '' }, { heading: 'first', numeric: true }, { heading: 'second', numeric: true }],
      LINES.map(([name, cell]) => [name, cell(first), cell(second)]),
    ),
    '',
    `By ${compared.by}`,
    ...breakdownLines(compared),
    '',
    ...Object.entries(compared.definitions).map(([name, meaning]) => `${name}: ${meaning}`),
  ].join('\n')}\n`
}

function nameOf({ title, revisions, from, to, simulated }: ComparedSide): string {
  const days = from || to ? `, ${from ?? 'start'} to ${to ?? 'today'}` : ''
  const labels = { true: ', SIMULATED TRAFFIC', mixed: ', PARTLY SIMULATED TRAFFIC', false: '' }
  const which = revisions.length > 0 ? ` (revision ${revisions.join(', ')})` : ''
  return `${title}${which}${days}${labels[`${simulated}`]}`
}

const perPerson = (value: number) => value.toPrecision(3)
const liftText = (value: number) => `${value < 0 ? '' : '+'}${(value * 100).toFixed(0)} %`

/** What is told of each side. */
const LINES: readonly (readonly [string, (side: ComparedSide) => string])[] = [
  ['campaign', (side) => side.campaign],
  ['people', ({ totals }) => wholeNumber(totals.people)],
  ['impressions', ({ totals }) => wholeNumber(totals.impressions)],
  ['clicks', ({ totals }) => wholeNumber(totals.clicks)],
  ['conversions', ({ totals }) => wholeNumber(totals.conversions)],
  ['value', ({ totals, currency }) => formatMoney({ amountMicros: totals.valueMicros, currency })],
  ['goal', ({ goal }) => goal],
  ['narrow: people', ({ comparison }) => peopleOf(comparison, 'narrow')],
  ['broad control: people', ({ comparison }) => peopleOf(comparison, 'broadControl')],
  ['narrow: goal events a person', ({ comparison }) => armRate(comparison, 'narrow')],
  ['broad control: goal events a person', ({ comparison }) => armRate(comparison, 'broadControl')],
  ['difference', ({ comparison }) => (comparison.enough ? bounded(comparison.difference, perPerson) : '-')],
  [
    'lift',
    ({ comparison }) => (comparison.enough && comparison.lift ? bounded(comparison.lift, liftText) : '-'),
  ],
  [
    'assignment as planned',
    ({ assignment }) => (assignment.broken ? 'NO' : assignment.pValue === null ? '-' : 'yes'),
  ],
]

type Arm = 'narrow' | 'broadControl'

function peopleOf(comparison: ComparedSide['comparison'], arm: Arm): string {
  if (comparison.enough) return wholeNumber(comparison[arm].people)
  return arm === 'narrow' ? comparison.narrowPeople : comparison.broadControlPeople
}

function armRate(comparison: ComparedSide['comparison'], arm: Arm): string {
  return comparison.enough ? bounded(comparison[arm].goalEventsPerPerson, perPerson) : 'not enough data'
}

function breakdownLines({ by, rows }: ComparedReports): string[] {
  if (rows.length === 0) return ['nothing yet']
  const headings = ['impressions', 'clicks per impression', 'conversions per impression']
  return textTable(
    [
      { heading: by },
      ...['first', 'second'].flatMap((place) =>
        headings.map((heading) => ({ heading: `${place}: ${heading}`, numeric: true })),
      ),
    ],
    rows.map(({ title, first, second }) => [title, ...cellsOf(first), ...cellsOf(second)]),
  )
}

function cellsOf(row: ReportRow | null): string[] {
  if (!row) return ['-', '-', '-']
  if (row.hidden) return [row.people, '', '']
  return [
    wholeNumber(row.impressions),
    rateText(row.clicksPerImpression),
    rateText(row.conversionsPerImpression),
  ]
}

function rateText(rate: ReportRate): string {
  return rate ? bounded(rate, percent) : '-'
}

function bounded({ value, low, high }: Estimate, written: (value: number) => string): string {
  return low === null || high === null
    ? written(value)
    : `${written(value)} (${written(low)} to ${written(high)})`
}
