import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDraws, MOST_SORTED, type Sample } from '../../../engine/space/draws.ts'
import { evenQuotas } from '../../../engine/space/even-quotas.ts'
import { partOf } from '../../../engine/space/part.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { arbitraryPlan } from './arbitrary-plan.ts'
import { segmentOf, smallPlan, textAsset } from './small-plan.ts'

const sum = (values: readonly bigint[]) => values.reduce((total, each) => total + each, 0n)

describe('evenQuotas', () => {
  it('shares out all of it: nobody over their capacity, and nobody under another but by one or their capacity', () => {
    const capacities = fc.array(fc.bigInt(0n, 40n), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(capacities, fc.nat(), fc.string(), (most, any, seed) => {
        const total = BigInt(any) % (sum(most) + 1n)
        const quotas = evenQuotas(most, total, seed)
        expect(sum(quotas)).toBe(total)
        const highest = [...quotas].sort((a, b) => Number(b - a))[0]!
        for (const [at, quota] of quotas.entries()) {
          expect(quota <= most[at]!).toBe(true)
          if (quota < highest - 1n) expect(quota).toBe(most[at])
        }
        expect(evenQuotas(most, total, seed)).toEqual(quotas)
      }),
    )
  })

  it('gives what does not go round to any of them, by seed', () => {
    const times = new Array<number>(7).fill(0)
    const seeds = 3_500
    for (let seed = 0; seed < seeds; seed++) {
      const quotas = evenQuotas(new Array<bigint>(7).fill(10n), 9n, `seed ${seed}`)
      for (const [at, quota] of quotas.entries()) if (quota === 2n) times[at]!++
    }
    // 2 of 7 get one more: 1,000 times each in the mean. Chi-square quantile at 0.999 for 6 degrees of freedom.
    const expected = (seeds * 2) / 7
    expect(times.reduce((total, each) => total + (each - expected) ** 2 / expected, 0)).toBeLessThan(22.46)
  })
})

describe('draws', () => {
  const slots = [{ slot: 'a', default: 'x0', assets: [0, 1, 2, 3, 4].map((at) => textAsset(`x${at}`)) }]
  const plan = smallPlan({
    segments: [segmentOf('broad'), segmentOf('ca', 'CA'), segmentOf('or', 'OR')],
    slots,
  })
  const segments = plan.segments.map(({ id }) => id)
  const drawn = (sample: Sample, of = plan, rule?: Parameters<typeof partOf>[1]) => {
    const draws = createDraws(
      partOf(of, rule),
      sample,
      of.segments.map(({ id }) => id),
    )
    return Array.from({ length: Number(sample.size) }, (_, place) => Number(draws.positionAt(BigInt(place))))
  }

  it('draws each subset as often as any other', () => {
    const seeds = 9_000
    const subsets = new Map<string, number>()
    for (let seed = 0; seed < seeds; seed++) {
      const key = drawn({ size: 2n, seed: `${seed}` }).join()
      subsets.set(key, (subsets.get(key) ?? 0) + 1)
    }
    const expected = seeds / 105
    const seen = [...subsets.values()]
    expect(seen.length).toBe(105)
    // Chi-square quantile at 0.999 for 104 degrees of freedom.
    expect(seen.reduce((total, each) => total + (each - expected) ** 2 / expected, 0)).toBeLessThan(153)
  })

  it('spreads a large sample evenly over a long line, in the order of ranks', () => {
    const assets = Array.from({ length: 1000 }, (_, at) => textAsset(`x${at}`))
    const long = smallPlan({
      slots: ['a', 'b', 'c', 'd', 'e'].map((slot) => ({ slot, default: 'x0', assets })),
    })
    const positions = drawn({ size: 50_000n, seed: 'long' }, long)
    expect(new Set(positions).size).toBe(50_000)
    expect(positions.every((each, place) => place === 0 || positions[place - 1]! < each)).toBe(true)
    const bins = new Array<number>(500).fill(0)
    for (const position of positions) bins[Math.floor(position / (1e15 / 500))]!++
    // Chi-square quantile at 0.999 for 499 degrees of freedom; 100 in each bin in the mean.
    expect(bins.reduce((total, each) => total + (each - 100) ** 2 / 100, 0)).toBeLessThan(603.4)
  })

  it('is sorted past 2^53 too', () => {
    const assets = Array.from({ length: 1000 }, (_, at) => textAsset(`x${at}`))
    const slots = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((slot) => ({ slot, default: 'x0', assets }))
    const longest = smallPlan({ slots })
    const draws = createDraws(partOf(longest, undefined), { size: 100n, seed: 's' }, ['broad'])
    const positions = Array.from({ length: 100 }, (_, place) => draws.positionAt(BigInt(place)))
    expect(positions.every((each, place) => place === 0 || positions[place - 1]! < each)).toBe(true)
    expect(createSpace(longest).count > 2n ** 64n).toBe(true)
  })

  it('keeps the order it was drawn in beyond the largest sample that is sorted', () => {
    const assets = Array.from({ length: 1100 }, (_, at) => textAsset(`x${at}`))
    const long = smallPlan({ slots: ['a', 'b'].map((slot) => ({ slot, default: 'x0', assets })) })
    const part = partOf(long, undefined)
    const draws = createDraws(part, { size: MOST_SORTED + 1n, seed: 's' }, ['broad'])
    const first = Array.from({ length: 50 }, (_, place) => draws.positionAt(BigInt(place)))
    expect(first).not.toEqual([...first].sort((a, b) => (a < b ? -1 : 1)))
    expect(draws.positionAt(MOST_SORTED) < part.count).toBe(true)
  })

  it('draws evenly from each segment, for any campaign', () => {
    fc.assert(
      fc.property(arbitraryPlan, fc.nat(), fc.string(), (any, size, seed) => {
        let count: bigint
        try {
          count = createSpace(any).count
        } catch {
          return
        }
        const sample: Sample = { size: BigInt(size) % (count + 1n), seed, stratify: 'segment' }
        const positions = drawn(sample, any)
        expect(new Set(positions).size).toBe(positions.length)
        expect(positions).toEqual([...positions].sort((a, b) => a - b))
        const space = createSpace(any)
        const bySegment = new Map<string, bigint>(any.segments.map(({ id }) => [id, 0n]))
        for (const position of positions) {
          const { segment } = space.unitAt(BigInt(position))
          bySegment.set(segment, bySegment.get(segment)! + 1n)
        }
        const most = [...space.countBy('segment').values()]
        expect([...bySegment.values()]).toEqual(evenQuotas(most, sample.size, seed))
      }),
      { numRuns: 60 },
    )
  })

  it('draws from a segment what it would draw without the others, in any order of asking', () => {
    const draws = createDraws(partOf(plan, undefined), { size: 9n, seed: 's', stratify: 'segment' }, segments)
    const backwards = Array.from({ length: 9 }, (_, at) =>
      Number(draws.positionAt(8n - BigInt(at))),
    ).reverse()
    expect(backwards).toEqual(drawn({ size: 9n, seed: 's', stratify: 'segment' }))
    expect(backwards.map((position) => Math.floor(position / 5))).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2])
    const alone = drawn({ size: 3n, seed: 's', stratify: 'segment' }, plan, { segment: 'ca' })
    expect(alone.map((position) => position + 5)).toEqual(backwards.slice(3, 6))
  })
})
