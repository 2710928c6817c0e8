import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adUnitId, unitFromId } from '../../../engine/campaign/ad-unit-id.ts'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import { checkLedger, extendLedger } from '../../../engine/campaign/extend-ledger.ts'
import type { Ledger } from '../../../engine/campaign/ledger.ts'
import { smallPlan, textAsset } from '../space/small-plan.ts'

function campaignOf(slots: Record<string, string[]>, locales = ['en-US'], placements = ['wide']): Campaign {
  const { campaign } = smallPlan({
    slots: Object.entries(slots).map(([slot, ids]) => ({
      slot,
      default: ids[0]!,
      assets: ids.map((id) => textAsset(id)),
    })),
  })
  return { ...campaign, locales, placements }
}

const NAMES = ['a', 'b', 'c', 'd', 'e', 'constructor']
const someNames = fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 })

/** A revision: any slots, assets, segments and locales, in any order; names come and go between revisions. */
const revision = fc.record({
  slots: fc
    .uniqueArray(fc.tuple(fc.constantFrom('x', 'y', 'z'), someNames), {
      minLength: 1,
      selector: ([slot]) => slot,
    })
    .map((entries) => Object.fromEntries(entries)),
  segments: someNames.map((names) => ['broad', ...names]),
  locales: fc.uniqueArray(fc.constantFrom('en-US', 'es-US', 'de'), { minLength: 1 }),
})

describe('ledger', () => {
  it('gives ordinals from 1 in the order of the document', () => {
    const ledger = extendLedger(
      undefined,
      campaignOf({ y: ['b', 'a'], x: ['c'] }),
      ['broad', 'z', 'm'],
      new Set(),
    )
    expect(ledger.segments).toEqual({ broad: 1, z: 2, m: 3 })
    expect(ledger.slots).toEqual({ y: 1, x: 2 })
    expect(ledger.assets).toEqual({ y: { b: 1, a: 2 }, x: { c: 1 } })
  })

  it('keeps every id over any revisions, and never gives an ordinal twice', () => {
    fc.assert(
      fc.property(fc.array(revision, { minLength: 1, maxLength: 8 }), (revisions) => {
        let ledger: Ledger | undefined
        const ids = new Map<string, ReturnType<typeof unitFromId>>()
        const owners = new Map<string, string>()
        for (const { slots, segments, locales } of revisions) {
          const campaign = campaignOf(slots, locales)
          ledger = extendLedger(ledger, campaign, segments, new Set())
          checkLedger(JSON.parse(JSON.stringify(ledger)), 'spring')
          for (const [slot, ordinals] of Object.entries(ledger.assets)) {
            for (const [name, ordinal] of Object.entries(ordinals)) {
              const owner = owners.get(`${slot} ${ordinal}`) ?? name
              expect(owner).toBe(name)
              owners.set(`${slot} ${ordinal}`, name)
            }
          }
          const unit = {
            segment: segments.at(-1)!,
            locale: locales.at(-1)!,
            placement: 'wide',
            choices: Object.fromEntries(Object.entries(slots).map(([slot, names]) => [slot, names.at(-1)])),
          }
          ids.set(adUnitId(ledger, unit), unit)
          for (const [id, meant] of ids) {
            expect(unitFromId(ledger, id)).toEqual(meant)
            expect(adUnitId(ledger, meant)).toBe(id)
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  it('is the same object when nothing is new', () => {
    const campaign = campaignOf({ x: ['a', 'b'] })
    const ledger = extendLedger(undefined, campaign, ['broad'], new Set())
    expect(extendLedger(ledger, campaignOf({ x: ['b'] }), ['broad'], new Set())).toBe(ledger)
  })

  it('draws the campaign key from the name and steps past those taken', () => {
    const campaign = campaignOf({ x: ['a'] })
    const { campaignKey } = extendLedger(undefined, campaign, ['broad'], new Set())
    expect(campaignKey).toMatchInlineSnapshot(`402085`)
    const taken = new Set([campaignKey, campaignKey + 1])
    expect(extendLedger(undefined, campaign, ['broad'], taken).campaignKey).toBe(campaignKey + 2)
  })

  it('refuses one ordinal with two names, another campaign, and a slot taken out', () => {
    const ledger = extendLedger(undefined, campaignOf({ x: ['a'], y: ['a'] }), ['broad'], new Set())
    const merged = { ...ledger, assets: { x: { a: 1, b: 1 }, y: { a: 1 } } }
    expect(() => checkLedger(merged, 'spring')).toThrow('asset of x ordinal 1 has two names (a, b)')
    expect(() => checkLedger(ledger, 'autumn')).toThrow('must be "autumn"')
    expect(() => checkLedger({ ...ledger, slots: { y: 2 } }, 'spring')).toThrow('a slot was taken out')
    expect(() => checkLedger({ ...ledger, segments: { broad: 0 } }, 'spring')).toThrow('/segments/broad')
  })
})
