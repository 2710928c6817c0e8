import { logBeta } from './gamma.ts'

/**
 * Share of the people who see at least one of `exposures` impressions, each falling on anybody with the same chance:
 * 1 - (1 - 1/people)^exposures. An upper bound in practice, since some people are always likelier to be shown one.
 *
 * @param people at least 1
 * @param exposures impressions in all, at least 0
 * @returns fraction of `people`, in [0, 1]
 */
export function binomialReach(people: number, exposures: number): number {
  if (!(people >= 1) || !(exposures >= 0)) {
    throw new RangeError(`binomialReach: ${exposures} exposures of ${people} people`)
  }
  return exposures === 0 ? 0 : -Math.expm1(exposures * Math.log1p(-1 / people))
}

/**
 * Share of the people who see at least one of `exposures` insertions, where a person's chance to see one is drawn from a
 * beta law: 1 - B(a, b + exposures) / B(a, b).
 *
 * @param a above 0
 * @param b above 0; a / (a + b) is the mean chance, and the smaller a + b the more people differ
 * @param exposures insertions (chances to see), at least 0
 * @returns fraction of the people, in [0, 1]; error about 1e-12
 * @see Metheringham 1964, J. Advert. Res. 4:23-28; Danaher 1988, J. Mark. Res. 25:356-362 (a log-linear model does
 * better for several media together)
 */
export function betaBinomialReach(a: number, b: number, exposures: number): number {
  if (!(a > 0) || !(b > 0) || !(exposures >= 0)) {
    throw new RangeError(`betaBinomialReach: a is ${a}, b is ${b}, ${exposures} exposures`)
  }
  if (exposures === 0) return 0
  return Math.max(0, -Math.expm1(logBeta(a, b + exposures) - logBeta(a, b)))
}

/**
 * Reach of several media or segments together if who sees one tells nothing about who sees another (Sainsbury):
 * 1 - product of (1 - reach). Too high where they share an audience.
 *
 * @param reaches fractions of the same people, each in [0, 1]
 * @returns fraction in [0, 1]
 * @see Agostini 1961, J. Advert. Res. 1:11-14 (what it misses)
 */
export function sainsburyReach(reaches: readonly number[]): number {
  let missed = 1
  for (const reach of reaches) {
    if (!(reach >= 0 && reach <= 1)) throw new RangeError(`sainsburyReach: ${reach}, not in [0, 1]`)
    missed *= 1 - reach
  }
  return 1 - missed
}
