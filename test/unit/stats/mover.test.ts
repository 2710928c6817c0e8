import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differenceOfEstimates } from '../../../stats/mover.ts'
import { newcombeDifference, wilsonInterval } from '../../../stats/proportion.ts'

const estimate = fc
  .tuple(
    fc.double({ min: -5, max: 5, noNaN: true }),
    fc.double({ min: 0, max: 3, noNaN: true }),
    fc.double({ min: 0, max: 3, noNaN: true }),
  )
  .map(([value, below, above]) => ({ value, low: value - below, high: value + above }))

describe('the difference of two estimates from their intervals', () => {
  it("is Newcombe's on Wilson's limits of two rates", () => {
    // Newcombe 1998, table II, example a, method 10: 56/70 - 48/80 = 0.2, 0.0524 to 0.3339.
    const rate = (successes: number, trials: number) => ({
      value: successes / trials,
      ...wilsonInterval(successes, trials),
    })
    const made = differenceOfEstimates(rate(56, 70), rate(48, 80))
    expect(made.low).toBeCloseTo(0.0524, 4)
    expect(made.high).toBeCloseTo(0.3339, 4)
    const { low, high } = newcombeDifference({ successes: 56, trials: 70 }, { successes: 48, trials: 80 })
    expect(made.low).toBeCloseTo(low, 12)
    expect(made.high).toBeCloseTo(high, 12)
  })

  it('turns round with its sides, and is wider than either', () => {
    fc.assert(
      fc.property(estimate, estimate, (a, b) => {
        const [made, turned] = [differenceOfEstimates(a, b), differenceOfEstimates(b, a)]
        expect(turned.value).toBeCloseTo(-made.value, 12)
        expect(turned.low).toBeCloseTo(-made.high, 12)
        expect(turned.high).toBeCloseTo(-made.low, 12)
        expect(made.high - made.low).toBeGreaterThanOrEqual(Math.max(a.high - a.low, b.high - b.low) - 1e-9)
      }),
    )
  })
})
