import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Audience, splitExactly, spreadShowings } from '../../engine/budget/split-budget.ts'

/** Audiences, and showings between what their leasts and their mosts come to. */
const worlds = fc
  .record({
    sizes: fc.array(
      fc.record({
        people: fc.integer({ min: 1, max: 100_000 }),
        worth: fc.double({ min: 1e-6, max: 1, noNaN: true }),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    even: fc.double({ min: 0.001, max: 50, noNaN: true }),
  })
  .map(({ sizes, even }) => ({
    audiences: sizes.map(
      (size, at): Audience => ({
        ...size,
        id: `a${at}`,
        leastFrequency: even / 2,
        mostFrequency: even * 2,
      }),
    ),
    showings: sizes.reduce((sum, { people }) => sum + people * even, 0),
  }))

const spent = (audiences: readonly Audience[], frequencies: ReadonlyMap<string, number>) =>
  audiences.reduce((sum, { id, people }) => sum + people * frequencies.get(id)!, 0)

describe('showings over audiences', () => {
  it('are all given, within the bounds of each', () => {
    fc.assert(
      fc.property(worlds, ({ audiences, showings }) => {
        const frequencies = spreadShowings(audiences, showings)
        expect(spent(audiences, frequencies) / showings).toBeCloseTo(1, 9)
        for (const { id, leastFrequency, mostFrequency } of audiences) {
          expect(frequencies.get(id)!).toBeGreaterThanOrEqual(leastFrequency)
          expect(frequencies.get(id)!).toBeLessThanOrEqual(mostFrequency)
        }
      }),
    )
  })

  it('do not depend on the order, are equal for equal audiences, and never less for more worth', () => {
    fc.assert(
      fc.property(worlds, ({ audiences, showings }) => {
        const frequencies = spreadShowings(audiences, showings)
        expect(spreadShowings([...audiences].reverse(), showings)).toEqual(frequencies)
        const byWorth = [...audiences].sort((a, b) => a.worth - b.worth)
        for (const [at, { id, worth }] of byWorth.entries()) {
          const next = byWorth[at + 1]
          if (!next) break
          if (next.worth === worth) expect(frequencies.get(next.id)).toBe(frequencies.get(id))
          else expect(frequencies.get(next.id)!).toBeGreaterThanOrEqual(frequencies.get(id)!)
        }
      }),
    )
  })

  it('are not less for an audience that becomes worth more', () => {
    fc.assert(
      fc.property(worlds, fc.double({ min: 1, max: 5, noNaN: true }), ({ audiences, showings }, factor) => {
        const [first, ...others] = audiences
        const before = spreadShowings(audiences, showings).get('a0')!
        const raised = { ...first!, worth: first!.worth * factor }
        const after = spreadShowings([raised, ...others], showings).get('a0')!
        expect(after).toBeGreaterThanOrEqual(before * (1 - 1e-9))
      }),
    )
  })

  it('bring no more when some are moved from one audience to another', () => {
    // w = 0.8: a showing more at frequency f is worth e^(-0.2 f).
    const worthOf = (audiences: readonly Audience[], frequencies: ReadonlyMap<string, number>) =>
      audiences.reduce(
        (sum, { id, people, worth }) => sum - people * worth * 5 * Math.expm1(-0.2 * frequencies.get(id)!),
        0,
      )
    fc.assert(
      fc.property(worlds, fc.nat(), fc.nat(), ({ audiences, showings }, from, to) => {
        const best = spreadShowings(audiences, showings)
        const a = audiences[from % audiences.length]!
        const b = audiences[to % audiences.length]!
        if (a === b) return
        const room = Math.min(
          (best.get(a.id)! - a.leastFrequency) * a.people,
          (b.mostFrequency - best.get(b.id)!) * b.people,
        )
        const moved = new Map(best)
        moved.set(a.id, best.get(a.id)! - (room / 2) * (1 / a.people))
        moved.set(b.id, best.get(b.id)! + (room / 2) * (1 / b.people))
        expect(worthOf(audiences, moved)).toBeLessThanOrEqual(worthOf(audiences, best) * (1 + 1e-9))
      }),
    )
  })

  it('are left over where nobody may see more', () => {
    const audience = { id: 'a', people: 10, worth: 1, leastFrequency: 0, mostFrequency: 2 }
    expect(spreadShowings([audience], 100)).toEqual(new Map([['a', 2]]))
  })
})

describe('amounts of money', () => {
  it('sum exactly to the total, each within a coin of its share', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
        fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 30 }),
        fc.constantFrom(1, 10_000, 1_000_000),
        (total, shares, unit) => {
          const whole = shares.reduce((sum, share) => sum + share, 0)
          fc.pre(whole > 1e-300)
          const amounts = splitExactly(total, shares, unit)
          expect(amounts.reduce((sum, amount) => sum + BigInt(amount), 0n)).toBe(BigInt(total))
          for (const [at, amount] of amounts.entries()) {
            expect(amount).toBeGreaterThanOrEqual(0)
            const exact = (total * shares[at]!) / whole
            expect(Math.abs(amount - exact)).toBeLessThanOrEqual(2 * unit + total * 1e-12)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('follow the largest remainder, and coins', () => {
    expect(splitExactly(100, [1, 1, 1])).toEqual([34, 33, 33])
    expect(splitExactly(10, [1, 2.6, 6.4])).toEqual([1, 3, 6])
    expect(splitExactly(1_000_000, [1, 1, 1], 10_000)).toEqual([340_000, 330_000, 330_000])
    expect(() => splitExactly(1, [0, 0])).toThrow(RangeError)
  })
})
