import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { knownArray } from '../../../engine/space/cover/arrays.ts'
import { createField, primePowerFrom } from '../../../engine/space/cover/field.ts'

describe('a known array', () => {
  it('has every combination of two or three options, for any sizes, in the rows it says', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<2 | 3>(2, 3),
        fc.array(fc.integer({ min: 2, max: 7 }), { minLength: 3, maxLength: 16 }),
        (strength, sizes) => {
          const known = knownArray(sizes, strength)
          const rows = [...known.make()]
          expect(rows).toHaveLength(known.rows)
          expect(missingIn(rows, sizes, strength)).toBe(0)
        },
      ),
      { numRuns: 60 },
    )
  })

  // Bush 1952; Kleitman and Spencer 1973; Colbourn's tables.
  const PUBLISHED: readonly (readonly [string, 2 | 3, readonly number[], number])[] = [
    ['4^5', 2, repeat(5, 4), 16],
    ['9^10', 2, repeat(10, 9), 81],
    ['2^126', 2, repeat(126, 2), 10],
    ['2^127', 2, repeat(127, 2), 11],
    ['4^21', 2, repeat(21, 4), 28],
    ['40 31 20 8 2', 2, [2, 40, 8, 31, 20], 1240],
    ['2^11', 3, repeat(11, 2), 12],
    ['8^10', 3, repeat(10, 8), 512],
    ['3^8', 3, repeat(8, 3), 45],
    ['12 10 8 8 7', 3, [8, 12, 7, 10, 8], 960],
    ['6 6 6', 3, [6, 6, 6], 216],
  ]
  for (const [name, strength, sizes, most] of PUBLISHED) {
    it(`of ${name} at strength ${strength} has ${most} rows`, () => {
      const rows = [...knownArray(sizes, strength).make()]
      expect(rows).toHaveLength(most)
      expect(missingIn(rows, sizes, strength)).toBe(0)
    })
  }
})

describe('a field', () => {
  it('of every order up to 64 there is has inverses and distributes', () => {
    const orders = new Set(
      Array.from({ length: 63 }, (_, at) => primePowerFrom(at + 2)).filter((order) => order <= 64),
    )
    expect(orders.size).toBe(27)
    for (const order of orders) {
      const { add, multiply } = createField(order)
      const all = Array.from({ length: order }, (_, at) => at)
      for (const one of all) {
        expect(new Set(all.map((other) => add(one, other))).size).toBe(order)
        if (one > 0) expect(new Set(all.map((other) => multiply(one, other))).size).toBe(order)
      }
      const [a, b, c] = [order - 1, order >> 1, order - 2] as const
      expect(multiply(a, add(b, c))).toBe(add(multiply(a, b), multiply(a, c)))
    }
  })

  it('of other orders there is none', () => {
    expect(() => createField(6)).toThrow('there is no field of 6 elements')
  })
})

function repeat(times: number, size: number): number[] {
  return new Array<number>(times).fill(size)
}

/** Combinations that no row has; an open choice makes none. */
function missingIn(rows: readonly (readonly number[])[], sizes: readonly number[], strength: 2 | 3): number {
  let missing = 0
  const count = (dimensions: readonly number[]): void => {
    const all = dimensions.reduce((product, dimension) => product * sizes[dimension]!, 1)
    const seen = new Set<number>()
    for (const row of rows) {
      if (dimensions.some((dimension) => row[dimension]! < 0)) continue
      seen.add(dimensions.reduce((place, dimension) => place * sizes[dimension]! + row[dimension]!, 0))
    }
    missing += all - seen.size
  }
  for (const one of sizes.keys()) {
    for (let two = one + 1; two < sizes.length; two++) {
      if (strength === 2) count([one, two])
      for (let three = two + 1; strength === 3 && three < sizes.length; three++) count([one, two, three])
    }
  }
  return missing
}
