import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import {
  type Effect,
  heterogeneity,
  logitEffect,
  shrinkToMean,
  weightedMean,
} from '../../../stats/heterogeneity.ts'
import { Z_95 } from '../../../stats/normal.ts'
import { createDraws, distanceFromUniform, shareOf } from './sample.ts'

const effectsOf = (estimates: readonly number[], variances: readonly number[]): Effect[] =>
  estimates.map((estimate, at) => ({ estimate, variance: variances[at]! }))

describe('published between-variances', () => {
  it('Kacker 2004: those of metafor in statsmodels/stats/tests/results/results_meta.py', () => {
    const effects = effectsOf(
      [61.0, 61.4, 62.21, 62.3, 62.34, 62.6, 62.7, 62.84, 65.9],
      [0.2025, 1.21, 0.09, 0.2025, 0.3844, 0.5625, 0.0676, 0.0225, 1.8225],
    )
    const { q, degrees, pValue, tau2, iSquared } = heterogeneity(effects)
    expect(q).toBeCloseTo(24.801897741835, 9)
    expect(degrees).toBe(8)
    expect(pValue).toBeCloseTo(0.00167935146372742, 12)
    expect(tau2.pauleMandel).toBeCloseTo(0.705395309224248, 9)
    expect(tau2.derSimonianLaird).toBeCloseTo(0.288049246973751, 9)
    expect(iSquared).toBeCloseTo(0.67744403741711, 11)
    const means = [0, tau2.derSimonianLaird, tau2.pauleMandel].map((t) => weightedMean(effects, t))
    expect(means[0]!.mean).toBeCloseTo(62.5833970939982, 11)
    expect(means[0]!.standardError).toBeCloseTo(0.107845705498231, 12)
    expect(means[1]!.mean).toBeCloseTo(62.3901386044504, 10)
    expect(means[1]!.standardError).toBeCloseTo(0.245749668040304, 10)
    expect(means[2]!.mean).toBeCloseTo(62.4076199113286, 10)
    expect(means[2]!.standardError).toBeCloseTo(0.338030602684471, 10)
  })

  it('Collins 1985, pre-eclampsia: those of Viechtbauer 2007, table II, as metafor tests them', () => {
    // Cases and women of the treated, then of the others, in nine trials; log odds ratios.
    const trials = [
      [14, 131, 14, 136],
      [21, 385, 17, 134],
      [14, 57, 24, 48],
      [6, 38, 18, 40],
      [12, 1011, 35, 760],
      [138, 1370, 175, 1336],
      [15, 506, 20, 524],
      [6, 108, 2, 103],
      [65, 153, 40, 102],
    ] as const
    const effects = trials.map(([a, n, c, m]) => {
      const treated = logitEffect({ events: a, trials: n })
      const others = logitEffect({ events: c, trials: m })
      return {
        estimate: treated.estimate - others.estimate,
        variance: treated.variance + others.variance,
      }
    })
    const { tau2, tau2Interval } = heterogeneity(effects)
    expect(tau2.derSimonianLaird).toBeCloseTo(0.2297, 4)
    expect(tau2.reml).toBeCloseTo(0.3008, 4)
    expect(tau2Interval.low).toBeCloseTo(0.0723, 4)
    expect(tau2Interval.high).toBeCloseTo(2.2027, 4)
  })
})

