import type { Interval } from './proportion.ts'

/** Observations the sequence is narrowest at (GrowthBook's default, too). */
const PLANNED_OBSERVATIONS = 5000

/** How often an estimate is looked at, and how sure its interval has to be. */
export interface Looks {
  /** Observations behind the estimate now, over all arms; above 0. */
  readonly observations: number
  /** Observations at which the sequence is to be narrowest. Fixed before the first look. Default 5,000. */
  readonly plannedObservations?: number
  /** Chance that the truth is ever left out, in (0, 1). Default 0.05. */
  readonly alpha?: number
}

export interface SequentialEstimate extends Looks {
  readonly estimate: number
  /** Of the estimate, at `observations`; at least 0. */
  readonly standardError: number
}

/**
 * Interval that holds the truth at every look together with probability 1 - alpha, so one may look every day and stop
 * when one likes. Wider than a fixed interval: by 1.7 at the planned size, more away from it.
 *
 * Asymptotic: it needs an estimate that is nearly normal at the first look, as a few dozen observations an arm give.
 *
 * @throws RangeError for a negative or missing standard error, no observations, or alpha outside (0, 1)
 * @see Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas 2024, Ann. Statist. 52:2613-2640, doi:10.1214/24-AOS2408
 */
export function confidenceSequence(given: SequentialEstimate): Interval {
  if (!(given.standardError >= 0)) {
    throw new RangeError(`confidenceSequence: standardError is ${given.standardError}`)
  }
  const half = sequentialCritical(given) * given.standardError
  return { low: given.estimate - half, high: given.estimate + half }
}

/**
 * Half-width of the confidence sequence in standard errors: what 1.96 is to a fixed interval.
 *
 * sqrt(2 (N rho^2 + 1) / (N rho^2) ln(sqrt(N rho^2 + 1) / alpha)), rho^2 = (-2 ln alpha + ln(1 - 2 ln alpha)) / planned.
 */
export function sequentialCritical(looks: Looks): number {
  const spread = spreadOf(looks)
  const alpha = looks.alpha ?? 0.05
  return Math.sqrt(((2 * (spread + 1)) / spread) * (0.5 * Math.log1p(spread) - Math.log(alpha)))
}

/**
 * p-value of no effect that stays valid at every look: under no effect the smallest one ever seen is at most p with
 * probability p. It is at most `alpha` exactly when the confidence sequence leaves out 0.
 *
 * @returns in [0, 1]; 1 where estimate and error are both 0
 * @see Howard, Ramdas, McAuliffe, Sekhon 2021, Ann. Statist. 49:1055-1080, doi:10.1214/20-AOS1991
 */
export function sequentialPValue(given: SequentialEstimate): number {
  if (!(given.standardError >= 0)) {
    throw new RangeError(`sequentialPValue: standardError is ${given.standardError}`)
  }
  if (given.estimate === 0) return 1
  const spread = spreadOf(given)
  const z = given.estimate / given.standardError
  return Math.min(1, Math.sqrt(1 + spread) * Math.exp((-z * z * spread) / (2 * (spread + 1))))
}

/** N rho^2 of the formulas above. */
function spreadOf({ observations, plannedObservations = PLANNED_OBSERVATIONS, alpha = 0.05 }: Looks): number {
  if (!(observations > 0) || !(plannedObservations > 0) || !(alpha > 0 && alpha < 1)) {
    throw new RangeError(
      `confidence sequence: ${observations} observations, ${plannedObservations} planned, alpha ${alpha}`,
    )
  }
  const twice = -2 * Math.log(alpha)
  return (observations * (twice + Math.log1p(twice))) / plannedObservations
}
