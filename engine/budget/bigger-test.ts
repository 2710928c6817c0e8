import { valueOfSplitting } from '../../stats/decision-value.ts'
import { detectableLift, trialsPerArm } from '../../stats/power.ts'
import type { BudgetPlan } from './budget-plan.ts'
import { told } from './draws.ts'

/** First showings of the two arms, divided by the design effect: as many independent trials. */
export interface Trials {
  readonly narrow: number
  readonly control: number
}

/** A leaf as a place to compare narrow with broad. */
export interface TestedLeaf {
  /** People, as a weight. */
  readonly people: number
  /** Fewer than the k floor could be told from it: it counts, but is not told. */
  readonly hidden: boolean
  /** Of history, and of one budget spent as planned. */
  readonly seen: Trials
  readonly planned: Trials
  /** Draws of broad's rate and of narrow's ratio to it. */
  readonly broad: ArrayLike<number>
  readonly lift: ArrayLike<number>
}

export interface TestQuestion {
  readonly leaves: readonly TestedLeaf[]
  readonly budgetMicros: number
  readonly valuePerEventMicros: number | null
  /** Impressions bought for one trial of `planned`, whoever sees them: the way from trials to money. */
  readonly impressionsPerTrial: number
  readonly costPerThousandMicros: number
  /** Showings a person of a test: a week's. */
  readonly showingsPerPerson: number
  readonly controlShare: number
  /** Whether history compared the arms at all. */
  readonly compared: boolean
}

/** Budgets a test may have, in multiples of the plan's; 0 is what history has told already. */
const SIZES = [0, 1, 2, 5, 10] as const
/** The lift that a test should be able to see, where nothing else is asked: +20 %. */
const STATED_LIFT = 0.2
/** An estimate nearer to no difference than this asks for a test that nobody would run. */
const LEAST_LIFT = 0.005

/**
 * What spending more would teach about narrow against broad.
 *
 * For history alone and with 1, 2, 5 and 10 budgets more: the smallest lift that would show (two-sided 5 %, power 80 %),
 * in all leaves together and in the median one; and what deciding leaf by leaf would then be worth over one decision for
 * all, on one such budget. That is EVoS (GUARD 1c): leaves' differences spread with a variance tau2 around their mean,
 * both as now believed, and a leaf's is read with a noise that its trials give. With unequal arms the harmonic mean of
 * their trials counts.
 */
export function biggerTest(question: TestQuestion): BudgetPlan['biggerTest'] {
  const { leaves, budgetMicros, valuePerEventMicros } = question
  const { base, mean, tau2, lift } = beliefOf(leaves)
  const people = leaves.reduce((sum, leaf) => sum + leaf.people, 0)
  const planned = leaves.reduce((sum, leaf) => sum + leaf.planned.narrow + leaf.planned.control, 0)
  const sizes = SIZES.map((budgets) => {
    const trials = leaves.map(({ seen, planned: more }) => ({
      narrow: seen.narrow + budgets * more.narrow,
      control: seen.control + budgets * more.control,
    }))
    const together = trials.reduce(
      (sum, each) => ({ narrow: sum.narrow + each.narrow, control: sum.control + each.control }),
      { narrow: 0, control: 0 },
    )
    const perTrial = leaves.reduce((sum, leaf, at) => {
      const arm = perArm(trials[at]!)
      if (!(arm > 0)) return sum
      const variance = (base * (1 - base) + (base + mean) * (1 - base - mean)) / arm
      return sum + (leaf.people / people) * valueOfSplitting({ mean, tau2, variance })
    }, 0)
    const events = perTrial * planned
    const shown = trials.filter((_, at) => !leaves[at]!.hidden).map((each) => liftSeen(base, each))
    return {
      budgets,
      budgetMicros: budgets * budgetMicros,
      detectableLift: toldLift(liftSeen(base, together)),
      detectableLiftInLeaf: toldLift(medianOf(shown)),
      goalEventsFromSplitting: told(events),
      valueFromSplittingMicros:
        valuePerEventMicros === null ? null : Math.round(events * valuePerEventMicros),
    }
  })
  const seen = leaves.reduce(
    (sum, leaf) => ({ narrow: sum.narrow + leaf.seen.narrow, control: sum.control + leaf.seen.control }),
    { narrow: 0, control: 0 },
  )
  const isWorthAsking = leaves.length > 0 && question.compared && Math.abs(lift) >= LEAST_LIFT
  return {
    sizes,
    atEstimate: isWorthAsking ? needOf(lift, base, seen, question) : null,
    atStatedLift: leaves.length > 0 ? needOf(STATED_LIFT, base, seen, question) : null,
  }
}

/** Broad's mean rate, the mean of narrow less broad over leaves, its variance between leaves, and the mean as a lift. */
function beliefOf(leaves: readonly TestedLeaf[]) {
  const people = leaves.reduce((sum, leaf) => sum + leaf.people, 0)
  const draws = leaves[0]?.broad.length ?? 0
  let bases = 0
  let means = 0
  let variances = 0
  for (let draw = 0; draw < draws; draw++) {
    let base = 0
    let first = 0
    let second = 0
    for (const leaf of leaves) {
      const difference = leaf.broad[draw]! * (leaf.lift[draw]! - 1)
      base += leaf.people * leaf.broad[draw]!
      first += leaf.people * difference
      second += leaf.people * difference * difference
    }
    bases += base / people
    means += first / people
    variances += Math.max(0, second / people - (first / people) ** 2)
  }
  // A rate of first showings may pass 1 in a wild draw; a test of rates needs one that can be tested.
  const base = Math.min(0.5, bases / draws)
  const mean = Math.min(base, Math.max(-0.99 * base, means / draws))
  return { base, mean, tau2: variances / draws, lift: mean / base }
}

/** Trials of two equal arms that tell as much. */
function perArm({ narrow, control }: Trials): number {
  return narrow > 0 && control > 0 ? 2 / (1 / narrow + 1 / control) : 0
}

function liftSeen(base: number, trials: Trials): number {
  return detectableLift(base, perArm(trials))
}

function toldLift(lift: number): number | null {
  return Number.isFinite(lift) ? told(lift) : null
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.length > 0 ? sorted[(sorted.length - 1) >> 1]! : Number.POSITIVE_INFINITY
}

function needOf(
  lift: number,
  base: number,
  seen: Trials,
  question: TestQuestion,
): NonNullable<BudgetPlan['biggerTest']['atStatedLift']> {
  const arm = Math.max(0, trialsPerArm(base, base * (1 + lift)) - perArm(seen))
  const share = question.controlShare
  const impressions = (arm / (2 * share * (1 - share))) * question.impressionsPerTrial
  return {
    lift: told(lift),
    impressions: told(impressions),
    budgetMicros: Math.ceil((impressions * question.costPerThousandMicros) / 1000),
    people: Math.ceil(impressions / question.showingsPerPerson),
  }
}
