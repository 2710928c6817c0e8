import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { breakEvenLift, budgetLimitedBreakEven } from '../../../stats/break-even.ts'
import { normalQuantile, Z_95 } from '../../../stats/normal.ts'
import {
  detectableLift,
  detectableMeanLift,
  normalPower,
  powerOfLift,
  powerOfRates,
  trialsPerArm,
  USUAL_DESIGN,
} from '../../../stats/power.ts'
import { relativeLift } from '../../../stats/relative-lift.ts'
import { createDraws, shareOf } from './sample.ts'

describe('power', () => {
  it.each([
    [0.001, 431_210],
    [0.005, 85_859],
    [0.01, 42_690],
    [0.02, 21_106],
    [0.05, 8_155],
    [0.1, 3_838],
  ])('to see +20 %% on %f an arm needs %i', (base, expected) => {
    expect(Math.abs(trialsPerArm(base, base * 1.2) - expected)).toBeLessThanOrEqual(1)
  })

  it('fifty people an arm at 2 % see nothing below +815 %', () => {
    expect(detectableLift(0.02, 50)).toBeCloseTo(8.15, 2)
  })

  it('is .475100870572638 for a shift of 0.3 sd and 80 an arm (statsmodels test_power)', () => {
    expect(normalPower(0.3 * Math.sqrt(80 / 2), 0.05)).toBeCloseTo(0.475100870572638, 13)
  })

  it('is .05045832927039234 for one of 0.01, and the same for -0.01', () => {
    // R's pwr.2p.test(h = 0.01, n = 80), in the same file.
    expect(normalPower(0.01 * Math.sqrt(80 / 2), 0.05)).toBeCloseTo(0.05045832927039234, 11)
    expect(normalPower(-0.01 * Math.sqrt(80 / 2), 0.05)).toBeCloseTo(0.05045832927039234, 11)
  })

  it('the size asked for has the power asked for', () => {
    const { alpha, power } = USUAL_DESIGN
    const shift = normalQuantile(1 - alpha / 2) + normalQuantile(power)
    expect(normalPower(shift, alpha)).toBeCloseTo(power, 5)
  })

  it('lift and size are inverses, and no lift shows without trials', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-5, max: 0.4, noNaN: true }),
        fc.double({ min: 0.01, max: 1.4, noNaN: true }),
        (base, lift) => {
          const trials = trialsPerArm(base, base * (1 + lift))
          expect(Math.abs(detectableLift(base, trials) / lift - 1)).toBeLessThan(1e-9)
        },
      ),
    )
    expect(detectableLift(0.01, 0)).toBe(Infinity)
    expect(detectableLift(0.9, 5)).toBe(Infinity)
  })
})

describe('power of two rates', () => {
  it('is the power the size was made for', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-5, max: 0.45, noNaN: true }),
        fc.double({ min: 1.05, max: 2, noNaN: true }),
        (base, factor) => {
          // The far tail adds less than a hundred-thousandth at 80 %.
          expect(powerOfRates(base, base * factor, trialsPerArm(base, base * factor))).toBeCloseTo(0.8, 5)
        },
      ),
    )
    expect(powerOfRates(0.1, 0.1, 50)).toBeCloseTo(0.05, 12)
    expect(powerOfRates(0, 0, 50)).toBe(0.05)
    expect(powerOfRates(0, 1, 50)).toBe(1)
    expect(powerOfRates(0.1, 0.2, 100, { alpha: 0.01 })).toBeLessThan(powerOfRates(0.1, 0.2, 100))
    expect(() => powerOfRates(0.1, 1.2, 50)).toThrow(RangeError)
    expect(() => powerOfRates(0.1, 0.2, 0)).toThrow(RangeError)
  })

  it('is the share of tests that see the difference', () => {
    const draws = createDraws(createStream('power of rates'))
    const seen = shareOf(2000, () => {
      const [a, b] = [draws.binomial(400, 0.2) / 400, draws.binomial(400, 0.28) / 400]
      return Math.abs(b - a) > Z_95 * Math.sqrt((a * (1 - a) + b * (1 - b)) / 400)
    })
    expect(Math.abs(seen - powerOfRates(0.2, 0.28, 400))).toBeLessThan(0.035)
  })
})

