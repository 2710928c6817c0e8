import { formatMoney, type Money } from '../../core/money.ts'
import { isSmall } from '../../stats/hide-small.ts'
import type { CounterRow } from '../ports/counters.ts'
import type { Estimate, IncrementalCost, ReportArm } from './report.ts'

/** What a thousand impressions cost. */
export type Price = Money

const IMPRESSIONS_PER_THOUSAND = 1000

/** A counter row with what its impressions cost: nothing for a house ad. */
export interface PricedRow extends CounterRow {
  readonly spendMicros: number
}

/**
 * Rows with their cost: by the price of the revision that served them, and what auctions charged.
 *
 * The less usual prices count as the most usual one as long as there is an arm whose ads were shown to fewer people than
 * the k floor at some price: else money and impressions together would tell how many impressions these people had.
 *
 * @param priceOf micros per thousand impressions, by revision
 */
export function priceRows(
  rows: readonly CounterRow[],
  priceOf: (revision: number) => number,
  kFloor: number,
): { readonly rows: PricedRow[]; readonly onePrice: boolean } {
  const shown = rows.filter(({ impressions, auctioned, adUnit }) => impressions > auctioned && adUnit !== '')
  const use = new Map<number, number>()
  for (const { revision, impressions, auctioned } of shown) {
    const price = priceOf(revision)
    use.set(price, (use.get(price) ?? 0) + impressions - auctioned)
  }
  const byUse = [...use].sort(([a, i], [b, j]) => j - i || a - b).map(([price]) => price)
  const usual = byUse[0] ?? 0
  const told = new Set(byUse)
  const toldPrice = (revision: number) => (told.has(priceOf(revision)) ? priceOf(revision) : usual)
  for (let last = byUse.pop(); last !== undefined && told.size > 1; last = byUse.pop()) {
    if (!hasSmallGroup(shown, toldPrice, kFloor)) break
    told.delete(last)
  }
  return {
    // An auction has a price of its own for every impression.
    onePrice: told.size <= 1 && rows.every(({ auctioned, chargedMicros }) => auctioned + chargedMicros === 0),
    rows: rows.map((row) => {
      const paid = row.adUnit === '' ? 0 : row.impressions - row.auctioned
      const agreedMicros = (paid * toldPrice(row.revision)) / IMPRESSIONS_PER_THOUSAND
      return { ...row, spendMicros: agreedMicros + row.chargedMicros }
    }),
  }
}

/** Whether at some price some arm's ads were shown to a few people only. */
function hasSmallGroup(
  shown: readonly CounterRow[],
  toldPrice: (revision: number) => number,
  kFloor: number,
): boolean {
  const people = new Map<string, Set<string | null>>()
  for (const { arm, revision, person } of shown) {
    const group = `${arm} ${toldPrice(revision)}`
    people.set(group, (people.get(group) ?? new Set()).add(person))
  }
  return [...people.values()].some(({ size }) => isSmall(size, kFloor))
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
