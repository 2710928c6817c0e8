import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bestDeal } from '../../../bench/guard/best-deal.ts'
import { growTree } from '../../../bench/guard/grow-tree.ts'
import {
  alwaysBroad,
  alwaysNarrow,
  informationTree,
  valueTree,
} from '../../../bench/guard/market-policies.ts'
import { peopleIn, pooled, type Segment, type SegmentTable } from '../../../bench/guard/segment-table.ts'
import { BY_INFORMATION, BY_VALUE } from '../../../bench/guard/tree-rules.ts'

const segment = (codes: number[], people: number[], sums: number[]): Segment => ({
  codes,
  people: Float64Array.from(people),
  sums: Float64Array.from(sums),
})
const group = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.double({ min: 0, max: 0.3, noNaN: true })), {
    minLength: 3,
    maxLength: 3,
  })
  .map((arms) =>
    segment(
      [],
      arms.map(([people]) => people),
      arms.map(([people, rate]) => Math.floor(people * rate)),
    ),
  )

/** Two columns; the second arm is better where the first column is 1. */
const SPLIT: SegmentTable = {
  arms: 2,
  values: [2, 3],
  segments: [0, 1].flatMap((first) =>
    [0, 1, 2].map((second) =>
      segment([first, second], [1000, 1000], first === 0 ? [100, 50] : [50 + second, 100]),
    ),
  ),
}

describe('rivals', () => {
  it('deals values to two sides as well as any other way', () => {
    fc.assert(
      fc.property(
        fc.array(group, { minLength: 2, maxLength: 6 }),
        fc.constantFrom(BY_VALUE, BY_INFORMATION),
        (groups, rule) => {
          const sides = Array.from({ length: 2 ** groups.length }, (_, deal) =>
            [0, 1].map((side) =>
              pooled(
                groups.filter((_, at) => ((deal >> at) & 1) === side),
                3,
              ),
            ),
          ).filter((both) => both.every((side) => peopleIn(side) >= 100))
          const best = Math.max(...sides.map(([a, b]) => rule.worth(a!) + rule.worth(b!)))
          const found = bestDeal(groups, pooled(groups, 3), rule, 100)
          if (sides.length === 0) expect(found).toBeUndefined()
          else expect(found!.worth).toBeCloseTo(best, 9)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('trees keep to their limits and hold everybody once', () => {
    const segments = Array.from({ length: 200 }, (_, at) =>
      segment([at % 20, at % 7], [40, 40], [at % 9, (at * 7) % 11]),
    )
    const leaves = growTree({ arms: 2, values: [20, 7], segments }, BY_VALUE, {
      mostLeaves: 5,
      leastPeople: 100,
    })
    expect(leaves.length).toBe(5)
    for (const leaf of leaves) expect(peopleIn(pooled(leaf, 2))).toBeGreaterThanOrEqual(100)
    expect(new Set(leaves.flat()).size).toBe(segments.length)
  })

  it('decide as they are named', () => {
    const arms = (policy: (codes: readonly number[]) => number) =>
      [...SPLIT.segments, { codes: [0, 9] }].map(({ codes }) => policy(codes))
    expect(arms(alwaysBroad(SPLIT))).toEqual([0, 0, 0, 0, 0, 0, 0])
    expect(arms(alwaysNarrow(SPLIT))).toEqual([0, 0, 0, 1, 1, 1, 0])
    expect(arms(valueTree(SPLIT))).toEqual([0, 0, 0, 1, 1, 1, 0])
    expect(arms(informationTree(SPLIT))).toEqual([0, 0, 0, 1, 1, 1, 0])
  })

  it('a tree that asks for information leaves chance alone', () => {
    const noise = SPLIT.segments.map(({ codes }, at) =>
      segment([...codes], [1000, 1000], [100 + at, 105 - at]),
    )
    expect(
      growTree({ ...SPLIT, segments: noise }, BY_INFORMATION, { mostLeaves: 12, leastPeople: 100 }).length,
    ).toBe(1)
    expect(
      growTree({ ...SPLIT, segments: noise }, BY_VALUE, { mostLeaves: 12, leastPeople: 100 }).length,
    ).toBeGreaterThan(1)
  })
})
