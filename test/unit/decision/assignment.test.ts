import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { armAt, bucketOf } from '../../../engine/decision/assignment.ts'

interface Vectors {
  readonly cases: readonly {
    readonly campaignKey: string
    readonly personKey: string
    readonly holdout: number
    readonly broadControl: number
    readonly matched: boolean
    readonly position: number
    readonly arm: string
    readonly propensity: number
  }[]
}
const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/assignment-v1.json', import.meta.url), 'utf8'),
) as Vectors

const bucket = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const shares = fc.record({
  holdout: fc.double({ min: 0, max: 0.5, noNaN: true }),
  broadControl: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
})

describe('assignment, version 1', () => {
  it.each(vectors.cases)('of $personKey in $campaignKey, matched $matched: $arm', (each) => {
    const bucket = bucketOf(Number(each.campaignKey), each.personKey, createStream('unused'))
    const { arm, propensity } = armAt(bucket, each.matched, each)
    expect([bucket, arm]).toEqual([each.position, each.arm])
    expect(propensity).toBeCloseTo(each.propensity, 12)
  })

  it('cuts [0, 1) into holdout, broad control and narrow, in this order', () => {
    const at = (position: number) => armAt(position, true, { holdout: 0.2, broadControl: 0.1 }).arm
    expect([at(0), at(0.1999)]).toEqual(['holdout', 'holdout'])
    expect([at(0.2), at(0.2799)]).toEqual(['broad-control', 'broad-control'])
    expect([at(0.2801), at(0.9999)]).toEqual(['narrow', 'narrow'])
  })

  it('never moves anybody between holdout or control and narrow by what matches', () => {
    fc.assert(
      fc.property(bucket, shares, (position, each) => {
        const matched = armAt(position, true, each).arm
        const unmatched = armAt(position, false, each).arm
        expect(unmatched).toBe(matched === 'holdout' ? 'holdout' : 'broad')
      }),
      { numRuns: 300 },
    )
  })

  it('gives arms whose propensities add to one', () => {
    fc.assert(
      fc.property(shares, (each) => {
        const propensities = new Map<string, number>()
        for (let i = 0; i < 1000; i++) {
          const { arm, propensity } = armAt(i / 1000, true, each)
          propensities.set(arm, propensity)
        }
        const sum = [...propensities.values()].reduce((a, b) => a + b, 0)
        const missing = each.holdout < 0.001 ? each.holdout : 0
        expect(sum + (propensities.has('holdout') ? 0 : missing)).toBeCloseTo(1, 9)
      }),
      { numRuns: 100 },
    )
  })

  it('splits people as the shares say', () => {
    const counts = { holdout: 0, 'broad-control': 0, narrow: 0, broad: 0 }
    for (let i = 0; i < 20_000; i++) {
      const position = bucketOf(12, `person ${i}`, createStream('unused'))
      counts[armAt(position, true, { holdout: 0.05, broadControl: 0.1 }).arm]++
    }
    // Four standard deviations of a binomial of 20,000: 123 and 166.
    expect(Math.abs(counts.holdout - 1_000)).toBeLessThan(123)
    expect(Math.abs(counts['broad-control'] - 1_900)).toBeLessThan(166)
  })

  it('is drawn anew for each decision without a person', () => {
    const stream = createStream('anonymous')
    expect(bucketOf(12, null, stream)).not.toBe(bucketOf(12, null, stream))
  })
})
