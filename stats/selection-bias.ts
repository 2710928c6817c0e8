import { normalDensity } from './normal.ts'

/** One test of several of which only those above their threshold are reported. */
export interface SelectedTest {
  readonly estimate: number
  /** At least 0. */
  readonly standardError: number
  /** Estimate / standard error from which on it is reported, e.g. 1.96. */
  readonly threshold: number
}

/**
 * By how much the reported effects, summed, exceed the true ones because only good results are reported: sum over all
 * tests of error x phi(threshold - estimate / error). To be taken off the sum of the reported effects.
 *
 * Give it all tests, the unreported ones as well. The true effects stand in it; with estimates in their place it is
 * right to first order only. An untouched sample needs no correction at all.
 *
 * @returns in units of the estimates, at least 0
 * @throws RangeError for a number that is none or a negative error
 * @see Lee, Shen 2018, KDD, doi:10.1145/3219819.3219905 (Winner's curse)
 */
export function winnersCurse(tests: readonly SelectedTest[]): number {
  let bias = 0
  for (const { estimate, standardError, threshold } of tests) {
    if (!(standardError >= 0 && Number.isFinite(estimate) && !Number.isNaN(threshold))) {
      throw new RangeError(
        `winnersCurse: estimate ${estimate}, standard error ${standardError}, threshold ${threshold}`,
      )
    }
    if (standardError > 0) bias += standardError * normalDensity(threshold - estimate / standardError)
  }
  return bias
}
