import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSampler } from '../../../engine/space/sample.ts'

describe('sample', () => {
  it('gives every number exactly once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.string(), (count, seed) => {
        const sampler = createSampler(BigInt(count), seed)
        const ranks = Array.from({ length: count }, (_, at) => Number(sampler.rankAt(BigInt(at))))
        expect(ranks.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, at) => at))
      }),
      { numRuns: 200 },
    )
  })

  it('is the same on every machine, also past 2^53 and past 2^64', () => {
    const first = (count: bigint) => [0n, 1n, 2n].map((at) => createSampler(count, 'spring').rankAt(at))
    expect(first(1_000n)).toMatchInlineSnapshot(`
      [
        594n,
        480n,
        3n,
      ]
    `)
    // As drawn in whole numbers of any size, before short lines were drawn in floating-point numbers.
    expect(first(10n ** 15n)).toEqual([678947622954463n, 713848566921593n, 826234771605078n])
    expect(first(10n ** 18n)).toMatchInlineSnapshot(`
      [
        397129435738343448n,
        892119290647424839n,
        136234601077533137n,
      ]
    `)
    expect(first(10n ** 30n)).toMatchInlineSnapshot(`
      [
        198321879477294688954203841431n,
        123368937076440157417388307934n,
        726338236036200600347239789057n,
      ]
    `)
  })

  it('has no number outside the line', () => {
    expect(() => createSampler(5n, 's').rankAt(5n)).toThrow('no number 5')
    expect(() => createSampler(5n, 's').numberAt!(5)).toThrow('no number 5')
    expect(() => createSampler(10n ** 30n, 's').rankAt(-1n)).toThrow('no number -1')
    expect(createSampler(2n ** 52n + 1n, 's').numberAt).toBeUndefined()
  })

  it('samples evenly from the shortest lines: every first pair of 5 and of 7 comes as often', () => {
    const seeds = 60_000
    // Chi-square quantiles at 0.999 for 19 and 41 degrees of freedom.
    for (const { count, most } of [
      { count: 5, most: 43.82 },
      { count: 7, most: 74.74 },
    ]) {
      const pairs = new Map<number, number>()
      for (let seed = 0; seed < seeds; seed++) {
        const { numberAt } = createSampler(BigInt(count), `seed ${seed}`)
        const pair = numberAt!(0) * count + numberAt!(1)
        pairs.set(pair, (pairs.get(pair) ?? 0) + 1)
      }
      expect(pairs.size).toBe(count * (count - 1))
      expect(chiSquare([...pairs.values()], seeds / pairs.size)).toBeLessThan(most)
    }
  })

  it('samples evenly: over seeds, the first number and the gap to the second are uniform', () => {
    const cells = 20
    const seeds = 4_000
    const firsts = new Array<number>(cells).fill(0)
    const gaps = new Array<number>(cells - 1).fill(0)
    for (let seed = 0; seed < seeds; seed++) {
      const sampler = createSampler(BigInt(cells), `seed ${seed}`)
      const first = Number(sampler.rankAt(0n))
      const second = Number(sampler.rankAt(1n))
      firsts[first]!++
      gaps[(second - first + cells - 1) % cells]!++
    }
    // Chi-square quantiles at 0.999: 43.82 for 19 degrees of freedom, 42.31 for 18.
    expect(chiSquare(firsts, seeds / cells)).toBeLessThan(43.82)
    expect(chiSquare(gaps, seeds / (cells - 1))).toBeLessThan(42.31)
  })
})

function chiSquare(counts: readonly number[], expected: number): number {
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}