describe('heterogeneity', () => {
  const effect = fc.record({
    estimate: fc.double({ min: -50, max: 50, noNaN: true }),
    variance: fc.double({ min: 1e-4, max: 100, noNaN: true }),
  })
  const effects = fc.array(effect, { minLength: 2, maxLength: 25 })

  it('moving all effects moves the mean alone, scaling them scales the variances', () => {
    fc.assert(
      fc.property(effects, fc.integer({ min: -20, max: 20 }), (given, shift) => {
        const plain = heterogeneity(given)
        const moved = heterogeneity(given.map((e) => ({ ...e, estimate: e.estimate + shift })))
        const near = (a: number, b: number) => expect(Math.abs(a - b)).toBeLessThan(1e-6 * (1 + Math.abs(b)))
        near(moved.mean, plain.mean + shift)
        near(moved.tau2.pauleMandel, plain.tau2.pauleMandel)
        near(moved.tau2.derSimonianLaird, plain.tau2.derSimonianLaird)
        const doubled = heterogeneity(
          given.map((e) => ({ estimate: 2 * e.estimate, variance: 4 * e.variance })),
        )
        near(doubled.tau2.pauleMandel, 4 * plain.tau2.pauleMandel)
        near(doubled.tau2Interval.high, 4 * plain.tau2Interval.high)
        near(doubled.q, plain.q)
      }),
      { numRuns: 60 },
    )
  })

  it('solves the equations it says it does, and its interval is in order', () => {
    fc.assert(
      fc.property(effects, (given) => {
        const { tau2, tau2Interval, degrees, iSquared } = heterogeneity(given)
        expect(tau2Interval.low).toBeLessThanOrEqual(tau2Interval.high)
        expect(iSquared).toBeGreaterThanOrEqual(0)
        expect(iSquared).toBeLessThan(1)
        const qAt = (t: number) => {
          const { mean } = weightedMean(given, t)
          return given.reduce((sum, e) => sum + (e.estimate - mean) ** 2 / (e.variance + t), 0)
        }
        if (tau2.pauleMandel > 0) expect(qAt(tau2.pauleMandel)).toBeCloseTo(degrees, 6)
        // GUARD's fixed point of REML, where it is not at the edge.
        const t = tau2.reml
        const { mean, standardError } = weightedMean(given, t)
        let [top, bottom] = [0, 0]
        for (const e of given) {
          const w = 1 / (e.variance + t)
          top += w * w * ((e.estimate - mean) ** 2 + standardError ** 2 - e.variance)
          bottom += w * w
        }
        if (t > 0) expect(Math.abs(top / bottom / t - 1)).toBeLessThan(1e-6)
        else expect(top).toBeLessThanOrEqual(1e-9)
      }),
      { numRuns: 100 },
    )
  })

  it('p-values are uniform where all effects are the same', () => {
    const draws = createDraws(createStream('same effects'))
    const pValues = Array.from({ length: 1500 }, () => {
      const given = Array.from({ length: 12 }, (_, at) => {
        const variance = 0.1 * (1 + at)
        return { estimate: 3 + Math.sqrt(variance) * draws.normal(), variance }
      })
      return heterogeneity(given).pValue
    })
    expect(distanceFromUniform(pValues)).toBeLessThan(1)
  })

  it('the Q-profile interval holds tau2, and shrunk effects their truth, in about 95 % of samples', () => {
    const draws = createDraws(createStream('q-profile'))
    let shrunkHeld = 0
    const rounds = 500
    const size = 30
    const held = shareOf(rounds, () => {
      const truths = Array.from({ length: size }, () => 1 + Math.sqrt(0.5) * draws.normal())
      const given = truths.map((truth, at) => {
        const variance = 0.1 + 0.1 * (at % 5)
        return { estimate: truth + Math.sqrt(variance) * draws.normal(), variance }
      })
      const { tau2, tau2Interval, mean } = heterogeneity(given)
      given.forEach((each, at) => {
        const { estimate, variance } = shrinkToMean(each, mean, tau2.reml)
        if (Math.abs(estimate - truths[at]!) <= Z_95 * Math.sqrt(variance)) shrunkHeld++
      })
      return tau2Interval.low <= 0.5 && 0.5 <= tau2Interval.high
    })
    expect(held).toBeGreaterThan(0.925)
    expect(held).toBeLessThan(0.975)
    // tau2 and the mean are taken as known, which costs a little at 30 groups.
    expect(shrunkHeld / rounds / size).toBeGreaterThan(0.915)
    expect(shrunkHeld / rounds / size).toBeLessThan(0.97)
  })

  it('one effect differs from nothing; none, or one without an error, is refused', () => {
    expect(heterogeneity([{ estimate: 2, variance: 1 }])).toMatchObject({
      mean: 2,
      pValue: 1,
      tau2Interval: { low: 0, high: Infinity },
    })
    const same = [1, 1].map(() => ({ estimate: 0.3, variance: 0.2 }))
    expect(heterogeneity(same)).toMatchObject({ q: 0, pValue: 1, iSquared: 0, tau2: { reml: 0 } })
    expect(() => heterogeneity([])).toThrow(RangeError)
    expect(() => heterogeneity([{ estimate: 1, variance: 0 }])).toThrow(RangeError)
    expect(() => heterogeneity([{ estimate: Number.NaN, variance: 1 }])).toThrow(RangeError)
    expect(() => weightedMean(same, -1)).toThrow(RangeError)
  })

  it('a logit of an empty or full cell takes half an event', () => {
    expect(logitEffect({ events: 0, trials: 9 }).estimate).toBeCloseTo(Math.log(0.5 / 9.5), 12)
    expect(logitEffect({ events: 9, trials: 9 }).variance).toBeCloseTo(1 / 0.5 + 1 / 9.5, 12)
    expect(logitEffect({ events: 20, trials: 100 }).variance).toBeCloseTo(1 / 20 + 1 / 80, 12)
    expect(() => logitEffect({ events: 3, trials: 2 })).toThrow(RangeError)
  })

  it('shrinks to the mean without spread, and not at all with endless spread', () => {
    const given = { estimate: 5, variance: 2 }
    expect(shrinkToMean(given, 1, 0)).toEqual({ estimate: 1, variance: 0 })
    expect(shrinkToMean(given, 1, Infinity)).toEqual(given)
    expect(shrinkToMean(given, 1, 2)).toEqual({ estimate: 3, variance: 1 })
    expect(() => shrinkToMean(given, 1, -1)).toThrow(RangeError)
  })
})
