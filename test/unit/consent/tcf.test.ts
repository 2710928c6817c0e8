import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { purposeBit, readTcf } from '../../../engine/consent/tcf.ts'
import { anyText, tcString } from './strings.ts'

const purposes = fc.uniqueArray(fc.integer({ min: 1, max: 24 }), { maxLength: 24 })
/** Few and far, which is written as ranges, or many and near, which is written a bit each. */
const vendors = fc.oneof(
  fc.uniqueArray(fc.integer({ min: 1, max: 3_000 }), { maxLength: 12 }),
  fc.uniqueArray(fc.integer({ min: 1, max: 120 }), { minLength: 30, maxLength: 120 }),
)
const restrictions = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 24 }), fc.constantFrom(0, 1, 2), fc.integer({ min: 1, max: 200 })),
  { maxLength: 8 },
) as fc.Arbitrary<[number, 0 | 1 | 2, number][]>

const maskOf = (list: readonly number[]) => list.reduce((mask, purpose) => mask | purposeBit(purpose), 0)

describe('readTcf', () => {
  it('reads what the reference library writes', () => {
    const choices = fc.record({
      purposes,
      legitimateInterests: purposes,
      vendors,
      vendorInterests: vendors,
      disclosed: fc.option(vendors, { nil: undefined }),
      publisherPurposes: fc.option(purposes, { nil: undefined }),
      restrictions,
      policyVersion: fc.integer({ min: 2, max: 63 }),
      isServiceSpecific: fc.boolean(),
      withoutPurposeOne: fc.boolean(),
      updatedAt: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
    })
    fc.assert(
      fc.property(choices, fc.integer({ min: 1, max: 3_000 }), (said, anybody) => {
        // The library has no list of nobody.
        const disclosed = said.disclosed?.length ? said.disclosed : undefined
        const text = tcString({ ...said, disclosed })
        for (const vendorId of [anybody, ...said.vendors.slice(0, 3), said.restrictions[0]?.[2] ?? 1]) {
          const barred = said.restrictions.filter(([, type, vendor]) => vendor === vendorId && type !== 1)
          expect(readTcf(text, vendorId)).toEqual({
            updatedAtMs: Math.floor(Math.round(said.updatedAt.getTime() / 100)) * 100,
            policyVersion: said.policyVersion,
            isGlobal: !said.isServiceSpecific,
            consented: maskOf(said.purposes),
            withoutPurposeOne: said.withoutPurposeOne,
            vendor: {
              consented: said.vendors.includes(vendorId),
              disclosed: disclosed ? disclosed.includes(vendorId) : null,
              restricted: maskOf(barred.map(([purpose]) => purpose)),
            },
            listsDisclosed: disclosed !== undefined,
          })
        }
      }),
      { numRuns: 200 },
    )
  })

  it('reads the example of the specification', () => {
    const text =
      'COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA.IFoEUQQgAIQwgIwQABAEAAAAOIAACAIAAAAQAIAgEAACEAAAAAgAQBAAAAAAAGBAAgAAAAAAAFAAECAAAgAAQARAEQAAAAAJAAIAAgAAAYQEAAAQmAgBC3ZAYzUw'
    expect(readTcf(text, 2)).toMatchObject({
      consented: maskOf([1, 2, 3]),
      isGlobal: true,
      policyVersion: 2,
      vendor: { consented: true, disclosed: true, restricted: 0 },
    })
    expect(readTcf(text, 7)?.vendor).toMatchObject({ consented: false })
  })

  it('has nothing to say of a string that is cut short, wherever it is cut', () => {
    const text = tcString({ vendors: [2, 5, 700], restrictions: [[3, 0, 5]] })
    // The last characters may be padding.
    for (let end = 0; end < text.length - 1; end++)
      expect(readTcf(text.slice(0, end), 5), `${end}`).toBeUndefined()
  })

  it('never throws, and takes no text that is none', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.base64String()), (text) => {
        expect(readTcf(text, 3)?.policyVersion ?? 0).toBeGreaterThanOrEqual(0)
      }),
    )
    for (const text of [
      '',
      '.',
      'C',
      'COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA.',
      `C${'A'.repeat(20_000)}`,
    ]) {
      expect(readTcf(text, 3), text.slice(0, 60)).toBeUndefined()
    }
  })
})
