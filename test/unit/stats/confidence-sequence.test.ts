import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import {
  confidenceSequence,
  sequentialCritical,
  sequentialPValue,
} from '../../../stats/confidence-sequence.ts'
import { normalQuantile, Z_95 } from '../../../stats/normal.ts'
import { type MeanWithError, relativeLift } from '../../../stats/relative-lift.ts'

interface Arm extends MeanWithError {
  readonly people: number
}

const meanArm = (sum: number, squares: number, people: number): Arm => ({
  mean: sum / people,
  meanVariance: (squares - sum ** 2 / people) / (people - 1) / people,
  people,
})

const rateArm = (events: number, people: number): Arm => ({
  mean: events / people,
  meanVariance: ((events / people) * (1 - events / people)) / people,
  people,
})

const lift = (base: Arm, other: Arm) => ({
  ...relativeLift(other, base),
  observations: base.people + other.people,
})

describe('confidence sequence', () => {
  it('is that of GrowthBook (packages/stats/tests/frequentist/test_tests.py)', () => {
    const means = lift(meanArm(1396.87, 52377.9767, 3000), meanArm(2422.7, 134698.29, 3461))
    const wide = confidenceSequence({ ...means, plannedObservations: 1000 })
    expect(wide.low).toBeCloseTo(-0.55844, 5)
    expect(wide.high).toBeCloseTo(1.56516, 5)
    expect(sequentialPValue({ ...means, plannedObservations: 1000 })).toBe(1)

    const rates = lift(rateArm(1396, 3000), rateArm(2422, 3461))
    const sure = confidenceSequence(rates)
    expect(sure.low).toBeCloseTo(0.40098, 5)
    expect(sure.high).toBeCloseTo(0.60675, 5)
    expect(sequentialPValue(rates)).toBeLessThan(5e-6)
  })

  it('holds the truth at all of 60 daily looks in 95 % of tests, and the fixed interval does not', () => {
    const stream = createStream('daily looks')
    const rounds = 600
    let sequence = 0
    let fixed = 0
    let smallP = 0
    for (let round = 0; round < rounds; round++) {
      let sum = 0
      let sequenceHeld = true
      let fixedHeld = true
      let smallest = 1
      for (let day = 1; day <= 60; day++) {
        // A day of 100 people: the sum of their outcomes, mean 0 and variance 1 each.
        sum += 10 * normalQuantile((stream.next() * 0xffffffff + 0.5) / 2 ** 32)
        const observations = 100 * day
        const look = {
          estimate: sum / observations,
          standardError: 1 / Math.sqrt(observations),
          observations,
        }
        const { low, high } = confidenceSequence(look)
        sequenceHeld &&= low <= 0 && 0 <= high
        fixedHeld &&= Math.abs(look.estimate) <= Z_95 * look.standardError
        smallest = Math.min(smallest, sequentialPValue(look))
      }
      if (sequenceHeld) sequence++
      if (fixedHeld) fixed++
      if (smallest <= 0.05) smallP++
    }
    expect(sequence / rounds).toBeGreaterThan(0.95)
    expect(fixed / rounds).toBeLessThan(0.75)
    // The p-value says the same as the interval.
    expect(smallP).toBe(rounds - sequence)
  })

  it('is narrowest, in standard errors, near the planned size, 1.55 times the fixed one', () => {
    const at = (observations: number) => sequentialCritical({ observations, plannedObservations: 20_000 })
    expect(at(20_000)).toBeLessThan(at(5_000))
    expect(at(20_000)).toBeLessThan(at(100_000))
    expect(at(20_000) / Z_95).toBeCloseTo(1.55, 2)
    const strict = { observations: 20_000, plannedObservations: 20_000, alpha: 0.01 }
    expect(sequentialCritical(strict)).toBeGreaterThan(at(20_000))
  })

  it('refuses what has no error or no observations', () => {
    const given = { estimate: 1, standardError: 1, observations: 10 }
    expect(() => confidenceSequence({ ...given, standardError: Number.NaN })).toThrow(RangeError)
    expect(() => confidenceSequence({ ...given, observations: 0 })).toThrow(RangeError)
    expect(() => confidenceSequence({ ...given, alpha: 1 })).toThrow(RangeError)
    expect(() => sequentialPValue({ ...given, standardError: -1 })).toThrow(RangeError)
  })
})
