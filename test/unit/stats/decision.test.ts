import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { chanceAbove, valueOfSplitting } from '../../../stats/decision-value.ts'
import { relativeLift } from '../../../stats/relative-lift.ts'
import { winnersCurse } from '../../../stats/selection-bias.ts'
import { createDraws } from './sample.ts'

describe('value of splitting', () => {
  it('is nothing without spread, and the ceiling with perfect knowledge', () => {
    expect(valueOfSplitting({ mean: 0.3, tau2: 0, variance: 1 })).toBe(0)
    expect(valueOfSplitting({ mean: 0.3, tau2: 1, variance: Infinity })).toBe(0)
    // A standard normal's positive part has mean phi(0).
    expect(valueOfSplitting({ mean: 0, tau2: 1, variance: 0 })).toBeCloseTo(0.3989422804014327, 14)
    expect(() => valueOfSplitting({ mean: 0, tau2: -1, variance: 0 })).toThrow(RangeError)
  })

  it('is the formula, the same for a mean and its negative, more with spread and less with error', () => {
    const amount = fc.double({ min: 1e-3, max: 10, noNaN: true })
    fc.assert(
      fc.property(fc.double({ min: -5, max: 5, noNaN: true }), amount, amount, (mean, tau2, variance) => {
        const value = valueOfSplitting({ mean, tau2, variance })
        expect(value).toBeGreaterThanOrEqual(0)
        expect(valueOfSplitting({ mean: -mean, tau2, variance })).toBe(value)
        expect(valueOfSplitting({ mean, tau2: 2 * tau2, variance })).toBeGreaterThanOrEqual(value)
        expect(valueOfSplitting({ mean, tau2, variance: 2 * variance })).toBeLessThanOrEqual(value)
      }),
    )
    // mean 1, s = 4 / sqrt(4 + 5) = 4/3: 1 Phi(0.75) + (4/3) phi(0.75) - 1.
    expect(valueOfSplitting({ mean: 1, tau2: 4, variance: 5 })).toBeCloseTo(0.174889, 6)
  })

  it('is what acting on shrunk contrasts earns over acting on their mean', () => {
    const draws = createDraws(createStream('evos'))
    const [mean, tau2, variance] = [-0.2, 0.5, 0.3]
    const rounds = 40_000
    let gain = 0
    for (let round = 0; round < rounds; round++) {
      const truth = mean + Math.sqrt(tau2) * draws.normal()
      const seen = truth + Math.sqrt(variance) * draws.normal()
      if (mean + (tau2 / (tau2 + variance)) * (seen - mean) > 0) gain += truth / rounds
    }
    // Standard error 0.002; broad for everybody earns 0.
    expect(Math.abs(gain - valueOfSplitting({ mean, tau2, variance }))).toBeLessThan(0.008)
  })
})

describe('chance of being better', () => {
  it('is .60918 for 51 against 49 of 100 (GrowthBook, packages/stats/tests/bayesian/test_tests.py)', () => {
    const arm = (rate: number) => ({ mean: rate, meanVariance: (rate * (1 - rate)) / 100 })
    const { estimate, standardError } = relativeLift(arm(0.51), arm(0.49))
    expect(estimate).toBeCloseTo(0.04082, 5)
    expect(standardError).toBeCloseTo(0.14725, 5)
    expect(chanceAbove({ estimate, variance: standardError ** 2 })).toBeCloseTo(0.60918, 5)
  })

  it('is one half without a difference, and certain without an error', () => {
    expect(chanceAbove({ estimate: 0, variance: 0 })).toBe(0.5)
    expect(chanceAbove({ estimate: 0.2, variance: 0 }, 0.1)).toBe(1)
    expect(chanceAbove({ estimate: 0, variance: 0 }, 0.1)).toBe(0)
    expect(() => chanceAbove({ estimate: 0, variance: -1 })).toThrow(RangeError)
  })
})

describe("winner's curse", () => {
  it('is by how much reported effects exceed the true ones, on average', () => {
    const draws = createDraws(createStream('curse'))
    const truths = Array.from({ length: 20 }, (_, at) => ({
      estimate: 0.1 * (at - 8),
      standardError: 0.2 + 0.05 * (at % 4),
      threshold: 1.64,
    }))
    const rounds = 2000
    let [excess, corrected] = [0, 0]
    for (let round = 0; round < rounds; round++) {
      const seen = truths.map((test) => ({
        ...test,
        estimate: test.estimate + test.standardError * draws.normal(),
      }))
      let over = 0
      seen.forEach(({ estimate, standardError, threshold }, at) => {
        if (estimate > threshold * standardError) over += estimate - truths[at]!.estimate
      })
      excess += over / rounds
      corrected += (over - winnersCurse(seen)) / rounds
    }
    expect(excess).toBeGreaterThan(0.5)
    // With the true effects it is exact: standard error of the mean excess is 0.01.
    expect(Math.abs(excess - winnersCurse(truths))).toBeLessThan(0.04)
    // With the estimates it takes most of the excess away.
    expect(Math.abs(corrected)).toBeLessThan(0.4 * excess)
  })

  it('is nothing where nothing or everything is reported, or nothing errs', () => {
    const test = { estimate: 1, standardError: 1, threshold: 1.96 }
    expect(winnersCurse([])).toBe(0)
    expect(
      winnersCurse([
        { ...test, threshold: Infinity },
        { ...test, threshold: -Infinity },
      ]),
    ).toBe(0)
    expect(winnersCurse([{ ...test, standardError: 0 }])).toBe(0)
    expect(winnersCurse([{ ...test, threshold: 1 }])).toBeCloseTo(0.3989422804014327, 14)
    expect(() => winnersCurse([{ ...test, estimate: Number.NaN }])).toThrow(RangeError)
  })
})
