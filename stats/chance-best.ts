import { normalCdf } from './normal.ts'

/** A normal law. */
export interface NormalLaw {
  readonly mean: number
  /** At least 0. */
  readonly deviation: number
}

/** Steps of the line on which the largest is looked for. */
const STEPS = 400
/** Deviations from a mean beyond which nothing is (2e-9). */
const FAR = 6

/**
 * The chance that each of several independent normal numbers is the largest: the integral of its density times the
 * others' distribution functions, by the trapezium rule in its own distribution function.
 *
 * @returns one a law, summing to 1; numbers that never differ share evenly. Error below 2e-4; beside a law of no width
 * up to 3e-3, half of what another has within one step. Cost: 400 distribution functions a law.
 * @throws RangeError for no laws, or one that is none
 */
export function chancesOfLargest(laws: readonly NormalLaw[]): number[] {
  if (laws.length === 0) throw new RangeError('chancesOfLargest: there are no laws')
  let [low, high] = [-Infinity, -Infinity]
  for (const { mean, deviation } of laws) {
    if (!(Number.isFinite(mean) && deviation >= 0 && deviation < Infinity)) {
      throw new RangeError(`chancesOfLargest: mean ${mean}, deviation ${deviation}`)
    }
    low = Math.max(low, mean - FAR * deviation)
    high = Math.max(high, mean + FAR * deviation)
  }
  if (high === low) return shared(laws.map(({ mean }) => Number(mean === high)))
  // A number without width must not stand on the first step: half of it would be under it.
  low -= (high - low) / STEPS
  const least = (high - low) * 1e-9
  const below = (at: number) => {
    const x = low + ((high - low) * at) / STEPS
    return laws.map(({ mean, deviation }) => normalCdf((x - mean) / Math.max(deviation, least)))
  }
  const chances = laws.map(() => 0)
  const after = new Float64Array(laws.length + 1)
  let from = below(0)
  for (let step = 1; step <= STEPS; step++) {
    const to = below(step)
    after[laws.length] = 1
    for (let at = laws.length - 1; at >= 0; at--) after[at] = (after[at + 1]! * (from[at]! + to[at]!)) / 2
    let before = 1
    for (let at = 0; at < laws.length; at++) {
      chances[at]! += (to[at]! - from[at]!) * before * after[at + 1]!
      before *= (from[at]! + to[at]!) / 2
    }
    from = to
  }
  return shared(chances)
}

function shared(chances: readonly number[]): number[] {
  const whole = chances.reduce((sum, each) => sum + each, 0)
  return chances.map((each) => each / whole)
}
