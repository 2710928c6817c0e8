import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adUnitId, campaignKeyOf, unitFromId } from '../../../engine/campaign/ad-unit-id.ts'
import {
  createIdEncoder,
  decodeNumbers,
  encodeNumbers,
  type IdEncoder,
} from '../../../engine/campaign/id-codec.ts'
import type { Ledger } from '../../../engine/campaign/ledger.ts'

const ledger: Ledger = {
  version: 1,
  campaign: 'spring',
  campaignKey: 700_001,
  segments: { broad: 1, 'grid/CA/*': 2 },
  locales: { 'en-US': 1, 'es-US': 2 },
  placements: { wide: 1, tall: 2 },
  slots: { headline: 1, picture: 2, constructor: 3 },
  assets: { headline: { sun: 1, rain: 40 }, picture: { beach: 1 }, constructor: { toString: 1 } },
}
const unit = {
  segment: 'grid/CA/*',
  locale: 'es-US',
  placement: 'tall',
  choices: { headline: 'rain', picture: 'beach', constructor: 'toString' },
}

const numbers = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 4, maxLength: 4 }),
    fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5000 })), { maxLength: 8 }),
  )
  .map(([cell, slots]) => [...cell, ...slots])

function withoutZeros(list: readonly number[]): number[] {
  const kept = [...list]
  while (kept.length > 4 && kept.at(-1) === 0) kept.pop()
  return kept
}

describe('ad unit id', () => {
  it('stays what it is: codec 1, written down once', () => {
    expect(adUnitId(ledger, unit)).toMatchInlineSnapshot(`"1gwxda210n0210g3"`)
    expect(adUnitId(ledger, { ...unit, choices: {} })).toMatchInlineSnapshot(`"1gwxda210gz"`)
  })

  it('is read back by its ledger alone', () => {
    expect(unitFromId(ledger, adUnitId(ledger, unit))).toEqual(unit)
    const bare = { ...unit, choices: { picture: 'beach' } }
    expect(unitFromId(ledger, adUnitId(ledger, bare))).toEqual(bare)
    expect(campaignKeyOf(adUnitId(ledger, unit))).toBe(700_001)
  })

  it('reads back any numbers', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const id = encodeNumbers(list)
        expect(decodeNumbers(id)).toEqual(withoutZeros(list))
        expect(id).toMatch(/^1[0-9a-hjkmnp-tv-z]+$/)
      }),
      { numRuns: 300 },
    )
  })

  it('has one spelling: any other text is refused, above all with one wrong character or two swapped', () => {
    fc.assert(
      fc.property(
        numbers,
        fc.nat(),
        fc.constantFrom(...'0123456789abcdefghjkmnpqrstvwxyz'),
        (list, at, character) => {
          const id = encodeNumbers(list)
          const place = at % id.length
          const wrong = id.slice(0, place) + character + id.slice(place + 1)
          if (wrong !== id) expect(() => decodeNumbers(wrong)).toThrow('is not an ad unit id')
          const next = (place + 1) % id.length
          if (next > 0 && id[place] !== id[next]) {
            const swapped = id.slice(0, place) + id[next] + id[place] + id.slice(next + 1)
            expect(() => decodeNumbers(swapped)).toThrow('is not an ad unit id')
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('reads hostile text without harm', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^1[0-9a-z]{3,80}$/)), (text) => {
        let read: number[] | undefined
        try {
          read = decodeNumbers(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'AD_UNIT_ID_INVALID' })
        }
        if (read) expect(encodeNumbers(read)).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  it('says why it is refused', () => {
    const id = adUnitId(ledger, unit)
    const last = id.endsWith('0') ? '1' : '0'
    expect(() => unitFromId(ledger, id.slice(0, -1) + last)).toThrow('check digit')
    expect(() => unitFromId(ledger, id.toUpperCase())).toThrow('a character that is not one of')
    expect(() => unitFromId({ ...ledger, campaignKey: 5 }, id)).toThrow('belongs to campaign number 700001')
    const younger = { ...ledger, assets: { ...ledger.assets, headline: { sun: 1 } } }
    expect(() => unitFromId(younger, id)).toThrow('has no asset of slot headline 40')
    expect(() => unitFromId({ ...ledger, slots: { headline: 1 } }, id)).toThrow('more slots')
    expect(() => unitFromId(ledger, encodeNumbers([700_001, 0, 1, 1]))).toThrow('has no segment 0')
    expect(() => decodeNumbers('2abc')).toThrow('codec 2')
  })

  it('has at most 40 characters for 10 slots of 1,000 options and 10,000 segments', () => {
    const slots = new Array<number>(10).fill(1_000)
    expect(encodeNumbers([2 ** 20 - 1, 10_000, 1_000, 1_000, ...slots]).length).toBeLessThanOrEqual(40)
  })

  it('reads back the largest campaign: 20 slots of 5,000 options, after as many slots were retired', () => {
    const slots = [...new Array<number>(20).fill(0), ...new Array<number>(20).fill(5_000)]
    const numbers = [2 ** 20 - 1, 10_000, 100, 100, ...slots]
    expect(decodeNumbers(encodeNumbers(numbers))).toEqual(numbers)
  })

  it('does not read a text of any length', () => {
    expect(() => decodeNumbers('1'.repeat(1_000_000))).toThrow(
      /^"1{40}\.\.\." is not an ad unit id: it is too long/,
    )
  })

  it('encodes what changed as if all had changed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(6), fc.constantFrom(0, 1, 31, 32, 5000)), { maxLength: 30 }),
        (moves) => {
          const encoder = createIdEncoder(7)
          encoder.encode(0)
          for (const [at, number] of moves) {
            encoder.numbers[at] = number
            expect(spelt(encoder, at)).toBe(encodeNumbers(encoder.numbers))
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})

function spelt(encoder: IdEncoder, changed: number): string {
  const length = encoder.encode(changed)
  return Buffer.from(encoder.ascii.subarray(0, length)).toString('latin1')
}
