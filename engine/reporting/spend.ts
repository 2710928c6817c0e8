import { formatMoney, type Money } from '../../core/money.ts'
import type { Estimate, IncrementalCost, ReportArm } from './report.ts'

/** What a thousand impressions cost. */
export type Price = Money

const IMPRESSIONS_PER_THOUSAND = 1000

/** What so many impressions cost by the campaign's price, in whole micros. It is no invoice. */
export function spendMicros(impressions: number, price: Price): number {
  return Math.round((impressions * price.amountMicros) / IMPRESSIONS_PER_THOUSAND)
}

/**
 * Money per goal event that broad would not have brought: what was spent on a person of the narrow arm, by the
 * difference of goal events a person. All of narrow's money is divided, though broad's ads would have cost about as much
 * for fewer events; how much more narrow's people cost is told beside it.
 *
 * Bounds are those of the difference, the money taken as known. A difference that is not told from 0 bounds the cost on
 * one side only, and then there is no value: its expectation does not exist.
 */
export function incrementalCost(
  arms: { readonly narrow: ReportArm; readonly broadControl: ReportArm; readonly difference: Estimate },
  goal: string,
  price: Price,
): IncrementalCost {
  const { narrow, broadControl, difference } = arms
  const perPerson = narrow.spendMicros / narrow.people
  const extraSpendPerPersonMicros = perPerson - broadControl.spendMicros / broadControl.people
  const low = difference.low ?? -Infinity
  const high = difference.high ?? Infinity
  const money = (amountMicros: number) => formatMoney({ ...price, amountMicros })
  const none = { valueMicros: null, lowMicros: null, highMicros: null, extraSpendPerPersonMicros }
  if (perPerson === 0) return { ...none, text: 'nothing was spent on narrow yet' }
  if (high <= 0) {
    return { ...none, text: `narrow brings no more ${goal}s than broad, so there is none to divide by` }
  }
  if (low <= 0) {
    const lowMicros = perPerson / high
    const text = `at least ${money(lowMicros)}; no more can be said while the difference is not told from 0`
    return { ...none, lowMicros, text }
  }
  const [valueMicros, lowMicros, highMicros] = [difference.value, high, low].map(
    (per) => perPerson / per,
  ) as [number, number, number]
  return {
    valueMicros,
    lowMicros,
    highMicros,
    extraSpendPerPersonMicros,
    text: `${money(valueMicros)} (95 % interval ${money(lowMicros)} to ${money(highMicros)})`,
  }
}
