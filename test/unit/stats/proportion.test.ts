import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logGamma } from '../../../stats/gamma.ts'
import { newcombeDifference, wilsonInterval } from '../../../stats/proportion.ts'

describe('Wilson interval', () => {
  it.each([
    // Newcombe 1998, Statist. Med. 17:857-872, table I, method 3.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i', (successes, trials, low, high) => {
    const interval = wilsonInterval(successes, trials)
    expect(interval.low).toBeCloseTo(low, 4)
    expect(interval.high).toBeCloseTo(high, 4)
  })

  it('holds the true rate in about 95 % of samples, counted exactly over every outcome', () => {
    const trials = 200
    const coverages: number[] = []
    for (let rate = 0.01; rate < 0.5; rate += 0.003) {
      let covered = 0
      for (let k = 0; k <= trials; k++) {
        const { low, high } = wilsonInterval(k, trials)
        if (low <= rate && rate <= high) covered += binomial(k, trials, rate)
      }
      coverages.push(covered)
    }
    const mean = coverages.reduce((sum, each) => sum + each, 0) / coverages.length
    expect(mean).toBeGreaterThan(0.945)
    expect(mean).toBeLessThan(0.965)
    expect(Math.min(...coverages)).toBeGreaterThan(0.89)
  })

  it('holds the rate, stays inside [0, 1] and turns round with failures', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, part) => {
          const k = Math.round(n * part)
          const { low, high } = wilsonInterval(k, n)
          const turned = wilsonInterval(n - k, n)
          expect(low).toBeGreaterThanOrEqual(0)
          expect(high).toBeLessThanOrEqual(1)
          expect(low).toBeLessThanOrEqual(k / n)
          expect(high).toBeGreaterThanOrEqual(k / n)
          expect(turned.low).toBeCloseTo(1 - high, 12)
        },
      ),
    )
  })

  it('refuses what is no rate', () => {
    expect(() => wilsonInterval(3, 2)).toThrow(RangeError)
    expect(() => wilsonInterval(0, 0)).toThrow(RangeError)
  })
})

describe('difference of two rates', () => {
  it.each([
    // Newcombe 1998, Statist. Med. 17:873-890, table II, method 10, examples (a), (b) and (g).
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [0, 10, 0, 10, -0.2775, 0.2775],
  ])('%i/%i - %i/%i', (a, m, b, n, low, high) => {
    const interval = newcombeDifference({ successes: a, trials: m }, { successes: b, trials: n })
    expect(interval.low).toBeCloseTo(low, 4)
    expect(interval.high).toBeCloseTo(high, 4)
  })
})

function binomial(k: number, n: number, p: number): number {
  const logChoose = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
  return Math.exp(logChoose + k * Math.log(p) + (n - k) * Math.log1p(-p))
}
