import { frequencyAtWorth } from './repeat-worth.ts'

/** People that can be shown more or less than others. */
export interface Audience {
  readonly id: string
  /** Above 0. */
  readonly people: number
  /** What a first showing to one of them is expected to bring: goal events, or money. At least 0. */
  readonly worth: number
  /** Showings a person a week it has at least, and at most (not less than the least). */
  readonly leastFrequency: number
  readonly mostFrequency: number
}

/**
 * Showings a person a week for every audience, so that `showings` a week bring most: each audience gets showings until
 * one more is worth the same everywhere, as far as its least and most let it.
 *
 * With worth v and the response of repeat-worth.ts the marginal worth is v e^(-(1 - w) f), so f = ln(v / level) / (1 - w)
 * for a common level, which is found by halving. Equal audiences get equal frequencies; more worth never gets less; the
 * order of the input does not matter.
 *
 * @param showings a week; the leasts together need no more. What the mosts together cannot take is left over
 */
export function spreadShowings(audiences: readonly Audience[], showings: number): Map<string, number> {
  const frequencyAt = ({ worth, leastFrequency, mostFrequency }: Audience, logLevel: number): number => {
    const levelled = worth > 0 ? frequencyAtWorth(logLevel - Math.log(worth)) : 0
    return Math.min(mostFrequency, Math.max(leastFrequency, levelled))
  }
  const ordered = [...audiences].sort((a, b) => (a.id < b.id ? -1 : 1))
  const spentAt = (logLevel: number): number =>
    ordered.reduce((sum, audience) => sum + audience.people * frequencyAt(audience, logLevel), 0)
  const most = ordered.reduce((sum, { people, mostFrequency }) => sum + people * mostFrequency, 0)
  if (showings >= most) return new Map(ordered.map(({ id, mostFrequency }) => [id, mostFrequency]))
  const highest = ordered.reduce((best, { worth }) => Math.max(best, worth), 0)
  if (highest === 0) throw new RangeError('spreadShowings: no audience is worth anything')

  // At the highest worth nobody gets more than the least; the lower the level, the more everybody gets.
  let high = Math.log(highest)
  let low = high - 1
  while (spentAt(low) < showings) low -= high - low
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2
    if (spentAt(middle) < showings) high = middle
    else low = middle
  }
  return new Map(ordered.map((each) => [each.id, frequencyAt(each, high)]))
}

/** Enough for every bit of a double. */
const HALVINGS = 100

/**
 * Whole amounts in proportion to `shares` that sum exactly to `total` (largest remainder; ties by place). Equal shares
 * get amounts that differ by one unit at most.
 *
 * @param total in units
 * @param unit amounts are whole multiples of it, as cents in micros; the last few micros that are none go to the largest
 */
export function splitExactly(total: number, shares: readonly number[], unit = 1): number[] {
  const largest = shares.reduce((most, share) => Math.max(most, share), 0)
  if (!(largest > 0)) throw new RangeError('splitExactly: no share is above 0')
  // Whole numbers throughout: near 2^53 micros a product of doubles is off by more than a coin.
  const weights = shares.map((share) => BigInt(Math.round((share / largest) * SHARE_STEPS)))
  const whole = weights.reduce((sum, weight) => sum + weight, 0n)
  const units = BigInt(Math.floor(total / unit))
  const amounts = weights.map((weight) => (units * weight) / whole)
  const left = Number(units - amounts.reduce((sum, amount) => sum + amount, 0n))
  const byRest = weights
    .map((weight, at) => ({ at, rest: (units * weight) % whole }))
    .sort((a, b) => (a.rest === b.rest ? a.at - b.at : a.rest > b.rest ? -1 : 1))
  for (const { at } of byRest.slice(0, left)) amounts[at]!++
  const micros = amounts.map((amount) => Number(amount) * unit)
  micros[shares.indexOf(largest)]! += total - Number(units) * unit
  return micros
}

/** As finely as a share is taken, of the largest: finer than a double's product, coarser than its last bits' noise. */
const SHARE_STEPS = 2 ** 48
