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

  it.each([
    // R's binom.confint, in statsmodels/stats/tests/results/results_proportion.py.
    [18, 20, 0.6989663547715128, 0.972133518786232],
    [4, 20, 0.0806576625797981, 0.4160174322518935],
    [4, 200, 0.00780442641634947, 0.05028708690582643],
    [190, 200, 0.910421851861224, 0.972617354399236],
    [0, 30, 0, 0.11351339],
  ])('%i of %i, as R has it', (successes, trials, low, high) => {
    const interval = wilsonInterval(successes, trials)
    expect(interval.low).toBeCloseTo(low, 8)
    expect(interval.high).toBeCloseTo(high, 8)
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

  it('holds the true difference in about 95 % of samples, counted exactly over every outcome', () => {
    const [m, n] = [40, 60]
    const intervals = Array.from({ length: m + 1 }, (_, a) =>
      Array.from({ length: n + 1 }, (_, b) =>
        newcombeDifference({ successes: a, trials: m }, { successes: b, trials: n }),
      ),
    )
    const coverages: number[] = []
    for (const first of [0.03, 0.1, 0.2, 0.35, 0.5, 0.8]) {
      for (const second of [0.05, 0.1, 0.3, 0.5, 0.7]) {
        const chances = Array.from({ length: n + 1 }, (_, b) => binomial(b, n, second))
        let covered = 0
        intervals.forEach((row, a) => {
          let inRow = 0
          row.forEach(({ low, high }, b) => {
            if (low <= first - second && first - second <= high) inRow += chances[b]!
          })
          covered += inRow * binomial(a, m, first)
        })
        coverages.push(covered)
      }
    }
    const mean = coverages.reduce((sum, each) => sum + each, 0) / coverages.length
    expect(mean).toBeGreaterThan(0.945)
    expect(mean).toBeLessThan(0.97)
    expect(Math.min(...coverages)).toBeGreaterThan(0.92)
  })
})

function binomial(k: number, n: number, p: number): number {
  const logChoose = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
  return Math.exp(logChoose + k * Math.log(p) + (n - k) * Math.log1p(-p))
}
