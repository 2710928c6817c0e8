import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { fitBetaBinomial, shrunkRate } from '../../../stats/beta-binomial.ts'
import { digamma, logGamma, logRising, trigamma } from '../../../stats/gamma.ts'
import { fitGammaPoisson, shrunkRatio } from '../../../stats/gamma-poisson.ts'
import { heterogeneity, logitEffect } from '../../../stats/heterogeneity.ts'
import { createDraws, distanceFromUniform } from './sample.ts'

describe('gamma functions of the likelihoods', () => {
  it('derivatives of ln Gamma, at known places and against differences', () => {
    expect(digamma(1)).toBeCloseTo(-0.5772156649015329, 13)
    expect(digamma(0.5)).toBeCloseTo(-1.9635100260214235, 13)
    expect(trigamma(1)).toBeCloseTo(Math.PI ** 2 / 6, 13)
    for (const x of [0.3, 2, 9.5, 40, 1e5]) {
      const step = 1e-4 * x
      const slope = (logGamma(x + step) - logGamma(x - step)) / (2 * step)
      expect(Math.abs(digamma(x) / slope - 1)).toBeLessThan(1e-6)
      expect(Math.abs(trigamma(x) / ((digamma(x + step) - digamma(x - step)) / (2 * step)) - 1)).toBeLessThan(
        1e-6,
      )
    }
  })

  it('the rising factorial keeps its digits far out: (a)_x is about a^x', () => {
    expect(logRising(3, 0)).toBe(0)
    expect(logRising(2.5, 3)).toBeCloseTo(Math.log(2.5 * 3.5 * 4.5), 14)
    for (const x of [8, 8.5, 9, 20]) expect(logRising(1e14, x) / x).toBeCloseTo(Math.log(1e14), 12)
    expect(logRising(7, 12)).toBeCloseTo(logGamma(19) - logGamma(7), 12)
  })
})

