import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerOnBroad, answerOnOptions } from '../../../engine/guard/answers.ts'
import { expectVolume } from '../../../engine/guard/expected-volume.ts'
import { CAMPAIGN } from './world.ts'

// 400,000 impressions for 20,000 people in four weeks: 20 showings each, at 5 per thousand.
const volume = expectVolume(CAMPAIGN, 20_000, 20_000)

describe('what a readable answer takes', () => {
  it('between options is the published number of trials an arm, at the price of a thousand (GUARD 1b)', () => {
    for (const [rate, perArm] of [
      [0.001, 431_210],
      [0.01, 42_690],
      [0.05, 8155],
    ] as const) {
      const two = answerOnOptions(volume, 0.2, 2, rate)!
      expect(two.impressions / (2 * perArm)).toBeCloseTo(1, 3)
      expect(two.amountMicros / (2 * perArm * 5000)).toBeCloseTo(1, 3)
      expect(two.people! / ((2 * perArm) / 20)).toBeCloseTo(1, 3)
      expect(answerOnOptions(volume, 0.2, 6, rate)!.impressions / (6 * perArm)).toBeCloseTo(1, 3)
    }
  })

  it('costs as much more as narrow impressions do', () => {
    const dear = expectVolume({ ...CAMPAIGN, economics: { costRatio: 3 } }, 20_000, 20_000)
    const [at1, at3] = [volume, dear].map((of) => answerOnOptions(of, 0.2, 2, 0.01)!.amountMicros)
    expect(at3! / at1!).toBeCloseTo(3, 2)
    // Against broad, nine in ten impressions are narrow: 0.1 + 0.9 x 3.
    const [broad1, broad3] = [volume, dear].map(
      (of) => answerOnBroad(of, 0.2, 20_000, 0.01).toRead!.amountMicros,
    )
    expect(broad3! / broad1!).toBeCloseTo(2.8, 2)
  })

  it('a lift that needs a rate above 1 cannot be read at any price', () => {
    expect(answerOnOptions(volume, 1, 2, 0.6)).toBeNull()
    expect(answerOnBroad(volume, 1, 20_000, 0.6).toRead).toBeNull()
  })

  it('against broad: with just the impressions it takes, just that lift shows', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.002, max: 0.1, noNaN: true }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 0.9, noNaN: true }),
        (rate, lift, broadControlShare) => {
          const of = expectVolume({ ...CAMPAIGN, broadControlShare, holdoutShare: 0.1 }, 20_000, 20_000)
          const { impressions } = answerOnBroad(of, lift, 20_000, rate).toRead!
          // As many people as have these impressions: 20 showings each, less those held out.
          const people = impressions / 18
          expect(answerOnBroad(of, lift, people, rate).detectableLift! / lift).toBeCloseTo(1, 2)
        },
      ),
    )
  })

  it('of nobody is nothing', () => {
    expect(answerOnBroad(volume, 0.2, 0, 0.01).detectableLift).toBeNull()
    const nobody = expectVolume({ ...CAMPAIGN, mode: 'targeted' }, 20_000, 0)
    expect(answerOnBroad(nobody, 0.2, 0, 0.01).toRead).toMatchObject({ people: null })
  })
})
