import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { betaQuantile, incompleteBeta } from '../../../stats/beta.ts'
import {
  chiSquareQuantile,
  chiSquareTail,
  gammaQuantile,
  logBeta,
  logGamma,
  lowerGamma,
  upperGamma,
} from '../../../stats/gamma.ts'
import { studentCritical, studentTwoSided } from '../../../stats/student.ts'

function expectNear(actual: number, expected: number, relative: number): void {
  expect(Math.abs(actual / expected - 1), `${actual} against ${expected}`).toBeLessThan(relative)
}

describe('gamma function', () => {
  it.each([
    [0.1, 2.252712651734206],
    [0.5, 0.5723649429247001],
    [1.5, -0.12078223763524522],
    [9.9, 12.577179904219879],
    [10, 12.80182748008147],
    [57.3, 173.56386827969143],
    [1e6, 12815504.569147613],
  ])('ln Gamma(%f)', (x, expected) => expectNear(logGamma(x), expected, 2e-14))

  it('is the factorial', () => {
    for (let n = 2, factorial = 1; n < 20; n++) {
      factorial *= n
      expectNear(Math.exp(logGamma(n + 1)), factorial, 1e-13)
    }
  })

  it('a beta function of large numbers keeps its digits: B(a, 2) = 1 / (a (a + 1))', () => {
    for (const a of [3, 9, 11, 1e3, 1e6, 1e9]) expectNear(Math.exp(logBeta(a, 2)), 1 / (a * (a + 1)), 1e-13)
  })

  it.each([
    // The usual 5 % and 0.1 % points of one degree of freedom, then 40-digit arithmetic.
    [3.841458820694124, 1, 0.05],
    [10.827566170662733, 1, 0.001],
    [0.1, 2, 0.951229424500714],
    [30, 10, 0.0008566412107753004],
    [200, 150, 0.003973185970821611],
    [1, 10, 0.9998278843700442],
  ])('chi-square tail of %f with %i degrees', (x, degrees, expected) =>
    expectNear(chiSquareTail(x, degrees), expected, 1e-12),
  )

  it('of a whole shape is the chance of fewer Poisson events, summed', () => {
    for (const [shape, x] of [
      [1001, 1001],
      [1000, 1040.5],
      [5000, 4900],
      [20, 35],
    ] as const) {
      let chance = 0
      for (let events = 0; events < shape; events++) {
        chance += Math.exp(events * Math.log(x) - x - logGamma(events + 1))
      }
      expectNear(upperGamma(shape, x), chance, 1e-10)
    }
  })

  it.each([
    // R's qchisq.
    [0.95, 1, 3.841458820694124],
    [0.975, 8, 17.53454613948465],
    [0.025, 8, 2.17973074725265],
    [0.5, 2, 1.386294361119891],
  ])('chi-square quantile of %f with %i degrees', (p, degrees, expected) =>
    expectNear(chiSquareQuantile(p, degrees), expected, 1e-12),
  )

  it('quantile and tail undo each other, from one to 20,000 degrees', () => {
    const degrees = fc.double({ min: 0.5, max: 20_000, noNaN: true })
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 0.999999, noNaN: true }), degrees, (p, df) => {
        const x = chiSquareQuantile(p, df)
        expectNear(lowerGamma(df / 2, x / 2), p, 1e-9)
        expect(lowerGamma(df / 2, x / 2) + upperGamma(df / 2, x / 2)).toBeCloseTo(1, 12)
      }),
      { numRuns: 200 },
    )
    expect(chiSquareQuantile(0, 3)).toBe(0)
    expect(chiSquareQuantile(1, 3)).toBe(Infinity)
    // P(X <= x) = x^a / Gamma(a + 1) near 0: far below what 1 less the upper tail can tell.
    expectNear(gammaQuantile(1e-30, 2), Math.sqrt(2e-30), 1e-12)
    expect(() => chiSquareQuantile(1.5, 3)).toThrow(RangeError)
    expect(() => chiSquareQuantile(0.5, 0)).toThrow(RangeError)
  })
})

describe('beta law', () => {
  it.each([
    [0.3, 2, 3, 0.3483],
    [0.01, 1, 50, 0.39499393286246337],
    [0.001, 0.5, 100, 0.34495648367557025],
    [0.51, 1000, 1000, 0.8144473405684886],
    [0.02, 200, 9800.5, 0.5094038999460667],
    [0.9, 10, 0.5, 0.15164090963470997],
  ])('I_%f(%f, %f)', (x, a, b, expected) => expectNear(incompleteBeta(x, a, b), expected, 1e-12))

  it('the quantile gives the probability back', () => {
    // A second shape below 1 piles up probability at 1, closer than doubles can tell apart.
    const shape = fc.double({ min: 1, max: 2000, noNaN: true })
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 0.999, noNaN: true }), shape, shape, (p, a, b) => {
        return Math.abs(incompleteBeta(betaQuantile(p, a, b), a, b) - p) < 1e-9
      }),
      { numRuns: 200 },
    )
  })
})

describe("Student's law", () => {
  it.each([
    // Published two-sided 5 % points (any table), to their three or more digits.
    [1, 12.7062],
    [2, 4.30265],
    [10, 2.22814],
    [30, 2.04227],
    [120, 1.97993],
    [1e6, 1.959966],
  ])('%i degrees of freedom', (degrees, expected) => {
    expectNear(studentCritical(0.05, degrees), expected, 2e-6)
    expectNear(studentTwoSided(studentCritical(0.05, degrees), degrees), 0.05, 1e-10)
  })

  it('with one degree it is the Cauchy law: P(|T| > 1) = 1/2', () => {
    expectNear(studentCritical(1e-4, 1), Math.tan((Math.PI / 2) * (1 - 1e-4)), 1e-11)
    expectNear(studentTwoSided(1, 1), 0.5, 1e-13)
    expect(studentTwoSided(0, 5)).toBe(1)
    expect(studentTwoSided(Infinity, 5)).toBe(0)
  })
})
