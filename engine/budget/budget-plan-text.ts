import { formatMoney } from '../../core/money.ts'
import { percent, type TextColumn, textTable, wholeNumber } from '../reporting/text-table.ts'
import type { BudgetPlan, ExpectedOutcome, ExpectedValue, PlannedLeaf } from './budget-plan.ts'
import { chance, count, signed, signedPercent } from './verdict.ts'

const TITLES: Readonly<Record<BudgetPlan['verdict'], string>> = {
  NARROW: 'NARROW',
  STEER: "STEER, BROAD'S AD",
  TEST: 'BROAD, AND A TEST',
  BROAD: 'BROAD',
}

/** A budget plan for people: what to do first, then the two sides, then the leaves, then what a test would teach. */
export function budgetPlanText(plan: BudgetPlan): string {
  const { history } = plan
  const lines = [
    `${TITLES[plan.verdict]}: ${plan.text}`,
    '',
    `${plan.title}, revision ${plan.revision}: ${written(plan, plan.budgetMicros)} at ${written(plan, plan.costPerThousandMicros)} ` +
      `a thousand over ${(plan.weeks).toFixed(1)} weeks, ${wholeNumber(plan.audience)} people, ` +
      `${plan.frequency.toPrecision(3)} showings a person a week`,
    history.impressions === 0
      ? 'learnt from nothing yet'
      : `learnt from ${wholeNumber(history.people)} people, ${wholeNumber(history.impressions)} impressions, ` +
        `${wholeNumber(history.goalEvents)} ${plan.goal}s`,
  ]
  if (plan.value) {
    const from = plan.value.from === 'history' ? 'as in history' : 'as given'
    lines.push(`a ${plan.goal} is worth ${written(plan, plan.value.perGoalEventMicros)}, ${from}`)
  }
  if (history.simulated === true) lines.push('SIMULATED TRAFFIC: nobody saw these ads.')
  if (history.simulated === 'mixed')
    lines.push('PARTLY SIMULATED TRAFFIC: real and simulated people together.')
  for (const warning of plan.warnings) lines.push(`note: ${warning}`)
  lines.push('', 'Expected', ...outcomeLines(plan))
  lines.push('', 'What a bigger test would teach', ...testLines(plan))
  lines.push('', 'The budget', ...leafLines(plan))
  lines.push('', ...Object.entries(plan.definitions).map(([name, meaning]) => `${name}: ${meaning}`))
  lines.push(`seed: ${plan.seed}, ${wholeNumber(plan.draws)} draws`)
  return `${lines.join('\n')}\n`
}

function outcomeLines(plan: BudgetPlan): string[] {
  const hasValue = plan.value !== null
  const columns: TextColumn[] = [
    { heading: '' },
    { heading: `${plan.goal}s`, numeric: true },
    { heading: `cost per ${plan.goal}`, numeric: true },
    ...(hasValue ? [{ heading: 'value', numeric: true }] : []),
    { heading: 'people reached', numeric: true },
    { heading: 'spent', numeric: true },
  ]
  const row = (name: string, outcome: ExpectedOutcome) => [
    name,
    bounds(outcome.goalEvents, count),
    outcome.costPerGoalEventMicros === null ? '-' : written(plan, outcome.costPerGoalEventMicros),
    ...(hasValue ? [bounds(outcome.valueMicros!, (micros) => roughly(plan, micros))] : []),
    wholeNumber(outcome.peopleReached),
    written(plan, outcome.spentMicros),
  ]
  return [
    ...textTable(columns, [
      row('this plan', plan.plan),
      row('same split, broad ad', plan.sameSplitBroad),
      row('broad only', plan.broadOnly),
    ]),
    `this plan less broad only: ${signed(plan.planOverBroadOnly.relative)}, better with ${chance(plan.planOverBroadOnly.probability)} probability`,
    `of that the narrow ads: ${signed(plan.planOverSameSplit.relative)}`,
  ]
}