describe('power of a lift, as GrowthBook expects it (packages/shared/test/power.test.ts)', () => {
  const arms = { mean: 10, variance: 3909.9997749994377, peoplePerArm: 400_000 / 3 }
  const daily = { ...arms, plannedObservations: 5000 }

  it('power .52144 and smallest lift .07027; looked at daily .20596 and .12821', () => {
    expect(powerOfLift(0.05, arms)).toBeCloseTo(0.52144, 5)
    expect(detectableMeanLift(arms)).toBeCloseTo(0.07027, 5)
    expect(powerOfLift(0.05, daily)).toBeCloseTo(0.20596, 5)
    expect(detectableMeanLift(daily)).toBeCloseTo(0.12821, 5)
  })

  it.each([
    // Weeks of 1,500 people an arm; fixed, then looked at daily.
    [1, 0.073, 0.36767, 0.05936, 0.65545],
    [2, 0.0965, 0.24505, 0.06912, 0.4112],
    [5, 0.16895, 0.14774, 0.09657, 0.24484],
    [9, 0.26666, 0.10796, 0.13142, 0.18058],
  ])('a rate of 10 %% after %i weeks', (weeks, power, lift, dailyPower, dailyLift) => {
    const rate = { mean: 0.1, variance: 0.09, peoplePerArm: 1500 * weeks }
    const looked = { ...rate, plannedObservations: 5000 }
    expect(powerOfLift(0.05, rate)).toBeCloseTo(power, 5)
    expect(detectableMeanLift(rate)).toBeCloseTo(lift, 5)
    expect(powerOfLift(0.05, looked)).toBeCloseTo(dailyPower, 5)
    expect(detectableMeanLift(looked)).toBeCloseTo(dailyLift, 5)
  })

  it('a lift over too few people is not to be seen', () => {
    expect(detectableMeanLift({ mean: 0.1, variance: 0.09, peoplePerArm: 50 })).toBe(Infinity)
    expect(() => powerOfLift(0.1, { ...arms, mean: 0 })).toThrow(RangeError)
    expect(() => detectableMeanLift({ ...arms, peoplePerArm: 0 })).toThrow(RangeError)
  })

  it('the delta method: variance .00589 of means 7 and 5', () => {
    const { estimate, standardError } = relativeLift(
      { mean: 5, meanVariance: 0.5 / 15 },
      { mean: 7, meanVariance: 2 / 4 },
    )
    expect(estimate).toBeCloseTo(-2 / 7, 12)
    expect(standardError ** 2).toBeCloseTo(0.00589, 5)
    expect(() => relativeLift({ mean: 1, meanVariance: 1 }, { mean: 0, meanVariance: 1 })).toThrow(RangeError)
  })
})

describe('break-even lift', () => {
  it.each([
    // Broad earns 1.20 for each 1.00, narrow costs the same: the narrower, the more it must beat broad.
    [1, 1],
    [0.5, 1.17],
    [0.2, 1.67],
    [0.1, 2.5],
    [0.05, 4.2],
    [0.01, 17.5],
  ])('reaching %f of the people needs %f times the response', (reach, expected) => {
    expect(breakEvenLift(reach, 1.2, 1)).toBeCloseTo(expected, 1)
  })

  it('is the cost ratio alone where money runs out before people do', () => {
    expect(budgetLimitedBreakEven(1.3)).toBe(1.3)
    expect(() => budgetLimitedBreakEven(0)).toThrow(RangeError)
  })

  it('charges a tailored campaign its dearer impressions only as far as they are of the revenue', () => {
    expect(breakEvenLift(1, 1.2, 1.2)).toBeCloseTo(1 / 6 + 1, 12)
    expect(() => breakEvenLift(0, 1.2, 1)).toThrow(RangeError)
  })
})
