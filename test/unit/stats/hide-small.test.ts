import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atLeast, hideSmall, type SizedCell } from '../../../stats/hide-small.ts'

const cellsOf = (sizes: Readonly<Record<string, number>>): SizedCell[] =>
  Object.entries(sizes).map(([key, people]) => ({ key, people }))

describe('hideSmall', () => {
  it('one small cell takes its smallest sibling with it', () => {
    const cells = cellsOf({ a: 500, b: 30, c: 80 })
    expect([...hideSmall(cells, [['a', 'b', 'c']], 50)]).toEqual(['b', 'c'])
  })

  it('two small cells of the same few people still take a sibling', () => {
    const cells = cellsOf({ a: 30, b: 30, c: 80, d: 90 })
    const distinct = (keys: readonly string[]) => (keys.includes('c') ? 110 : 30)
    expect([...hideSmall(cells, [['a', 'b', 'c', 'd']], 50, distinct)]).toEqual(['a', 'b', 'c'])
  })

  it('hides nothing when nothing is small', () => {
    expect(hideSmall(cellsOf({ a: 50, b: 0 }), [['a', 'b']], 50).size).toBe(0)
  })

  it('a cell hidden for one sum must not be found by another', () => {
    // b hides a in the first sum; the second would give b, and so a; c hides it there.
    const cells = cellsOf({ a: 30, b: 300, c: 400, d: 500 })
    const sums = [
      ['b', 'c', 'd'],
      ['a', 'b'],
    ]
    expect([...hideSmall(cells, sums, 50)].sort()).toEqual(['a', 'b', 'c'])
  })

  it('an empty cell hides nothing: everybody would guess it', () => {
    expect([...hideSmall(cellsOf({ a: 30, b: 0, c: 90 }), [['a', 'b', 'c']], 50)]).toEqual(['a', 'c'])
  })

  it('gives no small cell to whoever knows a sum and all that is shown', () => {
    const table = fc
      .array(fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 400 })), { minLength: 1, maxLength: 12 })
      .chain((people) => {
        const cells = people.map((count, i) => ({ key: `c${i}`, people: count }))
        const sums = fc.array(fc.subarray(cells.map(({ key }) => key)), { maxLength: 6 })
        return fc.tuple(fc.constant(cells), sums)
      })
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 80 }), ([cells, sums], floor) => {
        const hidden = hideSmall(cells, sums, floor)
        const sizes = new Map(cells.map(({ key, people }) => [key, people]))
        for (const { key, people } of cells) {
          if (!hidden.has(key)) expect(people === 0 || people >= floor).toBe(true)
        }
        for (const sum of sums) {
          const unknown = sum.filter((key) => hidden.has(key))
          if (unknown.length === 0 || sum.every((key) => hidden.has(key) || sizes.get(key) === 0)) continue
          // The sum less what is shown is all the attacker has: several people's cells, and not a small group.
          expect(unknown.length).toBeGreaterThan(1)
          expect(unknown.reduce((left, key) => left + sizes.get(key)!, 0)).toBeGreaterThanOrEqual(floor)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('hides nothing where a sum needs nothing hidden', () => {
    const sizes = fc.array(fc.integer({ min: 50, max: 400 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(sizes, fc.nat({ max: 49 }), (large, small) => {
        const cells = [...large, small].map((people, i) => ({ key: `c${i}`, people }))
        const others = cells.slice(0, -1).map(({ key }) => key)
        expect([...hideSmall(cells, [others], 50)]).toEqual(small > 0 ? [cells.at(-1)!.key] : [])
      }),
      { numRuns: 100 },
    )
  })
})

describe('atLeast', () => {
  it('goes down to a multiple of the floor, so a difference is never narrower than it', () => {
    expect([0, 49, 50, 149, 150].map((people) => atLeast(people, 50))).toEqual([0, 0, 50, 100, 150])
    expect(atLeast(7, 1)).toBe(7)
  })
})
