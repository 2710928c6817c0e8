import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import {
  containment,
  duplicationCoefficient,
  effectiveSegments,
  jaccard,
  overlapRate,
} from '../../../stats/overlap.ts'
import { betaBinomialReach, binomialReach, sainsburyReach } from '../../../stats/reach.ts'

describe('overlap', () => {
  it('effective segments: equal ones count fully, and all sizes together may be scaled', () => {
    expect(effectiveSegments([5, 5, 5, 5])).toBe(4)
    expect(effectiveSegments([100, 0, 0])).toBe(1)
    expect(effectiveSegments([])).toBe(0)
    expect(effectiveSegments([0.5, 0.25, 0.25])).toBeCloseTo(8 / 3, 12)
    const sizes = fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(sizes, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (counts, factor) => {
        const effective = effectiveSegments(counts)
        expect(effective).toBeGreaterThanOrEqual(1 - 1e-12)
        expect(effective).toBeLessThanOrEqual(counts.length * (1 + 1e-12))
        expect(effectiveSegments(counts.map((count) => count * factor)) / effective).toBeCloseTo(1, 9)
      }),
    )
  })

  it('is that of the sets themselves, and the same both ways round', () => {
    const set = fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 25 })
    fc.assert(
      fc.property(set, set, (first, second) => {
        const shared = first.filter((member) => second.includes(member)).length
        const union = new Set([...first, ...second]).size
        const [a, b] = [first.length, second.length]
        expect(jaccard(shared, a, b)).toBe(union === 0 ? 0 : shared / union)
        expect(containment(shared, a, b)).toBe(containment(shared, b, a))
        expect(containment(shared, a, b)).toBeGreaterThanOrEqual(jaccard(shared, a, b))
        // Of two sets the repeats are just the shared members.
        expect(overlapRate(union, [a, b])).toBeCloseTo(a + b === 0 ? 0 : shared / (a + b), 12)
      }),
    )
  })

  it('of estimated counts stays a share', () => {
    expect(containment(120, 100, 300)).toBe(1)
    expect(jaccard(120, 100, 100)).toBe(1)
    expect(overlapRate(210, [100, 100])).toBe(0)
    expect(() => containment(-1, 2, 3)).toThrow(RangeError)
    expect(() => effectiveSegments([1, Number.NaN])).toThrow(RangeError)
  })

  it('72 % of A also buying B is D 1.2 where 60 % of all buy B, and chance where 72 % do', () => {
    expect(duplicationCoefficient({ both: 72, first: 100, second: 600, people: 1000 })).toBeCloseTo(1.2, 12)
    expect(duplicationCoefficient({ both: 72, first: 100, second: 720, people: 1000 })).toBeCloseTo(1, 12)
    expect(() => duplicationCoefficient({ both: 0, first: 0, second: 5, people: 10 })).toThrow(RangeError)
  })
})

describe('reach', () => {
  it('is in [0, 1], grows with exposures and is less where people differ', () => {
    const shape = fc.double({ min: 0.01, max: 100, noNaN: true })
    const exposures = fc.integer({ min: 0, max: 500 })
    fc.assert(
      fc.property(shape, shape, exposures, fc.integer({ min: 2, max: 10_000 }), (a, b, m, people) => {
        for (const reach of [
          (n: number) => betaBinomialReach(a, b, n),
          (n: number) => binomialReach(people, n),
        ]) {
          expect(reach(m)).toBeGreaterThanOrEqual(0)
          expect(reach(m)).toBeLessThanOrEqual(1)
          expect(reach(m + 1)).toBeGreaterThanOrEqual(reach(m))
        }
        const alike = 1 - (1 - a / (a + b)) ** m
        expect(betaBinomialReach(a, b, m)).toBeLessThanOrEqual(alike + 1e-11)
      }),
    )
  })

  it('one exposure reaches the mean chance, and by hand two', () => {
    expect(betaBinomialReach(1, 3, 1)).toBeCloseTo(0.25, 13)
    // 1 - (3/4)(4/5) = 0.4
    expect(betaBinomialReach(1, 3, 2)).toBeCloseTo(0.4, 13)
    expect(binomialReach(4, 2)).toBeCloseTo(1 - 9 / 16, 13)
    expect(binomialReach(1, 3)).toBe(1)
    expect(binomialReach(1e9, 1)).toBeCloseTo(1e-9, 20)
    // Hardly any spread: the beta law is a point, the reach the binomial one.
    expect(betaBinomialReach(1e6, 9e6, 5)).toBeCloseTo(1 - 0.9 ** 5, 6)
  })

  it('is what impressions falling at random come to', () => {
    const stream = createStream('reach')
    const seen = new Set<number>()
    for (let impression = 0; impression < 15_000; impression++) seen.add(stream.integer(10_000))
    // Standard deviation of the share is below 0.004.
    expect(seen.size / 10_000).toBeCloseTo(binomialReach(10_000, 15_000), 1)
    expect(Math.abs(seen.size / 10_000 - binomialReach(10_000, 15_000))).toBeLessThan(0.012)
  })

  it('of media together: those of Sainsbury, in any order', () => {
    expect(sainsburyReach([0.5, 0.5])).toBe(0.75)
    expect(sainsburyReach([])).toBe(0)
    const reaches = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 })
    fc.assert(
      fc.property(reaches, (parts) => {
        const whole = sainsburyReach(parts)
        expect(sainsburyReach([...parts].reverse())).toBeCloseTo(whole, 12)
        for (const part of parts) expect(whole).toBeGreaterThanOrEqual(part - 1e-12)
      }),
    )
    expect(() => sainsburyReach([1.2])).toThrow(RangeError)
    expect(() => binomialReach(0, 1)).toThrow(RangeError)
    expect(() => betaBinomialReach(0, 1, 1)).toThrow(RangeError)
  })
})
