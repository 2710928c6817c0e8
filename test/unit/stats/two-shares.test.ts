import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detectableLift, trialsPerArm } from '../../../stats/power.ts'
import { detectableLiftInAll, trialsInAll } from '../../../stats/two-shares.ts'

const rate = fc.double({ min: 0.0005, max: 0.3, noNaN: true })
const lift = fc.double({ min: 0.05, max: 1.5, noNaN: true })
const share = fc.double({ min: 0.01, max: 0.99, noNaN: true })

describe('two arms of unequal shares', () => {
  it('are twice the published trials of an arm when the shares are equal (GUARD 1b)', () => {
    for (const [base, trials] of [
      [0.001, 431_210],
      [0.01, 42_690],
      [0.1, 3838],
    ] as const) {
      expect(Math.abs(trialsInAll(base, base * 1.2, 0.5) - 2 * trials)).toBeLessThanOrEqual(2)
      expect(trialsInAll(base, base * 1.2, 0.5)).toBeCloseTo(2 * trialsPerArm(base, base * 1.2), 6)
      expect(detectableLiftInAll(base, 2 * trials, 0.5)).toBeCloseTo(detectableLift(base, trials), 9)
    }
  })

  it('a tenth for the base of equal variances takes 1 / (4 x 0.1 x 0.9) times the trials of halves', () => {
    // 0.4 and 0.6 have one variance.
    expect(trialsInAll(0.4, 0.6, 0.1) / trialsInAll(0.4, 0.6, 0.5)).toBeCloseTo(1 / 0.36, 9)
  })

  it('the lift that trials can see is the lift that needs so many', () => {
    fc.assert(
      fc.property(rate, lift, share, (base, relative, baseShare) => {
        const trials = trialsInAll(base, base * (1 + relative), baseShare)
        expect(detectableLiftInAll(base, trials, baseShare)).toBeCloseTo(relative, 6)
      }),
    )
    expect(detectableLiftInAll(0.1, 0, 0.1)).toBe(Infinity)
    expect(detectableLiftInAll(0.5, 3, 0.1)).toBe(Infinity)
  })
})
