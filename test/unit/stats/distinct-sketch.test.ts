import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import {
  addToSketch,
  emptySketch,
  type Sketch,
  sketchDistinct,
  sketchIntersection,
  sketchUnion,
} from '../../../stats/distinct-sketch.ts'

const sketchOf = (k: number, hashes: Iterable<number>): Sketch => {
  let sketch = emptySketch(k)
  for (const hash of hashes) sketch = addToSketch(sketch, hash)
  return sketch
}

describe('sketch of a set', () => {
  const hash = fc.integer({ min: 0, max: 199 }).map((at) => at / 200)
  const hashes = fc.array(hash, { maxLength: 80 })
  const size = fc.integer({ min: 3, max: 40 })

  it('holds the k smallest hashes, whatever their order and however often they come', () => {
    fc.assert(
      fc.property(size, hashes, (k, members) => {
        const smallest = [...new Set(members)].sort((a, b) => a - b).slice(0, k)
        expect(sketchOf(k, members)).toEqual({ k, hashes: smallest })
        expect(sketchOf(k, [...members, ...members].reverse())).toEqual({ k, hashes: smallest })
      }),
    )
  })

  it('the union is that of the sets, commutative, associative, and of a set with itself the same', () => {
    fc.assert(
      fc.property(size, size, hashes, hashes, hashes, (k, other, first, second, third) => {
        const [a, b, c] = [sketchOf(k, first), sketchOf(other, second), sketchOf(k, third)]
        expect(sketchUnion(a, b)).toEqual(sketchOf(Math.min(k, other), [...first, ...second]))
        expect(sketchUnion(a, b)).toEqual(sketchUnion(b, a))
        expect(sketchUnion(sketchUnion(a, b), c)).toEqual(sketchUnion(a, sketchUnion(b, c)))
        expect(sketchUnion(a, a)).toEqual(a)
        expect(sketchIntersection(a, b)).toEqual(sketchIntersection(b, a))
      }),
    )
  })

  it('counts exactly while it holds the whole set', () => {
    fc.assert(
      fc.property(hashes, hashes, (first, second) => {
        const [a, b] = [sketchOf(400, first), sketchOf(400, second)]
        const count = new Set(first).size
        expect(sketchDistinct(a)).toEqual({ count, low: count, high: count })
        const shared = new Set(first.filter((member) => second.includes(member))).size
        expect(sketchIntersection(a, b)).toEqual({ count: shared, low: shared, high: shared })
      }),
    )
    expect(sketchDistinct(emptySketch(64)).count).toBe(0)
  })

  it('adding what is known, or too large to matter, gives the same sketch back', () => {
    const sketch = sketchOf(3, [0.1, 0.2, 0.3])
    expect(addToSketch(sketch, 0.2)).toBe(sketch)
    expect(addToSketch(sketch, 0.9)).toBe(sketch)
    expect(addToSketch(sketch, 0.15).hashes).toEqual([0.1, 0.15, 0.2])
  })

  it('refuses a k or a hash that is none', () => {
    expect(() => emptySketch(2)).toThrow(RangeError)
    expect(() => emptySketch(4.5)).toThrow(RangeError)
    for (const wrong of [1, -0.1, Number.NaN]) {
      expect(() => addToSketch(emptySketch(8), wrong)).toThrow(RangeError)
    }
  })

  it('its counts are right on average to 1 / sqrt(k - 2), and the intervals hold them in 95 % of draws', () => {
    const stream = createStream('sketches')
    // 300 in both, 1,200 only in the first, 500 only in the second.
    const [k, rounds] = [128, 500]
    let [distinctHeld, sharedHeld, sum, squares, sharedSum] = [0, 0, 0, 0, 0]
    for (let round = 0; round < rounds; round++) {
      const people = Array.from({ length: 2000 }, () => stream.next())
      const a = sketchOf(k, people.slice(0, 1500))
      const b = sketchOf(k, people.slice(1200))
      const distinct = sketchDistinct(a)
      const shared = sketchIntersection(a, b)
      if (distinct.low <= 1500 && 1500 <= distinct.high) distinctHeld++
      if (shared.low <= 300 && 300 <= shared.high) sharedHeld++
      sum += distinct.count / 1500
      squares += (distinct.count / 1500 - 1) ** 2
      sharedSum += shared.count / 300
    }
    expect(sum / rounds).toBeCloseTo(1, 1)
    expect(Math.abs(sum / rounds - 1)).toBeLessThan(0.015)
    expect(Math.abs(sharedSum / rounds - 1)).toBeLessThan(0.04)
    expect(Math.sqrt(squares / rounds)).toBeLessThan(1.08 / Math.sqrt(k - 2))
    expect(Math.sqrt(squares / rounds)).toBeGreaterThan(0.85 / Math.sqrt(k - 2))
    expect(distinctHeld / rounds).toBeGreaterThan(0.925)
    expect(distinctHeld / rounds).toBeLessThan(0.975)
    // Garwood's interval is exact for counts, so somewhat too wide.
    expect(sharedHeld / rounds).toBeGreaterThan(0.935)
    expect(sharedHeld / rounds).toBeLessThan(0.995)
  })
})