describe('beta-binomial', () => {
  const group = fc
    .tuple(fc.integer({ min: 0, max: 300 }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([trials, part]) => ({ events: Math.round(trials * part), trials }))
  const groups = fc
    .array(group, { minLength: 1, maxLength: 20 })
    .filter((all) => all.some(({ trials }) => trials > 0))

  it('no other law near or far is likelier, and it is never less likely than one rate for all', () => {
    const likelihood = (counts: readonly { events: number; trials: number }[], a: number, b: number) =>
      counts.reduce(
        (sum, { events, trials }) =>
          sum + logRising(a, events) + logRising(b, trials - events) - logRising(a + b, trials),
        0,
      )
    fc.assert(
      fc.property(groups, (counts) => {
        const fit = fitBetaBinomial(counts)
        expect(fit.logLikelihood).toBeGreaterThanOrEqual(fit.binomialLogLikelihood)
        const trials = counts.reduce((sum, each) => sum + each.trials, 0)
        const slack = 1e-9 * (1 + Math.abs(fit.logLikelihood))
        for (const byA of [0.2, 0.8, 0.99, 1.01, 1.25, 5]) {
          for (const byB of [0.2, 0.8, 0.99, 1.01, 1.25, 5]) {
            const [a, b] = [fit.a * byA, fit.b * byB]
            if (a + b > trials || a + b < 0.01 || fit.pValue === 1) continue
            expect(likelihood(counts, a, b)).toBeLessThanOrEqual(fit.logLikelihood + slack)
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  it('climbs a ridge to its top', () => {
    const counts = [
      [0, 219],
      [1, 96],
      [0, 253],
      [0, 289],
      [0, 10],
    ].map(([events, trials]) => ({ events: events!, trials: trials! }))
    // The best of a fine grid is -7.741715.
    expect(fitBetaBinomial(counts).logLikelihood).toBeGreaterThan(-7.741715)
  })

  it('turns round with failures and does not depend on the order', () => {
    fc.assert(
      fc.property(groups, (counts) => {
        const fit = fitBetaBinomial(counts)
        const turned = fitBetaBinomial(
          [...counts].reverse().map(({ events, trials }) => ({ events: trials - events, trials })),
        )
        expect(turned.logLikelihood).toBeCloseTo(fit.logLikelihood, 5)
        // Where the likelihood is flat the place is only as sure as the likelihood is.
        expect(Math.abs(turned.b / (turned.a + turned.b) - fit.a / (fit.a + fit.b))).toBeLessThan(1e-3)
      }),
      { numRuns: 100 },
    )
  })

  it('finds the law, and its intervals hold 95 % of the groups’ true rates', () => {
    const draws = createDraws(createStream('beta-binomial'))
    const truths = Array.from({ length: 1200 }, () => draws.beta(3, 57))
    const counts = truths.map((rate, at) => {
      const trials = 10 + (at % 100) * 4
      return { events: draws.binomial(trials, rate), trials }
    })
    const fit = fitBetaBinomial(counts)
    expect(fit.a / (fit.a + fit.b)).toBeCloseTo(0.05, 2)
    expect(fit.a + fit.b).toBeGreaterThan(48)
    expect(fit.a + fit.b).toBeLessThan(75)
    expect(fit.pValue).toBeLessThan(1e-20)
    let held = 0
    let [shrunkError, rawError] = [0, 0]
    counts.forEach((count, at) => {
      const { rate, low, high } = shrunkRate(count, fit)
      if (low <= truths[at]! && truths[at]! <= high) held++
      shrunkError += (rate - truths[at]!) ** 2
      rawError += (count.events / count.trials - truths[at]!) ** 2
    })
    expect(held / truths.length).toBeGreaterThan(0.935)
    expect(held / truths.length).toBeLessThan(0.965)
    expect(shrunkError).toBeLessThan(0.7 * rawError)
  })

  it('p-values under one rate for all: 1 in half of the cases, the rest uniform to one half', () => {
    const draws = createDraws(createStream('one rate'))
    const pValues = Array.from(
      { length: 1000 },
      () =>
        fitBetaBinomial(Array.from({ length: 60 }, () => ({ events: draws.binomial(60, 0.2), trials: 60 })))
          .pValue,
    )
    const some = pValues.filter((p) => p < 1)
    expect(some.length / pValues.length).toBeGreaterThan(0.42)
    expect(some.length / pValues.length).toBeLessThan(0.55)
    expect(distanceFromUniform(some.map((p) => 2 * p))).toBeLessThan(1)
  })

  it('finds the spread of sparse cells, where that of logits is off by a third or more', () => {
    const draws = createDraws(createStream('sparse'))
    const counts = Array.from({ length: 2000 }, () => {
      const trials = 2000
      return { events: draws.poisson(trials * 0.001 * draws.gamma(2) * 0.5), trials }
    })
    const { a, b } = fitBetaBinomial(counts)
    // The gamma law has coefficient of variation 0.71, and so has the beta law.
    const spread = Math.sqrt(b / (a * (a + b + 1)))
    expect(spread).toBeGreaterThan(0.65)
    expect(spread).toBeLessThan(0.77)
    const logits = heterogeneity(counts.map(logitEffect))
    expect(Math.sqrt(logits.tau2.pauleMandel)).toBeLessThan(0.47)
  })

  it('without an event, a failure or spread the law is that of the common rate', () => {
    expect(
      fitBetaBinomial([
        { events: 0, trials: 7 },
        { events: 0, trials: 0 },
      ]),
    ).toMatchObject({
      a: 0.5,
      b: 7.5,
      pValue: 1,
    })
    expect(fitBetaBinomial([{ events: 4, trials: 4 }])).toMatchObject({ a: 4.5, b: 0.5, pValue: 1 })
    const same = Array.from({ length: 5 }, () => ({ events: 3, trials: 10 }))
    expect(fitBetaBinomial(same)).toMatchObject({ a: 15, b: 35, pValue: 1 })
    expect(() => fitBetaBinomial([])).toThrow(RangeError)
    expect(() => fitBetaBinomial([{ events: 2, trials: 1 }])).toThrow(RangeError)
    expect(() => shrunkRate({ events: 1, trials: 2 }, { a: 0, b: 1 })).toThrow(RangeError)
  })
})

describe('gamma-Poisson', () => {
  it('finds the spread, and its intervals hold 95 % of the groups’ true ratios', () => {
    const draws = createDraws(createStream('gamma-poisson'))
    const truths = Array.from({ length: 1200 }, () => draws.gamma(4) / 4)
    const counts = truths.map((ratio, at) => {
      const expected = 0.5 + (at % 40)
      return { events: draws.poisson(expected * ratio), expected }
    })
    const { kappa, pValue } = fitGammaPoisson(counts)
    expect(kappa).toBeGreaterThan(3.3)
    expect(kappa).toBeLessThan(4.9)
    expect(pValue).toBeLessThan(1e-20)
    let held = 0
    counts.forEach((count, at) => {
      const { low, high } = shrunkRatio(count, kappa)
      if (low <= truths[at]! && truths[at]! <= high) held++
    })
    expect(held / truths.length).toBeGreaterThan(0.935)
    expect(held / truths.length).toBeLessThan(0.965)
  })

  it('p-values without spread: 1 in half of the cases, the rest uniform to one half', () => {
    const draws = createDraws(createStream('no spread'))
    const pValues = Array.from(
      { length: 1000 },
      () =>
        fitGammaPoisson(Array.from({ length: 80 }, () => ({ events: draws.poisson(8), expected: 8 }))).pValue,
    )
    const some = pValues.filter((p) => p < 1)
    expect(some.length / pValues.length).toBeGreaterThan(0.42)
    expect(some.length / pValues.length).toBeLessThan(0.55)
    expect(distanceFromUniform(some.map((p) => 2 * p))).toBeLessThan(1)
  })

  it('a ratio is between 1 and its own, nearer to its own with more events', () => {
    const count = fc.record({
      events: fc.nat({ max: 500 }),
      expected: fc.double({ min: 0.01, max: 500, noNaN: true }),
    })
    fc.assert(
      fc.property(count, fc.double({ min: 0.01, max: 1e6, noNaN: true }), ({ events, expected }, kappa) => {
        const { ratio, low, high } = shrunkRatio({ events, expected }, kappa)
        const own = events / expected
        expect(ratio).toBeGreaterThanOrEqual(Math.min(1, own) * (1 - 1e-12))
        expect(ratio).toBeLessThanOrEqual(Math.max(1, own) * (1 + 1e-12))
        // Below a shape of about a fifth the mean of a gamma law is above its 97.5 % quantile.
        expect(low).toBeLessThanOrEqual(ratio)
        if (events + kappa > 0.5) expect(high).toBeGreaterThanOrEqual(ratio)
      }),
    )
  })

  it('is endless where nothing differs, or there is nothing', () => {
    const none = { kappa: Infinity, gain: 0, pValue: 1 }
    expect(fitGammaPoisson([])).toEqual(none)
    expect(fitGammaPoisson([{ events: 0, expected: 0 }])).toEqual(none)
    expect(fitGammaPoisson([10, 10, 10].map((n) => ({ events: n, expected: n })))).toEqual(none)
    expect(shrunkRatio({ events: 9, expected: 3 }, Infinity)).toEqual({ ratio: 1, low: 1, high: 1 })
    expect(shrunkRatio({ events: 0, expected: 0 }, 2).ratio).toBe(1)
    expect(() => fitGammaPoisson([{ events: 1, expected: 0 }])).toThrow(RangeError)
    expect(() => shrunkRatio({ events: 1, expected: 1 }, 0)).toThrow(RangeError)
  })
})
