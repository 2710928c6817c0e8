import type { ExpectedDifference, ExpectedValue } from './budget-plan.ts'

/** Shares of draws below and above a 95 % interval. */
const TAIL = 0.025

/** Numbers of a plan are told with six digits that count: more would be the draws'. */
export function told(value: number): number {
  return Number(value.toPrecision(6))
}

/** Mean and 95 % interval of draws. */
export function expectedOf(draws: ArrayLike<number>): ExpectedValue {
  const sorted = Float64Array.from(draws).sort()
  return {
    value: told(sorted.reduce((sum, value) => sum + value, 0) / sorted.length),
    low: told(quantile(sorted, TAIL)),
    high: told(quantile(sorted, 1 - TAIL)),
  }
}

/** The value below which a share of sorted draws lies, between two of them by their distance. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const above = Math.min(sorted.length - 1, below + 1)
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!)
}

/** Differences so small against the whole are the arithmetic's: two equal ways to spend a budget differ by nothing. */
const NOTHING = 1e-9

/** The first less the second, draw by draw. */
export function differenceOf(first: Float64Array, second: Float64Array): ExpectedDifference {
  const differences = first.map((value, at) => {
    const difference = value - second[at]!
    return Math.abs(difference) > NOTHING * (Math.abs(value) + Math.abs(second[at]!)) ? difference : 0
  })
  const mean = second.reduce((sum, value) => sum + value, 0) / second.length
  const goalEvents = expectedOf(differences)
  const ratios = expectedOf(differences.map((value, at) => (second[at]! > 0 ? value / second[at]! : 0)))
  return {
    goalEvents,
    relative: mean > 0 ? { value: told(goalEvents.value / mean), low: ratios.low, high: ratios.high } : null,
    probability: told(differences.filter((value) => value > 0).length / differences.length),
  }
}