function leafLines(plan: BudgetPlan): string[] {
  const hasValue = plan.value !== null
  const columns: TextColumn[] = [
    { heading: 'leaf' },
    { heading: 'people', numeric: true },
    { heading: 'share', numeric: true },
    { heading: 'budget', numeric: true },
    { heading: 'showings a week', numeric: true },
    ...(hasValue
      ? [
          { heading: 'bid per thousand', numeric: true },
          { heading: 'cautious', numeric: true },
        ]
      : []),
    { heading: `${plan.goal}s`, numeric: true },
    { heading: 'rate', numeric: true },
    { heading: 'lift', numeric: true },
  ]
  const { rest } = plan
  const money = (name: string, micros: number) => [
    name,
    '',
    percent(micros / plan.budgetMicros),
    written(plan, micros),
  ]
  const hidden = rest.hiddenLeaves
  const broad =
    hidden === 0
      ? "broad's ad"
      : `broad's ad, and ${hidden === 1 ? 'a leaf' : `${wholeNumber(hidden)} leaves`} not told for their few people`
  return textTable(columns, [
    money(broad, rest.broadMicros),
    ...plan.leaves.filter(({ ad }) => ad !== 'hidden').map((leaf) => leafRow(plan, leaf)),
    ...(rest.holdoutMicros > 0 ? [money('house ad (holdout)', rest.holdoutMicros)] : []),
    ...(rest.unspentMicros > 0 ? [money('not spent', rest.unspentMicros)] : []),
    money('in all', plan.budgetMicros),
  ])
}

function leafRow(plan: BudgetPlan, leaf: PlannedLeaf): string[] {
  if (leaf.ad !== 'narrow') return [leaf.title, wholeNumber(leaf.people!), '', "broad's ad"]
  return [
    leaf.title,
    wholeNumber(leaf.people!),
    percent(leaf.share!),
    written(plan, leaf.budgetMicros!),
    leaf.frequency!.toPrecision(3),
    ...(leaf.bidMicros === null || leaf.cautiousBidMicros === null
      ? []
      : [written(plan, leaf.bidMicros), written(plan, leaf.cautiousBidMicros)]),
    count(leaf.goalEvents!.value),
    bounds(leaf.rate!, percent),
    bounds(leaf.lift!, signedPercent),
  ]
}

function testLines(plan: BudgetPlan): string[] {
  const { sizes, atEstimate, atStatedLift } = plan.biggerTest
  const lift = (value: number | null) => (value === null ? 'none' : signedPercent(value))
  const lines = textTable(
    [
      { heading: 'spent on it' },
      { heading: 'money', numeric: true },
      { heading: 'detectable lift', numeric: true },
      { heading: 'in the median leaf', numeric: true },
      { heading: `worth of splitting, ${plan.goal}s`, numeric: true },
    ],
    sizes.map((size) => [
      size.budgets === 0
        ? 'nothing more'
        : size.budgets === 1
          ? 'this budget'
          : `${size.budgets} times this budget`,
      written(plan, size.budgetMicros),
      lift(size.detectableLift),
      lift(size.detectableLiftInLeaf),
      count(size.goalEventsFromSplitting),
    ]),
  )
  const need = (
    what: string,
    { budgetMicros, impressions, people, lift: by }: NonNullable<typeof atStatedLift>,
  ) =>
    impressions === 0
      ? `${what}, ${signedPercent(by)}: history is enough`
      : `${what}, ${signedPercent(by)}: ${written(plan, budgetMicros)}, ${count(impressions)} impressions ` +
        `to ${wholeNumber(people)} people${people > plan.audience ? ` (there are ${wholeNumber(plan.audience)}: show them longer)` : ''}`
  lines.push(
    atEstimate
      ? need('to tell narrow from broad at the present estimate', atEstimate)
      : 'no estimate of narrow against broad yet, or one of no difference',
  )
  lines.push(atStatedLift ? need('to tell a stated lift', atStatedLift) : 'no leaf can be tested')
  return lines
}

function bounds({ value, low, high }: ExpectedValue, write: (value: number) => string): string {
  return `${write(value)} (${write(low)} to ${write(high)})`
}

function written({ currency }: Pick<BudgetPlan, 'currency'>, amountMicros: number): string {
  return formatMoney({ amountMicros, currency })
}

/** Money of an expectation: as exact as it is. */
function roughly(plan: BudgetPlan, micros: number): string {
  return written(plan, Number(micros.toPrecision(4))).replace(/\.00$/, '')
}
