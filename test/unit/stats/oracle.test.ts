import betaln from '@stdlib/math-base-special-betaln'
import oracleDigamma from '@stdlib/math-base-special-digamma'
import oracleTrigamma from '@stdlib/math-base-special-trigamma'
import betaCdf from '@stdlib/stats-base-dists-beta-cdf'
import oracleBetaQuantile from '@stdlib/stats-base-dists-beta-quantile'
import gammaCdf from '@stdlib/stats-base-dists-gamma-cdf'
import oracleGammaQuantile from '@stdlib/stats-base-dists-gamma-quantile'
import oracleNormalCdf from '@stdlib/stats-base-dists-normal-cdf'
import oracleNormalQuantile from '@stdlib/stats-base-dists-normal-quantile'
import studentCdf from '@stdlib/stats-base-dists-t-cdf'
import studentQuantile from '@stdlib/stats-base-dists-t-quantile'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { betaQuantile, incompleteBeta } from '../../../stats/beta.ts'
import {
  chiSquareQuantile,
  digamma,
  gammaQuantile,
  logBeta,
  lowerGamma,
  trigamma,
  upperGamma,
} from '../../../stats/gamma.ts'
import { normalCdf, normalQuantile } from '../../../stats/normal.ts'
import { studentCritical, studentTwoSided } from '../../../stats/student.ts'

/** `ours` within `relative` of `theirs`, and within 3e-14 of a number near 0. Both err; the bounds are those of the worse. */
function isNear(ours: number, theirs: number, relative: number): boolean {
  if (Math.abs(ours - theirs) <= 3e-14 + relative * Math.abs(theirs)) return true
  throw new Error(`${ours} against @stdlib's ${theirs}`)
}

/** Powers of ten, evenly from the least to the most. */
const scaled = (least: number, most: number) =>
  fc.double({ min: Math.log(least), max: Math.log(most), noNaN: true }).map(Math.exp)
const probability = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true })
const check = <T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => boolean) =>
  fc.assert(fc.property(arbitrary, holds), { numRuns: 300 })

describe('against @stdlib', () => {
  it('normal law', () => {
    check(fc.double({ min: -30, max: 8, noNaN: true }), (z) =>
      isNear(normalCdf(z), oracleNormalCdf(z, 0, 1), 1e-12),
    )
    check(probability, (p) => isNear(normalQuantile(p), oracleNormalQuantile(p, 0, 1), 1e-11))
  })

  it('beta law', () => {
    const shapes = fc.tuple(scaled(0.05, 1e4), scaled(0.05, 1e4))
    check(fc.tuple(probability, shapes), ([x, [a, b]]) =>
      isNear(incompleteBeta(x, a, b), betaCdf(x, a, b), 1e-10),
    )
    const large = fc.tuple(scaled(0.5, 1e4), scaled(0.5, 1e4))
    check(fc.tuple(probability, large), ([p, [a, b]]) =>
      isNear(betaQuantile(p, a, b), oracleBetaQuantile(p, a, b), 1e-8),
    )
    check(shapes, ([a, b]) => isNear(logBeta(a, b), betaln(a, b), 1e-11))
  })

  it('gamma and chi-square laws', () => {
    // Above shape 200, gammainc of @stdlib 0.3.1 is off by up to 0.05 near the middle.
    check(fc.tuple(scaled(0.05, 200), scaled(0.1, 10)), ([a, part]) => {
      const x = a * part
      const theirs = gammaCdf(x, a, 1)
      return isNear(lowerGamma(a, x), theirs, 1e-9) && isNear(upperGamma(a, x), 1 - theirs, 1e-9)
    })
    check(fc.tuple(probability, scaled(0.3, 200)), ([p, a]) =>
      isNear(gammaQuantile(p, a), oracleGammaQuantile(p, a, 1), 1e-8),
    )
    check(fc.tuple(probability, fc.integer({ min: 1, max: 400 })), ([p, degrees]) =>
      isNear(chiSquareQuantile(p, degrees), oracleGammaQuantile(p, degrees / 2, 0.5), 1e-8),
    )
    check(
      scaled(0.01, 1e6),
      (x) => isNear(digamma(x), oracleDigamma(x), 1e-12) && isNear(trigamma(x), oracleTrigamma(x), 1e-12),
    )
  })

  it("Student's law", () => {
    const degrees = scaled(1, 1e4)
    check(fc.tuple(fc.double({ min: 0.01, max: 40, noNaN: true }), degrees), ([t, df]) =>
      isNear(studentTwoSided(t, df), 2 * studentCdf(-t, df), 1e-9),
    )
    check(fc.tuple(fc.double({ min: 1e-4, max: 0.9, noNaN: true }), degrees), ([alpha, df]) =>
      isNear(studentCritical(alpha, df), studentQuantile(1 - alpha / 2, df), 1e-8),
    )
  })
})
