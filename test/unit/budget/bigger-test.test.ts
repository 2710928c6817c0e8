import { describe, expect, it } from 'vitest'
import { biggerTest, type TestQuestion } from '../../../engine/budget/bigger-test.ts'
import { detectableLift, trialsPerArm } from '../../../stats/power.ts'

const flat = (value: number) => new Float32Array(100).fill(value)

function question(lifts: readonly number[], more: Partial<TestQuestion> = {}): TestQuestion {
  return {
    leaves: lifts.map((lift) => ({
      people: 1000,
      hidden: false,
      seen: { narrow: 900, control: 100 },
      planned: { narrow: 9000, control: 1000 },
      broad: flat(0.02),
      lift: flat(1 + lift),
    })),
    budgetMicros: 1_000_000_000,
    valuePerEventMicros: 2_000_000,
    impressionsPerTrial: 2,
    costPerThousandMicros: 5_000_000,
    showingsPerPerson: 4,
    controlShare: 0.1,
    compared: true,
    ...more,
  }
}

describe('what a bigger test would teach', () => {
  it('is the smallest lift that shows, by hand: unequal arms count as their harmonic mean', () => {
    const { sizes } = biggerTest(question([0.1, 0.1]))
    expect(sizes.map(({ budgets, budgetMicros }) => [budgets, budgetMicros / 1e9])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [5, 5],
      [10, 10],
    ])
    // Two leaves: 1,800 and 200 seen, 18,000 and 2,000 with each budget.
    for (const { budgets, detectableLift: lift, detectableLiftInLeaf: inLeaf } of sizes) {
      const arm = 2 / (1 / (1800 * (1 + 10 * budgets)) + 1 / (200 * (1 + 10 * budgets)))
      expect(lift! / detectableLift(0.02, arm)).toBeCloseTo(1, 4)
      expect(inLeaf! / detectableLift(0.02, arm / 2)).toBeCloseTo(1, 4)
    }
  })

  it('has no worth where leaves do not differ, and more the more is known where they do', () => {
    for (const { goalEventsFromSplitting } of biggerTest(question([0.2, 0.2])).sizes) {
      expect(goalEventsFromSplitting).toBeCloseTo(0, 3)
    }
    const { sizes } = biggerTest(question([0.6, -0.5]))
    const worth = sizes.map(({ goalEventsFromSplitting }) => goalEventsFromSplitting)
    for (const [at, events] of worth.entries()) {
      if (at > 0) expect(events).toBeGreaterThan(worth[at - 1]!)
      expect(sizes[at]!.valueFromSplittingMicros! / 2_000_000).toBeCloseTo(events, 2)
    }
    // Known for certain: half the showings gain by not being narrow what they would lose, in a normal law of that spread.
    expect(worth.at(-1)!).toBeLessThan(20_000 * 0.02 * 0.55)
  })

  it('tells people and money for the present estimate and for +20 %, less what history has', () => {
    const { atEstimate, atStatedLift: stated } = biggerTest(question([0.1]))
    const atStatedLift = stated!
    const seen = 2 / (1 / 900 + 1 / 100)
    const impressions = ((trialsPerArm(0.02, 0.024) - seen) / (2 * 0.1 * 0.9)) * 2
    expect(atStatedLift.impressions / impressions).toBeCloseTo(1, 4)
    expect(atStatedLift.budgetMicros / (impressions * 5000)).toBeCloseTo(1, 4)
    expect(atStatedLift.people / (impressions / 4)).toBeCloseTo(1, 3)
    expect(atEstimate!.lift).toBeCloseTo(0.1, 4)
    expect(atEstimate!.impressions).toBeGreaterThan(3 * atStatedLift.impressions)
    expect(biggerTest(question([0.1], { compared: false })).atEstimate).toBeNull()
    expect(biggerTest(question([0.001])).atEstimate).toBeNull()
  })

  it('of no leaf is nothing', () => {
    const { sizes, atEstimate, atStatedLift } = biggerTest(question([], { compared: false }))
    expect(sizes.every(({ detectableLift: lift }) => lift === null)).toBe(true)
    expect(atEstimate).toBeNull()
    expect(atStatedLift).toBeNull()
  })
})
