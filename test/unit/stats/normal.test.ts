import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { erfc, normalCdf, normalDensity, normalQuantile, Z_95 } from '../../../stats/normal.ts'

/** `actual` within `relative` of `expected`. */
function expectNear(actual: number, expected: number, relative: number): void {
  expect(Math.abs(actual / expected - 1), `${actual} against ${expected}`).toBeLessThan(relative)
}

describe('normal law', () => {
  it.each([
    // 40-digit arithmetic (mpmath), rounded: each branch and each seam of the approximation.
    [0.1, 0.8875370839817152],
    [0.46, 0.5153446099983203],
    [0.47, 0.5062549491139179],
    [1, 0.15729920705028513],
    [3.9, 3.479224859723174e-8],
    [4.1, 6.7000276540848984e-9],
    [6, 2.1519736712498913e-17],
    [26, 5.663192408856143e-296],
  ])('erfc(%f) keeps its digits into the tail', (x, expected) => {
    expectNear(erfc(x), expected, 1e-14)
    expectNear(erfc(-x), 2 - expected, 1e-15)
  })

  it('is certain at infinity', () => {
    expect(normalCdf(Infinity)).toBe(1)
    expect(normalCdf(-Infinity)).toBe(0)
    expect(erfc(1e3)).toBe(0)
  })

  it.each([
    // The test values of Wichura 1988, table 1.
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167814],
    [1e-20, -9.262340089798409],
  ])('the quantile of %f is that of AS 241', (p, expected) => {
    expectNear(normalQuantile(p), expected, 1e-15)
  })

  it('95 % two-sided is 1.96', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(Z_95, 14)
    expect(normalQuantile(0)).toBe(-Infinity)
    expect(normalQuantile(1)).toBe(Infinity)
    expect(() => normalQuantile(1.1)).toThrow(RangeError)
  })

  it('the density is the slope of the probability', () => {
    expect(normalDensity(0)).toBeCloseTo(0.3989422804014327, 15)
    for (const z of [-3, -1, 0.5, 2]) {
      const slope = (normalCdf(z + 1e-5) - normalCdf(z - 1e-5)) / 2e-5
      expectNear(normalDensity(z), slope, 1e-9)
    }
  })

  it('quantile and probability undo each other', () => {
    fc.assert(
      fc.property(fc.double({ min: -37, max: 0, noNaN: true }), (z) => {
        const back = normalQuantile(normalCdf(z))
        return Math.abs(back - z) <= 1e-12 * Math.max(1, Math.abs(z))
      }),
      { numRuns: 300 },
    )
  })
})
