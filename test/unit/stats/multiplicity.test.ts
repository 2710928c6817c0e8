import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { benjaminiHochberg, holm } from '../../../stats/multiplicity.ts'

const expectEach = (actual: readonly number[], expected: readonly number[], digits: number): void => {
  expect(actual).toHaveLength(expected.length)
  for (const [at, value] of expected.entries()) expect(actual[at]).toBeCloseTo(value, digits)
}

describe('published adjustments', () => {
  // statsmodels/stats/tests/test_multi.py: from R's multtest, mt.rawp2adjp.
  const raw = [
    0.838541367553, 0.642193923795, 0.680845947633, 0.967833824309, 0.71626938238, 0.177096952723,
    5.23656777208e-5, 0.0202732688798, 0.00028140506198, 0.0149877310796,
  ]
  it("are those of R's multtest", () => {
    const heldHolm = [
      1, 1, 1, 1, 1, 1, 5.23656777208e-4, 0.14191288215860001, 0.0025326455578199999, 0.1199018486368,
    ]
    const heldBh = [
      0.93171263061444454, 0.895336727975, 0.895336727975, 0.967833824309, 0.895336727975, 0.354193905446,
      5.23656777208e-4, 0.0506831721995, 0.0014070253099, 0.04995910359866667,
    ]
    expectEach(holm(raw), heldHolm, 12)
    expectEach(benjaminiHochberg(raw), heldBh, 12)
    // The second table there: all rejected.
    const small = [0.002, 0.004, 0.006, 0.008, 0.01, 0.012]
    expectEach(holm(small), [0.012, 0.02, 0.024, 0.024, 0.024, 0.024], 14)
    expectEach(benjaminiHochberg(small), [0.012, 0.012, 0.012, 0.012, 0.012, 0.012], 14)
  })

  it('are those GrowthBook expects (packages/shared/test/experiments.test.ts)', () => {
    expectEach(holm([0.01, 0.04, 0.03, 0.005, 0.55, 0.6]), [0.05, 0.12, 0.12, 0.03, 1, 1], 14)
    const adjusted = benjaminiHochberg([0.898, 0.138, 0.007, 0.964, 0.538, 0.006, 0.138])
    expectEach(adjusted, [0.964, 0.2415, 0.0245, 0.964, 0.7532, 0.0245, 0.2415], 8)
    expectEach(benjaminiHochberg([0.025, 0.03]), [0.03, 0.03], 14)
    expectEach(holm([0.025, 0.03]), [0.05, 0.05], 14)
  })
})

describe('adjusted p-values', () => {
  const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 })

  it('are no smaller than their p-values, keep their order, and Holm is the stricter', () => {
    fc.assert(
      fc.property(pValues, (ps) => {
        const q = benjaminiHochberg(ps)
        const h = holm(ps)
        ps.forEach((p, i) => {
          // p m / m may round down by one unit in the last place.
          expect(q[i]).toBeGreaterThanOrEqual(p * (1 - 1e-15))
          expect(h[i]).toBeGreaterThanOrEqual(q[i]! * (1 - 1e-15))
          expect(h[i]).toBeLessThanOrEqual(1)
          ps.forEach((other, j) => {
            if (p <= other) {
              expect(q[i]).toBeLessThanOrEqual(q[j]!)
              expect(h[i]).toBeLessThanOrEqual(h[j]!)
            }
          })
        })
      }),
    )
  })

  it('do not depend on the order of the tests', () => {
    fc.assert(
      fc.property(pValues, (ps) => {
        const back = [...ps].reverse()
        expect(benjaminiHochberg(back)).toEqual(benjaminiHochberg(ps).reverse())
        expect(holm(back)).toEqual(holm(ps).reverse())
      }),
    )
  })

  it('of one test are its own, of none are none, and of no p-value are refused', () => {
    expect(benjaminiHochberg([0.03])).toEqual([0.03])
    expect(holm([])).toEqual([])
    for (const adjust of [benjaminiHochberg, holm]) {
      for (const wrong of [-0.1, 1.1, NaN]) expect(() => adjust([0.5, wrong])).toThrow(RangeError)
    }
  })
})
