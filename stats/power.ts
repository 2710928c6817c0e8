import { normalCdf, normalQuantile } from './normal.ts'

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

function quantileSum(design: Design): number {
  return normalQuantile(1 - design.alpha / 2) + normalQuantile(design.power)
}
