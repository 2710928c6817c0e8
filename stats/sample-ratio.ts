import { chiSquareTail } from './gamma.ts'

/**
 * Sample ratio check: do the counts of people follow the shares they were assigned with?
 *
 * chi2 = sum (observed - expected)^2 / expected with arms - 1 degrees of freedom.
 *
 * @param counts people by arm
 * @param shares probability of each arm, same order; they need not sum to 1
 * @returns pValue 1 when nobody was counted
 * @see Fabijan et al. 2019, KDD, doi:10.1145/3292500.3330722
 */
export function sampleRatio(
  counts: readonly number[],
  shares: readonly number[],
): { readonly chiSquare: number; readonly pValue: number } {
  if (counts.length !== shares.length || counts.length < 2) {
    throw new RangeError(`sampleRatio: ${counts.length} counts and ${shares.length} shares`)
  }
  const total = counts.reduce((sum, count) => sum + count, 0)
  const whole = shares.reduce((sum, share) => sum + share, 0)
  if (total === 0) return { chiSquare: 0, pValue: 1 }
  let chiSquare = 0
  counts.forEach((count, arm) => {
    const expected = (total * shares[arm]!) / whole
    chiSquare += (count - expected) ** 2 / expected
  })
  return { chiSquare, pValue: chiSquareTail(chiSquare, counts.length - 1) }
}

/** Below this the assignment is taken for broken and no effect is read from it (GrowthBook's default, too). */
export const SAMPLE_RATIO_ALPHA = 0.001
