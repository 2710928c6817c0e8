import type { Money } from '../../core/money.ts'
import { createStream } from '../../core/stream.ts'
import type { Campaign } from '../campaign/campaign.ts'
import type { Volume } from '../guard/expected-volume.ts'
import { biggerTest } from './bigger-test.ts'
import type { BudgetPlan, ExpectedOutcome, PlannedLeaf } from './budget-plan.ts'
import { PLAN_DEFINITIONS } from './definitions.ts'
import { differenceOf, expectedOf, told } from './draws.ts'
import type { History } from './history.ts'
import { type LeafRates, learnRates } from './leaf-rates.ts'
import { NOTHING_TOLD, narrowRow } from './leaf-row.ts'
import { endOf, type LeafTree } from './leaf-tree.ts'
import { REPEAT_WORTH } from './repeat-worth.ts'
import { splitMoney } from './split-money.ts'
import { splitShowings } from './split-showings.ts'
import { verdictOf, warningsOf } from './verdict.ts'
import { drawGoalEvents, type Flight, impressionsOf, reachOf, type Shown, worthOf } from './way-to-spend.ts'

/** A leaf as the guard found it. */
export interface PlanLeaf {
  readonly id: string
  readonly title: string
  /** Those it would be served to: in no narrower segment. */
  readonly people: number
  /** So few people meet its rule that nobody is ever served it. */
  readonly servedBroad: boolean
}

export interface PlanInput {
  readonly campaign: Campaign
  readonly revision: number
  readonly populationHash: string
  readonly leaves: readonly PlanLeaf[]
  /** Ids of leaves whose people may not be told. */
  readonly hidden: ReadonlySet<string>
  readonly tree: LeafTree
  readonly history: History
  /** Of this budget. */
  readonly volume: Volume
  readonly budget: Money
  /** Micros; in the campaign's currency. Without it history's, if it has one. */
  readonly valuePerEventMicros?: number
  /** Most showings a person a week. */
  readonly frequencyCap?: number
  /** People that can be reached, when more (or fewer) than the population has; leaves keep their shares. */
  readonly audience?: number
}

/** Broad keeps at least this share of matched people, even where the campaign was given less (GUARD 3.3, step 7). */
const LEAST_CONTROL = 0.1
/** Where narrow does worse than broad with so much probability, a leaf gets broad's ads (GUARD 3.3, step 4, turned round). */
const SURE_ENOUGH = 0.9

/**
 * How a budget splits over the leaves of a campaign, and what that is expected to bring beside broad only.
 *
 * 1. Rates of every leaf, on broad and narrow, from history pooled up the tree (leaf-rates.ts). Where narrow does worse
 *    with 90 %, or too few people are in a leaf, it gets broad's ads.
 * 2. Showings go where one more is worth most, less for each repeat (split-budget.ts), at expected rates. An audience
 *    is shown from half to twice what an even spread would, and not less than brings the goal events a week it needs to be
 *    learnt from, where an even spread brings those.
 * 3. The same joint draws of all rates give what the plan brings, what broad's ad would bring on the same split, and on
 *    an even spread over everybody (broad only), so each difference has an interval of its own.
 *
 * The value of a goal event is one for all leaves: it scales bids and outcomes, and moves no budget. Impressions cost the
 * same everywhere. The same input gives the same plan, in whatever order.
 */
