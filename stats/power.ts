import { sequentialCritical } from './confidence-sequence.ts'
import { normalCdf, normalQuantile } from './normal.ts'
import { relativeLift } from './relative-lift.ts'

/** A two-sided test at `alpha`, to see its effect with probability `power`. */
export interface Design {
  readonly alpha: number
  readonly power: number
}

/** 5 % two-sided, 80 % power. */
export const USUAL_DESIGN: Design = { alpha: 0.05, power: 0.8 }

/**
 * Trials an arm needs for a test of two rates to see `other` against `base`.
 *
 * n = (z_{1-alpha/2} + z_{power})^2 [p1(1-p1) + p2(1-p2)] / (p2-p1)^2, variance not pooled.
 *
 * @param base rate in (0, 1)
 * @param other rate in (0, 1), not equal to base
 * @returns not rounded
 * @see Fleiss, Levin, Paik, Statistical Methods for Rates and Proportions, 3rd ed. 2003, sec. 4.2
 */
export function trialsPerArm(base: number, other: number, design: Design = USUAL_DESIGN): number {
  const variance = base * (1 - base) + other * (1 - other)
  return (quantileSum(design) ** 2 * variance) / (other - base) ** 2
}

/**
 * Smallest relative lift over `base` that `trials` an arm can see: 0.2 is +20 %. The inverse of `trialsPerArm`, which
 * is a quadratic in the difference.
 *
 * @returns Infinity where even a rate of 1 could not be seen
 */
export function detectableLift(base: number, trials: number, design: Design = USUAL_DESIGN): number {
  if (!(trials > 0)) return Infinity
  const z2 = quantileSum(design) ** 2
  const linear = z2 * (1 - 2 * base)
  const constant = 2 * z2 * base * (1 - base)
  const difference =
    (linear + Math.sqrt(linear * linear + 4 * (trials + z2) * constant)) / (2 * (trials + z2))
  return base + difference <= 1 ? difference / base : Infinity
}

/** Power of a two-sided normal test whose statistic has mean `shift` and standard deviation 1; both tails count. */
export function normalPower(shift: number, alpha: number): number {
  const critical = normalQuantile(1 - alpha / 2)
  return normalCdf(shift - critical) + normalCdf(-shift - critical)
}

/**
 * Chance that a test of two rates with this many trials an arm sees `other` against `base`, variance not pooled; both
 * tails count.
 *
 * @param base rate in [0, 1]
 * @param other rate in [0, 1]; at `base` the chance is alpha
 * @param trials of each arm, above 0
 * @param design only its alpha counts
 */
export function powerOfRates(
  base: number,
  other: number,
  trials: number,
  design: Pick<Design, 'alpha'> = USUAL_DESIGN,
): number {
  if (!(base >= 0 && base <= 1 && other >= 0 && other <= 1 && trials > 0)) {
    throw new RangeError(`powerOfRates: ${base} against ${other}, ${trials} trials`)
  }
  const variance = (base * (1 - base) + other * (1 - other)) / trials
  if (variance === 0) return base === other ? design.alpha : 1
  return normalPower((other - base) / Math.sqrt(variance), design.alpha)
}

/** Two arms in which one number a person is to be compared. */
export interface ArmOutlook {
  /** Of the base arm; above 0. */
  readonly mean: number
  /** Of one person, in both arms; above 0. */
  readonly variance: number
  readonly peoplePerArm: number
  /** Set where it will be looked at every day: the size the confidence sequence is planned for. */
  readonly plannedObservations?: number
}

/**
 * Chance to see a relative `lift` (0.05 is +5 %) of a mean, by the delta method.
 *
 * Under daily looks the error counts as so much larger as the confidence sequence is wider, and the look as the last
 * one: GrowthBook's way, which is too high below one half and too low above.
 *
 * @see Deng, Knoblich, Lu 2018, KDD, doi:10.1145/3219819.3219919
 */
export function powerOfLift(
  lift: number,
  arms: ArmOutlook,
  design: Pick<Design, 'alpha'> = USUAL_DESIGN,
): number {
  expectOutlook(arms)
  const meanVariance = arms.variance / arms.peoplePerArm
  const { standardError } = relativeLift(
    { mean: arms.mean * (1 + lift), meanVariance },
    { mean: arms.mean, meanVariance },
  )
  return normalPower(lift / (standardError * wideningOf(arms, design.alpha)), design.alpha)
}

/**
 * Smallest relative lift of a mean that is seen with the design's power: the inverse of `powerOfLift`, where the far
 * tail counts for nothing.
 *
 * @returns Infinity where even the largest could not be told from the base arm's error
 */
export function detectableMeanLift(arms: ArmOutlook, design: Design = USUAL_DESIGN): number {
  expectOutlook(arms)
  const widening = wideningOf(arms, design.alpha)
  // lift^2 = noise (1 + (1 + lift)^2): a quadratic.
  const noise = (quantileSum(design) * widening) ** 2 * (arms.variance / arms.peoplePerArm / arms.mean ** 2)
  if (noise >= 1) return Infinity
  return (noise + Math.sqrt(noise * noise + 2 * noise * (1 - noise))) / (1 - noise)
}

/** How many times as wide as the fixed interval the one that will be used is. */
function wideningOf({ peoplePerArm, plannedObservations }: ArmOutlook, alpha: number): number {
  if (plannedObservations === undefined) return 1
  const looks = { observations: 2 * peoplePerArm, plannedObservations, alpha }
  return sequentialCritical(looks) / normalQuantile(1 - alpha / 2)
}

function expectOutlook({ mean, variance, peoplePerArm }: ArmOutlook): void {
  if (!(mean > 0 && variance > 0 && peoplePerArm > 0)) {
    throw new RangeError(`power: mean ${mean}, variance ${variance}, ${peoplePerArm} people an arm`)
  }
}

function quantileSum(design: Design): number {
  return normalQuantile(1 - design.alpha / 2) + normalQuantile(design.power)
}
