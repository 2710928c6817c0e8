import { normalQuantile } from './normal.ts'
import { type Design, USUAL_DESIGN } from './power.ts'

/**
 * Trials needed in all for a test of two rates to see `other` against `base`, where the arms are not equally large.
 *
 * N = (z_{1-alpha/2} + z_{power})^2 [p1(1-p1)/s + p2(1-p2)/(1-s)] / (p2-p1)^2, variance not pooled. At s = 1/2 twice
 * `trialsPerArm`, and the fewest when both variances are equal.
 *
 * @param base rate in (0, 1)
 * @param other rate in (0, 1), not equal to base
 * @param baseShare share of the trials that the arm of rate `base` gets, in (0, 1)
 * @returns not rounded
 * @see Fleiss, Levin, Paik, Statistical Methods for Rates and Proportions, 3rd ed. 2003, sec. 4.2
 */
export function trialsInAll(
  base: number,
  other: number,
  baseShare: number,
  design: Design = USUAL_DESIGN,
): number {
  const variance = (base * (1 - base)) / baseShare + (other * (1 - other)) / (1 - baseShare)
  return (quantileSum(design) ** 2 * variance) / (other - base) ** 2
}

/**
 * Smallest relative lift over `base` that `trials` in all can see, split unequally: 0.2 is +20 %. The inverse of
 * `trialsInAll`, which is a quadratic in the difference.
 *
 * @param baseShare share of the trials that the arm of rate `base` gets, in (0, 1)
 * @returns Infinity where even a rate of 1 could not be seen
 */
export function detectableLiftInAll(
  base: number,
  trials: number,
  baseShare: number,
  design: Design = USUAL_DESIGN,
): number {
  if (!(trials > 0)) return Infinity
  const otherWeight = quantileSum(design) ** 2 / (1 - baseShare)
  const linear = otherWeight * (1 - 2 * base)
  const constant = (otherWeight / baseShare) * base * (1 - base)
  const square = trials + otherWeight
  const difference = (linear + Math.sqrt(linear * linear + 4 * square * constant)) / (2 * square)
  return base + difference <= 1 ? difference / base : Infinity
}

function quantileSum(design: Design): number {
  return normalQuantile(1 - design.alpha / 2) + normalQuantile(design.power)
}
