import { normalCdf, normalDensity } from './normal.ts'

/**
 * What it is worth, a decision, to learn each segment's own contrast (narrow less broad) and act on it, over acting on
 * their mean alone: the expected value of splitting.
 *
 * s = tau2 / sqrt(tau2 + variance); EVoS = mean Phi(mean/s) + s phi(mean/s) - max(0, mean). Split only where decisions
 * times this exceed what the split costs. 0 without spread, however well it is measured; with variance 0 it is the
 * ceiling that perfect knowledge would reach.
 *
 * @param contrast mean and variance `tau2` of the true contrasts, and error `variance` of a segment's measured one
 * @returns in units of the contrast, at least 0
 * @throws RangeError for a mean that is none, or a negative variance
 * @see Raiffa, Schlaifer 1961, Applied Statistical Decision Theory, ch. 5 (preposterior analysis)
 */
export function valueOfSplitting(contrast: {
  readonly mean: number
  readonly tau2: number
  readonly variance: number
}): number {
  const { mean, tau2, variance } = contrast
  if (!(Number.isFinite(mean) && tau2 >= 0 && tau2 < Infinity && variance >= 0)) {
    throw new RangeError(`valueOfSplitting: mean ${mean}, tau2 ${tau2}, variance ${variance}`)
  }
  const spread = tau2 === 0 ? 0 : tau2 / Math.sqrt(tau2 + variance)
  if (spread === 0) return 0
  // The same for mean and -mean, written for the side that keeps its digits.
  const z = Math.abs(mean) / spread
  return Math.max(0, spread * (normalDensity(z) - z * normalCdf(-z)))
}

/**
 * P(the true effect is above `bar`), for a normal estimate: GrowthBook's chance to win with a flat prior, or that of a
 * shrunk effect with the prior it was shrunk by.
 *
 * @returns in [0, 1]; an effect without error is above or not, and 0.5 on the bar itself
 */
export function chanceAbove(
  effect: { readonly estimate: number; readonly variance: number },
  bar = 0,
): number {
  if (!(effect.variance >= 0)) throw new RangeError(`chanceAbove: variance is ${effect.variance}`)
  const over = effect.estimate - bar
  if (over === 0) return 0.5
  return normalCdf(over / Math.sqrt(effect.variance))
}
