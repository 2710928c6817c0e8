import { csvCell, csvText } from '../../core/csv.ts'
import { MICROS_PER_UNIT } from '../../core/money.ts'
import type { BudgetPlan, PlannedLeaf } from './budget-plan.ts'

const COLUMNS = [
  'id',
  'title',
  'ad',
  'people',
  'budget',
  'currency',
  'share',
  'frequency_week',
  'impressions',
  'bid_per_thousand',
  'cautious_bid_per_thousand',
  'goal_events',
  'goal_events_low',
  'goal_events_high',
  'rate',
  'rate_low',
  'rate_high',
  'lift',
  'lift_low',
  'lift_high',
] as const

/**
 * The rows of a plan for a buyer's sheet (RFC 4180): leaves, then `broad`, `holdout` and `unspent` as far as they have
 * money. The column `budget` sums to the budget. Money in units of the currency; a cell without a number is empty.
 */
export function budgetPlanCsv(plan: BudgetPlan): string {
  const { rest } = plan
  const restRow = (id: string, title: string, micros: number) =>
    lineOf({
      id,
      title,
      ad: id,
      budget: units(micros),
      currency: plan.currency,
      share: micros / plan.budgetMicros,
    })
  const lines = [
    COLUMNS.join(','),
    ...plan.leaves.map((leaf) => leafLine(plan, leaf)),
    restRow('broad', "broad's ad", rest.broadMicros),
    ...(rest.holdoutMicros > 0 ? [restRow('holdout', 'house ad', rest.holdoutMicros)] : []),
    ...(rest.unspentMicros > 0 ? [restRow('unspent', 'not spent', rest.unspentMicros)] : []),
  ]
  return `${lines.join('\r\n')}\r\n`
}

function leafLine(plan: BudgetPlan, leaf: PlannedLeaf): string {
  return lineOf({
    id: leaf.id,
    title: leaf.title,
    ad: leaf.ad,
    people: leaf.people,
    budget: leaf.budgetMicros === null ? null : units(leaf.budgetMicros),
    currency: plan.currency,
    share: leaf.share,
    frequency_week: leaf.frequency,
    impressions: leaf.impressions,
    bid_per_thousand: leaf.bidMicros === null ? null : units(leaf.bidMicros),
    cautious_bid_per_thousand: leaf.cautiousBidMicros === null ? null : units(leaf.cautiousBidMicros),
    goal_events: leaf.goalEvents?.value,
    goal_events_low: leaf.goalEvents?.low,
    goal_events_high: leaf.goalEvents?.high,
    rate: leaf.rate?.value,
    rate_low: leaf.rate?.low,
    rate_high: leaf.rate?.high,
    lift: leaf.lift?.value,
    lift_low: leaf.lift?.low,
    lift_high: leaf.lift?.high,
  })
}

function lineOf(
  cells: Partial<Record<(typeof COLUMNS)[number], string | number | null | undefined>>,
): string {
  return COLUMNS.map((column) => {
    const cell = cells[column] ?? ''
    // A negative lift is a number, not a formula; texts are people's.
    return typeof cell === 'number' ? csvCell(String(cell)) : csvText(cell)
  }).join(',')
}

/** Micros as a decimal number of units, exactly. */
function units(micros: number): number {
  return micros / MICROS_PER_UNIT
}
