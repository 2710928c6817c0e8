import { betaQuantile, incompleteBeta } from './beta.ts'

/** P(|T| > |t|) for Student's T with `degrees` (above 0, need not be whole) degrees of freedom: a two-sided p-value. */
export function studentTwoSided(t: number, degrees: number): number {
  if (!Number.isFinite(t)) return 0
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
}

/**
 * The t with P(|T| > t) = alpha for Student's T: half-widths of two-sided intervals.
 *
 * @param alpha in (0, 1), e.g. 0.05
 * @param degrees degrees of freedom, above 0, need not be whole; relative error about 1e-11 up to 1e6
 */
export function studentCritical(alpha: number, degrees: number): number {
  // Of t^2/(degrees + t^2) and what is left of 1, the smaller keeps its digits: that one where degrees is large.
  const share = betaQuantile(1 - alpha, 0.5, degrees / 2)
  if (share < 0.5) return Math.sqrt((degrees * share) / (1 - share))
  const rest = betaQuantile(alpha, degrees / 2, 0.5)
  return Math.sqrt((degrees * (1 - rest)) / rest)
}
