import { describe, expect, it } from 'vitest'
import { attributesFrom } from '../../../engine/openrtb/attributes.ts'
import { gppString, tcString } from '../consent/strings.ts'
import { SIMPLE_BANNER } from './examples.ts'
import { BID, bidderOf, bidOn, planWith } from './world.ts'

const TYPES = { state: 'category', interests: 'set', age: 'number', fan: 'boolean' } as const

const REQUEST = {
  id: '1',
  imp: [{ id: '1' }],
  device: {
    geo: { country: 'USA', region: 'OR', zip: '97201' },
    language: 'es',
    langb: 'es-MX',
    devicetype: 4,
    os: null,
  },
  user: {
    geo: { region: 'CA' },
    keywords: 'surf, tents,',
    kwarray: ['maps'],
    gender: 'F',
    data: [
      { id: 'dmp', name: 'Data House', segment: [{ id: '12' }, { id: '13' }, {}], ext: { segtax: 4 } },
      { id: 'other', segment: [{ id: '99', value: 'x' }] },
      { name: 'empty' },
    ],
  },
}

const read = (...sources: Parameters<typeof attributesFrom>[1]) => attributesFrom(REQUEST, sources, TYPES)

describe('attributes of a bid request', () => {
  it('are the fields a campaign names, each into its attribute', () => {
    expect(read({ from: 'user.geo.region', to: 'state' })).toEqual({ state: 'CA' })
    expect(read({ from: 'device.geo.region', to: 'state' })).toEqual({ state: 'OR' })
    expect(read({ from: 'device.language', to: 'state' })).toEqual({ state: 'es-MX' })
    expect(read({ from: 'user.keywords', to: 'interests' })).toEqual({ interests: ['maps', 'surf', 'tents'] })
    expect(read({ from: 'device.devicetype', to: 'age' })).toEqual({ age: 4 })
    expect(read({ from: 'device.os', to: 'state' }, { from: 'device.geo.city', to: 'state' })).toEqual({})
  })

  it('are segments of one provider or one taxonomy, under the names we have for them', () => {
    const segment = { from: 'user.data.segment', to: 'interests' } as const
    expect(read(segment)).toEqual({ interests: ['12', '13', '99'] })
    expect(read({ ...segment, provider: 'dmp' })).toEqual({ interests: ['12', '13'] })
    expect(read({ ...segment, provider: 'Data House' })).toEqual({ interests: ['12', '13'] })
    expect(read({ ...segment, segtax: 4 })).toEqual({ interests: ['12', '13'] })
    expect(read({ ...segment, values: { '13': 'hiking', '14': 'golf' } })).toEqual({ interests: ['hiking'] })
    expect(read({ ...segment, to: 'fan', values: { '99': true } })).toEqual({ fan: true })
    expect(read({ ...segment, to: 'age', values: { '12': 30, '13': 40 } })).toEqual({ age: 30 })
  })

  it('take the first source that has something, of a set all', () => {
    const places = [
      { from: 'user.geo.city', to: 'state' },
      { from: 'user.geo.region', to: 'state' },
      { from: 'device.geo.region', to: 'state' },
    ] as const
    expect(read(...places)).toEqual({ state: 'CA' })
    const wishes = [
      { from: 'user.keywords', to: 'interests' },
      { from: 'user.data.segment', to: 'interests', values: { '12': 'surf', '13': 'hiking' } },
    ] as const
    expect(read(...wishes)).toEqual({ interests: ['maps', 'surf', 'tents', 'hiking'] })
  })

  it('that do not fit their type are left out, and so are values of Object itself', () => {
    expect(read({ from: 'user.gender', to: 'age' }, { from: 'user.gender', to: 'fan' })).toEqual({})
    expect(read({ from: 'user.gender', to: 'unknown' })).toEqual({})
    const odd = { ...REQUEST, user: { gender: 'constructor' } }
    expect(attributesFrom(odd, [{ from: 'user.gender', to: 'state', values: {} }], TYPES)).toEqual({})
  })

  it('are not read where nothing personal may be, and neither is the person', () => {
    const request = { ...SIMPLE_BANNER, device: { geo: { region: 'CA' } }, user: { id: 'reader' } }
    const bidder = bidderOf([planWith(BID)])
    const recordOf = (more: object) => bidOn(bidder, { ...request, ...more }).records[0]!
    expect(recordOf({})).toMatchObject({ leaf: 'states/CA', person: expect.stringMatching(/^[0-9a-f]{32}$/) })
    for (const forbidding of [
      { regs: { coppa: 1 } },
      { regs: { gdpr: 1 } },
      { regs: { gdpr: 1 }, user: { ...request.user, consent: '' } },
      { regs: { ext: { gdpr: 1 } } },
      { regs: { us_privacy: '1YYN' } },
      { regs: { ext: { us_privacy: '1YYN' } } },
      { regs: { gpp: 'DBAA', gpp_sid: [7] } },
      { regs: { gdpr: 1 }, user: { ...request.user, consent: tcString({ purposes: [1] }) } },
      { user: { ...request.user, ext: { consent: tcString({ purposes: [1] }) } } },
      { regs: { gpp: gppString({ usca: { SharingOptOut: 1 } }) } },
      { regs: { ext: { gpc: '1' } } },
      { device: { ...request.device, lmt: 1 } },
      { device: { ...request.device, dnt: 1 } },
    ]) {
      expect(recordOf(forbidding), JSON.stringify(forbidding)).toMatchObject({
        leaf: null,
        arm: 'broad',
        person: null,
      })
    }
  })

  it('name the person by the field the campaign chose', () => {
    const request = {
      ...SIMPLE_BANNER,
      user: { id: 'a', buyeruid: 'b' },
      device: { ifa: '00000000-0000-0000-0000-000000000000' },
    }
    const personBy = (person: 'user.id' | 'user.buyeruid' | 'device.ifa' | 'none', more = request) =>
      bidOn(bidderOf([planWith({ ...BID, person })]), more).records[0]!.person
    expect(personBy('user.id')).not.toBeNull()
    expect(personBy('user.id')).not.toBe(personBy('user.buyeruid'))
    expect(personBy('user.id')).not.toBe(
      personBy('user.id', { ...request, user: { id: 'A', buyeruid: 'b' } }),
    )
    expect([personBy('device.ifa'), personBy('none')]).toEqual([null, null])
  })
})