export function makeBudgetPlan(input: PlanInput): BudgetPlan {
  const { campaign, revision, volume, history, budget, hidden } = input
  const { costPerThousand } = campaign.budget
  const seed = `plan ${campaign.name}@${revision}`
  const rates = learnRates(input.tree, history, campaign.goal.baselineRate, createStream(seed))
  const flight: Flight = { weeks: volume.weeks, holdoutShare: volume.holdoutShare }
  const controlShare = Math.max(LEAST_CONTROL, volume.broadControlShare)
  const scale = (input.audience ?? volume.people) / Math.max(1, volume.people)
  const leaves = [...input.leaves].sort((a, b) => (a.id < b.id ? -1 : 1))
  const served = leaves.filter(({ people, servedBroad }) => people > 0 && !servedBroad)
  const narrow = served.filter(({ id }) => !isWorse(rates, id))
  const split = splitShowings({
    leaves,
    narrow: new Set(narrow.map(({ id }) => id)),
    rates,
    volume,
    scale,
    showings: (budget.amountMicros / costPerThousand.amountMicros / volume.weeks) * 1000,
    cap: input.frequencyCap ?? Number.POSITIVE_INFINITY,
    controlShare,
  })

  const plan = drawGoalEvents(split.plan, flight, rates)
  const sameSplit = drawGoalEvents(split.plan.map(onBroad), flight, rates)
  const broadOnly = drawGoalEvents(split.broadOnly, flight, rates)
  const valuePerEventMicros = input.valuePerEventMicros ?? history.valuePerEventMicros
  const outcomeOf = (events: Float64Array, shown: readonly Shown[]) =>
    expectedOutcome(events, shown, flight, {
      valuePerEventMicros,
      budgetMicros: budget.amountMicros,
      costPerThousandMicros: costPerThousand.amountMicros,
    })
  const planned = new Map(split.plan.map((shown) => [shown.end, shown]))
  const money = splitMoney(
    split.plan,
    flight,
    leaves.flatMap(({ id }) => (hidden.has(id) ? [] : [id])),
    { budget, costPerThousandMicros: costPerThousand.amountMicros },
  )
  const rows = leaves.map((leaf): PlannedLeaf => {
    const shown = planned.get(endOf(leaf.id))
    if (hidden.has(leaf.id)) return { ...NOTHING_TOLD, id: leaf.id, title: leaf.title }
    return {
      id: leaf.id,
      title: leaf.title,
      ...(shown && shown.narrowShare > 0
        ? narrowRow(shown, flight, rates, valuePerEventMicros)
        : { ...NOTHING_TOLD, ad: 'broad' }),
      people: leaf.people,
      share: told((money.leaves.get(leaf.id) ?? 0) / budget.amountMicros),
      budgetMicros: money.leaves.get(leaf.id) ?? 0,
    }
  })
  const impressions = split.plan.reduce((sum, shown) => sum + impressionsOf(shown, flight), 0)
  const reached = split.plan.reduce((sum, { people, frequency }) => (frequency > 0 ? sum + people : sum), 0)
  const trialsOf = (counted: { showings: number } | undefined) =>
    (counted?.showings ?? 0) / history.designEffect
  const ends = new Map(input.tree.ends.map((end) => [end.id, end]))
  const tested = served.map((leaf) => {
    const people = leaf.people * scale
    const worth = worthOf({ people, frequency: split.evenFrequency }, flight) / history.designEffect
    const counted = history.assignmentBroken ? undefined : ends.get(endOf(leaf.id))!.counted
    return {
      people,
      hidden: hidden.has(leaf.id),
      seen: { narrow: trialsOf(counted?.narrow), control: trialsOf(counted?.control) },
      planned: { narrow: worth * (1 - controlShare), control: worth * controlShare },
      broad: rates.broad.get(endOf(leaf.id))!,
      lift: rates.lift.get(endOf(leaf.id))!,
    }
  })
  const plannedTrials = tested.reduce((sum, each) => sum + each.planned.narrow + each.planned.control, 0)
  const found = {
    version: 1 as const,
    campaign: campaign.name,
    title: campaign.title ?? campaign.name,
    revision,
    populationHash: input.populationHash,
    seed,
    draws: rates.draws,
    currency: budget.currency,
    budgetMicros: budget.amountMicros,
    goal: campaign.goal.event,
    kFloor: volume.kFloor,
    costPerThousandMicros: costPerThousand.amountMicros,
    value:
      valuePerEventMicros === null
        ? null
        : {
            perGoalEventMicros: told(valuePerEventMicros),
            from: input.valuePerEventMicros === undefined ? ('history' as const) : ('given' as const),
          },
    mode: volume.mode,
    weeks: told(volume.weeks),
    audience: Math.round(volume.people * scale),
    frequency: told(reached > 0 ? impressions / reached / flight.weeks : 0),
    frequencyCap: input.frequencyCap ?? null,
    repeatWorth: REPEAT_WORTH,
    broadControlShare: controlShare,
    history: {
      people: history.people,
      impressions: history.impressions,
      goalEvents: history.goalEvents,
      designEffect: told(history.designEffect),
      assignmentBroken: history.assignmentBroken,
      simulated: history.simulated,
      revisions: [...history.revisions],
    },
    plan: outcomeOf(plan, split.plan),
    broadOnly: outcomeOf(broadOnly, split.broadOnly),
    sameSplitBroad: outcomeOf(sameSplit, split.plan),
    planOverBroadOnly: differenceOf(plan, broadOnly),
    planOverSameSplit: differenceOf(plan, sameSplit),
    leaves: inOrder(rows),
    rest: {
      broadMicros: money.broadMicros,
      broadShare: told(money.broadMicros / budget.amountMicros),
      hiddenLeaves: rows.filter(({ ad }) => ad === 'hidden').length,
      holdoutMicros: money.holdoutMicros,
      unspentMicros: money.unspentMicros,
    },
    biggerTest: biggerTest({
      leaves: tested,
      budgetMicros: budget.amountMicros,
      valuePerEventMicros,
      impressionsPerTrial: plannedTrials > 0 ? impressions / plannedTrials : 0,
      costPerThousandMicros: costPerThousand.amountMicros,
      showingsPerPerson: Math.max(1, split.evenFrequency),
      controlShare,
      compared: tested.some(({ seen }) => seen.narrow > 0 && seen.control > 0),
    }),
    definitions: PLAN_DEFINITIONS,
  }
  const worse = served.length - narrow.length
  return {
    ...verdictOf(found),
    ...found,
    warnings: warningsOf(found, { ...volume, worse, isAudienceGiven: input.audience !== undefined }),
  }
}

