import { breakEvenLift, budgetLimitedBreakEven } from '../../stats/break-even.ts'
import { type Campaign, DEFAULTS } from '../campaign/campaign.ts'
import type { CheckReport } from './check-report.ts'
import type { Volume } from './expected-volume.ts'

type BreakEven = CheckReport['breakEven']

/** A lift above is not believed: more than twice the response of broad is unlikely (GUARD 3.3, step 1). */
export const HIGHEST_BELIEVED_LIFT = 1
/** A lift above is doubtful (FIELD 5.3). */
export const DOUBTFUL_LIFT = 0.5

/** Broad's revenue for each unit of its cost, as the campaign states it or as a usual margin, and how it is known. */
function revenueOf({
  economics = {},
  goal,
  budget,
}: Campaign): Pick<BreakEven, 'revenuePerCost' | 'revenueFrom'> {
  const { valuePerGoal, revenuePerCost } = economics
  if (valuePerGoal !== undefined) {
    const costPerImpression = budget.costPerThousand.amountMicros / 1000
    return {
      revenuePerCost: (valuePerGoal.amountMicros * goal.baselineRate) / costPerImpression,
      revenueFrom: 'value-per-goal',
    }
  }
  return revenuePerCost === undefined
    ? { revenuePerCost: DEFAULTS.revenuePerCost, revenueFrom: 'assumed' }
    : { revenuePerCost, revenueFrom: 'stated' }
}

/**
 * The lift narrow ads need to earn what broad alone earns, in both forms: money left over when everybody is reached, and
 * money gone before that. A tailored campaign reaches everybody, so it needs nothing but its costs; a targeted one
 * reaches the people of its leaves only.
 */
export function breakEvenOf(campaign: Campaign, volume: Volume): BreakEven {
  const { revenuePerCost, revenueFrom } = revenueOf(campaign)
  const { costRatio } = volume
  const reach = volume.people > 0 ? volume.peopleReached / volume.people : 0
  const broadPays = revenuePerCost > 1
  const budgetLimitedLift = budgetLimitedBreakEven(costRatio) - 1
  const reachLimitedLift = broadPays && reach > 0 ? breakEvenLift(reach, revenuePerCost, costRatio) - 1 : null
  // Nobody reached: nothing could make up for that.
  const needed = reach > 0 ? Math.max(budgetLimitedLift, reachLimitedLift ?? budgetLimitedLift) : Infinity
  return {
    reach,
    revenuePerCost,
    revenueFrom,
    costRatio,
    broadPays,
    reachLimitedLift,
    budgetLimitedLift,
    signal: needed > HIGHEST_BELIEVED_LIFT ? 'red' : needed > DOUBTFUL_LIFT ? 'amber' : 'green',
  }
}
