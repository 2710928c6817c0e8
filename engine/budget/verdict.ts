import { formatMoney } from '../../core/money.ts'
import { percent, wholeNumber } from '../reporting/text-table.ts'
import type { BudgetPlan } from './budget-plan.ts'

type Found = Omit<BudgetPlan, 'verdict' | 'text' | 'warnings'>

/**
 * What to do, in a code and a sentence.
 *
 * Narrow ads must be shown to bring more than broad's on the same split, not only the split more than an even one: that
 * leaves differ is no reason for ads of their own. Where nothing is shown, a test is advised if this budget is enough to
 * see a stated lift, else broad.
 */
export function verdictOf(found: Found): Pick<BudgetPlan, 'verdict' | 'text'> {
  const { planOverBroadOnly: whole, planOverSameSplit: ads, biggerTest } = found
  const { atStatedLift } = biggerTest
  const money = (micros: number) => formatMoney({ amountMicros: micros, currency: found.currency })
  const brings = `${count(found.plan.goalEvents.value)} ${found.goal}s`
  const beside = `${signed(whole.relative)} beside broad only`
  if (ads.goalEvents.low > 0 && whole.goalEvents.low > 0) {
    return {
      verdict: 'NARROW',
      text:
        `Go narrow by this plan: it is expected to bring ${brings}, ${beside}, and to beat it with ` +
        `${chance(whole.probability)} probability; the narrow ads themselves make ${signed(ads.relative)}.`,
    }
  }
  const unseen = `what the narrow ads themselves make, ${signed(ads.relative)}, holds 0`
  if (whole.goalEvents.low > 0) {
    const steered = differenceText(found)
    return {
      verdict: 'STEER',
      text:
        `Steer the budget as planned, but no gain of the narrow ads is shown: ${unseen}. ` +
        `Broad's ad on the same split brings ${steered} beside an even spread.`,
    }
  }
  if (!atStatedLift || found.leaves.every(({ ad }) => ad === 'broad')) {
    return {
      verdict: 'BROAD',
      text: 'Stay with broad: no leaf is left for which narrow ads are worth showing.',
    }
  }
  const difference = `the difference to broad only, ${signed(whole.relative)}, ${
    whole.goalEvents.high < 0 ? 'is a loss' : 'holds 0'
  }`
  const lift = `a lift of ${signedPercent(atStatedLift.lift)}`
  const cost = atStatedLift.budgetMicros
  if (whole.goalEvents.high < 0 || cost === 0 || cost > found.budgetMicros) {
    const test =
      cost === 0
        ? `What was spent already would most likely have shown ${lift}.`
        : `To tell even ${lift} would take ${money(cost)} more.`
    return { verdict: 'BROAD', text: `Stay with broad: ${difference}. ${test}` }
  }
  return {
    verdict: 'TEST',
    text:
      `Stay with broad, and first test narrow for about ${money(cost)}: no gain of narrow is shown, ` +
      `${difference}, and that is enough to tell ${lift}.`,
  }
}

/** Showings a person a week above which the budget is meant for more people than the population holds. */
const MANY_SHOWINGS_WEEK = 20

/** What the reader must know before using the numbers, most important first. */
export function warningsOf(
  found: Found,
  about: { readonly broadControlShare: number; readonly worse: number; readonly isAudienceGiven: boolean },
): string[] {
  const { history } = found
  const warnings: string[] = []
  if (history.impressions === 0) {
    warnings.push(
      "there is no history: rates are the campaign's own baselineRate, which may be wrong by a factor of 2.7 either way",
    )
  } else if (history.assignmentBroken) {
    warnings.push(
      'people did not fall into the arms as the campaign says, so nothing is learnt of narrow against broad',
    )
  }
  if (found.value === null) {
    warnings.push(
      `no ${found.goal} came with a value: the plan counts ${found.goal}s and tells no bids; give the value with --value`,
    )
  }
  const { valueMicros, spentMicros } = found.plan
  if (valueMicros && valueMicros.value < spentMicros) {
    const money = (micros: number) => formatMoney({ amountMicros: micros, currency: found.currency })
    warnings.push(
      `the plan is expected to bring ${money(valueMicros.value)} for ${money(spentMicros)}: it does not earn what it costs`,
    )
  }
  if (found.frequency > MANY_SHOWINGS_WEEK) {
    warnings.push(
      `the budget buys ${found.frequency.toFixed(0)} showings a person a week among ${wholeNumber(found.audience)} people; ` +
        (about.isAudienceGiven
          ? 'most are repeats that bring little'
          : 'if the audience that is bought is larger, give its people with --audience'),
    )
  }
  if (found.rest.unspentMicros > 0) {
    warnings.push('the frequency cap leaves some of the budget unspent')
  }
  if (about.worse > 0) {
    warnings.push(
      `in ${about.worse === 1 ? 'one leaf' : `${wholeNumber(about.worse)} leaves`} narrow does worse with 90 % probability or more: ` +
        "they are planned with broad's ads; take them out of the campaign",
    )
  }
  if (about.broadControlShare < found.broadControlShare) {
    warnings.push(
      `broad keeps ${percent(found.broadControlShare)} of matched people here, though the campaign says ${percent(about.broadControlShare)}`,
    )
  }
  return warnings
}

/** What steering alone is expected to bring over broad only. */
function differenceText({ sameSplitBroad, broadOnly }: Found): string {
  const before = broadOnly.goalEvents.value
  return before > 0 ? signedPercent(sameSplitBroad.goalEvents.value / before - 1) : 'more'
}

/** +12 % (+3 % to +22 %) */
export function signed(relative: BudgetPlan['planOverBroadOnly']['relative']): string {
  if (!relative) return 'no number'
  return `${signedPercent(relative.value)} (95 % interval ${signedPercent(relative.low)} to ${signedPercent(relative.high)})`
}

/** +12 %; with a digit more under 10 %. */
export function signedPercent(fraction: number): string {
  const value = fraction * 100
  const written = Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(1)
  return `${value > 0 ? '+' : ''}${written === '-0.0' ? '0.0' : written} %`
}

/** Never 100 % or 0 %: draws are finite. */
export function chance(probability: number): string {
  if (probability > 0.999) return 'over 99.9 %'
  return probability < 0.001 ? 'under 0.1 %' : percent(probability)
}

/** A whole number with three digits that count at most, as an expectation deserves. */
export function count(value: number): string {
  return wholeNumber(Number(value.toPrecision(value >= 1000 ? 4 : 3)))
}