function isWorse(rates: LeafRates, leaf: string): boolean {
  const lift = rates.lift.get(endOf(leaf))!
  let below = 0
  for (const value of lift) if (value < 1) below++
  return below / lift.length >= SURE_ENOUGH
}

const onBroad = (shown: Shown): Shown => ({ ...shown, narrowShare: 0 })

function expectedOutcome(
  events: Float64Array,
  shown: readonly Shown[],
  flight: Flight,
  {
    valuePerEventMicros,
    budgetMicros,
    costPerThousandMicros,
  }: { valuePerEventMicros: number | null; budgetMicros: number; costPerThousandMicros: number },
): ExpectedOutcome {
  const goalEvents = expectedOf(events)
  const impressions = shown.reduce((sum, each) => sum + impressionsOf(each, flight), 0)
  const spentMicros = Math.min(budgetMicros, Math.round((impressions * costPerThousandMicros) / 1000))
  const worth = (perEvent: number) => Math.round(perEvent * (valuePerEventMicros ?? 0))
  return {
    goalEvents,
    valueMicros:
      valuePerEventMicros === null
        ? null
        : { value: worth(goalEvents.value), low: worth(goalEvents.low), high: worth(goalEvents.high) },
    spentMicros,
    costPerGoalEventMicros: goalEvents.value > 0 ? Math.round(spentMicros / goalEvents.value) : null,
    peopleReached: reachOf(shown, flight),
  }
}

/** Most budget first; hidden leaves last by id: between two others a place would be a number. */
function inOrder(rows: readonly PlannedLeaf[]): PlannedLeaf[] {
  const rank = { narrow: 0, broad: 1, hidden: 2 } as const
  return [...rows].sort(
    (a, b) =>
      rank[a.ad] - rank[b.ad] || (b.budgetMicros ?? 0) - (a.budgetMicros ?? 0) || (a.id < b.id ? -1 : 1),
  )
}
