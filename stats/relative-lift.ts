/** A mean with the variance of its error (not of one person). */
export interface MeanWithError {
  readonly mean: number
  readonly meanVariance: number
}

/**
 * Lift of one mean over another, first / base - 1, with its delta-method standard error. Symmetric, so it can be
 * pooled, shrunk and followed by a confidence sequence; of one comparison `compareMeans` gives Fieller's interval, which
 * holds better where the base mean is not far from 0.
 *
 * @param base mean above 0
 * @throws RangeError for a base mean not above 0
 * @see Deng, Knoblich, Lu 2018, KDD, doi:10.1145/3219819.3219919
 */
export function relativeLift(
  first: MeanWithError,
  base: MeanWithError,
): { readonly estimate: number; readonly standardError: number } {
  if (!(base.mean > 0)) throw new RangeError(`relativeLift: base mean is ${base.mean}, not above 0`)
  const ratio = first.mean / base.mean
  const variance = (first.meanVariance + ratio * ratio * base.meanVariance) / base.mean ** 2
  return { estimate: ratio - 1, standardError: Math.sqrt(variance) }
}
