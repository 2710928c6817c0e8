import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { breakEvenLift, budgetLimitedBreakEven } from '../../../stats/break-even.ts'
import { normalQuantile } from '../../../stats/normal.ts'
import { detectableLift, normalPower, trialsPerArm, USUAL_DESIGN } from '../../../stats/power.ts'

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
