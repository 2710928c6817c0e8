import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ConsentPolicy,
  NO_PERSONAL_USE,
  type NoPersonalUse,
  type PrivacySignals,
  whyNotPersonal,
} from '../../../engine/decision/personal-use.ts'
import { anyText, gppString, tcString } from '../consent/strings.ts'

const NOTHING_SAID: PrivacySignals = {
  childDirected: false,
  personalise: null,
  gdprApplies: null,
  tcfString: null,
  gppString: null,
  gppSections: [],
  usPrivacy: null,
  limitTracking: false,
  globalPrivacyControl: false,
}

const US = 755
const tcf = (choices: Parameters<typeof tcString>[0]) => ({ gdprApplies: true, tcfString: tcString(choices) })
const usnat = (fields: Record<string, unknown>, gppSections: readonly number[] = []) => ({
  gppString: gppString({ usnat: fields }),
  gppSections,
})
const FINE = { SaleOptOut: 2, SaleOptOutNotice: 1, TargetedAdvertisingOptOut: 2 }

type Case = readonly [string, Partial<PrivacySignals>, NoPersonalUse | null, Partial<ConsentPolicy>?]
const CASES: readonly Case[] = [
  ['nothing is said', {}, 'not-said'],
  ['the caller says yes', { personalise: true }, null],
  ['the caller says no', { personalise: false }, 'declined'],
  ['a yes where a string is required', { personalise: true }, 'string-required', { default: 'required' }],
  ['nothing where a string is required', {}, 'string-required', { default: 'required' }],
  [
    'a yes where the GDPR does not apply and a string is required',
    { personalise: true, gdprApplies: false },
    null,
    { default: 'required' },
  ],
  ['nothing but that the GDPR does not apply', { gdprApplies: false }, 'not-said'],

  ['a child', { childDirected: true, personalise: true }, 'child'],
  ['Global Privacy Control', { globalPrivacyControl: true, personalise: true }, 'privacy-control'],
  ['limited tracking', { limitTracking: true, personalise: true }, 'limit-tracking'],
  ['a child before all else', { ...tcf({}), childDirected: true, globalPrivacyControl: true }, 'child'],
  ['Global Privacy Control before a string', { ...tcf({}), globalPrivacyControl: true }, 'privacy-control'],

  ['a TC string with consent', tcf({}), null],
  ['the same where a string is required', tcf({}), null, { default: 'required' }],
  ['a TC string, and no word of whether it applies', { tcfString: tcString() }, null],
  ['a TC string with consent, the caller says no', { ...tcf({}), personalise: false }, 'declined'],
  ['the GDPR, no string', { gdprApplies: true }, 'tcf-missing'],
  ['the GDPR, no string, the caller says yes', { gdprApplies: true, personalise: true }, 'tcf-missing'],
  ['the GDPR, an empty string', { gdprApplies: true, tcfString: '' }, 'tcf-missing'],
  ['a string that is none', { gdprApplies: true, tcfString: 'CPhdLUAPhdLUA' }, 'tcf-invalid'],
  ['such a string, no word of whether it applies', { tcfString: 'CPhdLUAPhdLUA' }, 'tcf-invalid'],
  [
    'a string that is none where there is no GDPR',
    { gdprApplies: false, tcfString: 'C', personalise: true },
    null,
  ],
  [
    'a string of TCF 1',
    { gdprApplies: true, tcfString: 'BONJ5bvONJ5bvAMAPyFRAL7AAAAMhuqKklS-gAAAAAAAA' },
    'tcf-invalid',
  ],
  ['a string shared over sites', tcf({ isServiceSpecific: false }), 'tcf-invalid'],
  ['consent to everything but profiles', tcf({ purposes: [1, 2, 4] }), 'tcf-purposes'],
  ['consent to everything but choosing ads', tcf({ purposes: [1, 2, 3, 7] }), 'tcf-purposes'],
  ['consent to everything but storage', tcf({ purposes: [2, 3, 4] }), 'tcf-purposes'],
  [
    'storage that was not asked for by the law there',
    tcf({ purposes: [2, 3, 4], withoutPurposeOne: true }),
    null,
  ],
  ['a yes that a string takes back', { ...tcf({ purposes: [1] }), personalise: true }, 'tcf-purposes'],
  [
    'legitimate interest is never enough',
    tcf({ purposes: [1, 2], legitimateInterests: [2, 3, 4], vendorInterests: [US], vendors: [US] }),
    'tcf-purposes',
    { vendorId: US },
  ],
  ['consent to us', tcf({ vendors: [2, US] }), null, { vendorId: US }],
  ['consent to others', tcf({ vendors: [2] }), 'tcf-vendor', { vendorId: US }],
  ['legitimate interest of us', tcf({ vendorInterests: [US] }), 'tcf-vendor', { vendorId: US }],
  ['we were not shown', tcf({ vendors: [US], disclosed: [2, 3] }), 'tcf-vendor', { vendorId: US }],
  ['we were shown', tcf({ vendors: [US], disclosed: [2, US] }), null, { vendorId: US }],
  [
    'the publisher keeps a purpose from us',
    tcf({ vendors: [US], restrictions: [[4, 0, US]] }),
    'tcf-restricted',
    { vendorId: US },
  ],
  [
    'the publisher wants legitimate interest',
    tcf({ vendors: [US], restrictions: [[3, 2, US]] }),
    'tcf-restricted',
    { vendorId: US },
  ],
  ['the publisher wants consent', tcf({ vendors: [US], restrictions: [[3, 1, US]] }), null, { vendorId: US }],
  [
    'the publisher keeps another purpose, or others, from it',
    tcf({
      vendors: [US],
      restrictions: [
        [9, 0, US],
        [4, 0, 2],
      ],
    }),
    null,
    { vendorId: US },
  ],
  ['TCF 2.3 without the vendors shown', tcf({ policyVersion: 5 }), 'tcf-invalid'],
  ['TCF 2.3', tcf({ policyVersion: 5, disclosed: [US] }), null],
  [
    'a string of February 2026 without the vendors shown',
    tcf({ updatedAt: new Date('2026-02-28T23:59:59Z') }),
    null,
  ],
  ['one of March 2026', tcf({ updatedAt: new Date('2026-03-01T00:00:00Z') }), 'tcf-invalid'],

  ['a GPP string of no section', { gppString: 'DBAA' }, 'not-said'],
  ['the same, the caller says yes', { gppString: 'DBAA', personalise: true }, null],
  ['a GPP string that does not apply', { ...usnat({ SaleOptOut: 1 }, [-1]), personalise: true }, null],
  ['a GPP section without its string', { gppSections: [2], personalise: true }, 'gpp-missing'],
  ['a section that is not in the string', { ...usnat(FINE, [8]), personalise: true }, 'gpp-missing'],
  ['a GPP string that is none', { gppString: 'gpp', personalise: true }, 'gpp-invalid'],
  ['a section that is none', { gppString: 'DBABLA~BV', personalise: true }, 'gpp-invalid'],
  [
    'Canada, which is not read',
    { gppString: gppString({ tcfcav1: { CmpId: 31 } }), gppSections: [5], personalise: true },
    'gpp-unread',
  ],
  [
    'Maryland, which is not read',
    { gppString: gppString({ usmd: { SaleOptOut: 2 } }), personalise: true },
    'gpp-unread',
  ],
  ['usnat without opt-out', usnat(FINE, [7]), null],
  ['usnat without opt-out where a string is required', usnat(FINE), null, { default: 'required' }],
  ['opt-out of sale', { ...usnat({ SaleOptOut: 1 }, [7]), personalise: true }, 'gpp-opt-out'],
  ['opt-out of sharing', usnat({ SharingOptOut: 1 }), 'gpp-opt-out'],
  ['opt-out of targeted advertising', usnat({ TargetedAdvertisingOptOut: 1 }), 'gpp-opt-out'],
  ['Global Privacy Control in a section', usnat({ ...FINE, Gpc: true }), 'gpp-opt-out'],
  ['a service provider', usnat({ ...FINE, MspaServiceProviderMode: 1 }), 'gpp-opt-out'],
  ['no notice', usnat({ ...FINE, SharingNotice: 2 }), 'gpp-notice'],
  [
    'sensitive data',
    usnat({ ...FINE, SensitiveDataProcessing: [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] }),
    'gpp-sensitive',
  ],
  ['a child, consented to or not', usnat({ ...FINE, KnownChildSensitiveDataConsents: [0, 2, 0] }), 'child'],
  ['no consent to other purposes', usnat({ ...FINE, PersonalDataConsents: 1 }), 'gpp-other-purposes'],
  [
    'opt-out in California',
    { gppString: gppString({ usca: { SharingOptOut: 1 } }), gppSections: [8] },
    'gpp-opt-out',
  ],
  ['opt-out in Texas', { gppString: gppString({ ustx: { TargetedAdvertisingOptOut: 1 } }) }, 'gpp-opt-out'],
  [
    'an opt-out in a section that does not apply',
    { gppString: gppString({ usnat: FINE, usca: { SaleOptOut: 1 } }), gppSections: [7] },
    null,
  ],
  [
    'the same, nothing said of which apply',
    { gppString: gppString({ usnat: FINE, usca: { SaleOptOut: 1 } }) },
    'gpp-opt-out',
  ],
  ['a TC string as a section', { gppString: `DBABM~${tcString()}`, gppSections: [2] }, null],
  ['one without consent', { gppString: `DBABM~${tcString({ purposes: [1] })}` }, 'tcf-purposes'],
  ['a US Privacy string as a section', { gppString: 'DBABTA~1YYN' }, 'us-privacy'],
  [
    'a TC string that allows, an opt-out in the GPP string',
    { ...tcf({}), ...usnat({ SaleOptOut: 1 }) },
    'gpp-opt-out',
  ],

  ['a US opt-out', { usPrivacy: '1YYN', personalise: true }, 'us-privacy'],
  ['a US notice without opt-out', { usPrivacy: '1YNN' }, null],
  ['US law that does not apply', { usPrivacy: '1---' }, 'not-said'],
  ['US law that does not apply, the caller says yes', { usPrivacy: '1---', personalise: true }, null],
  ['a US string of another version', { usPrivacy: '2YNN', personalise: true }, 'us-privacy'],
  ['a US string that is none', { usPrivacy: 'opt-in', personalise: true }, 'us-privacy'],
  ['an empty US string', { usPrivacy: '', personalise: true }, null],
]

describe('whyNotPersonal', () => {
  it.each(CASES.map(([what, ...rest]) => [what, rest] as const))('%s', (_what, [said, expected, policy]) => {
    expect(whyNotPersonal({ ...NOTHING_SAID, ...said }, { default: 'caller', ...policy })).toBe(expected)
  })

  it('has a case for each of its reasons', () => {
    expect(new Set(CASES.map(([, , expected]) => expected))).toEqual(new Set([...NO_PERSONAL_USE, null]))
  })

  const broken = fc
    .tuple(
      fc.constantFrom(
        ...CASES.flatMap(([, said]) => [said.tcfString, said.gppString].filter((text) => text)),
      ) as fc.Arbitrary<string>,
      fc.nat(),
      fc.oneof(anyText, fc.constant('')),
    )
    .map(([text, at, instead]) => {
      const cut = at % text.length
      return text.slice(0, cut) + instead + text.slice(cut + 1)
    })
  const text = fc.option(fc.oneof(anyText, broken))
  const signals: fc.Arbitrary<PrivacySignals> = fc.record({
    childDirected: fc.boolean(),
    personalise: fc.option(fc.boolean()),
    gdprApplies: fc.option(fc.boolean()),
    tcfString: text,
    gppString: text,
    gppSections: fc.array(fc.integer({ min: -1, max: 40 }), { maxLength: 3 }),
    usPrivacy: text,
    limitTracking: fc.boolean(),
    globalPrivacyControl: fc.boolean(),
  })

  it('gives a reason or null whatever the strings, and never throws', () => {
    fc.assert(
      fc.property(
        signals,
        fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
        (said, vendorId) => {
          const why = whyNotPersonal(said, { default: 'caller', ...(vendorId !== undefined && { vendorId }) })
          if (why !== null) expect(NO_PERSONAL_USE).toContain(why)
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('a sign closes it, and nothing opens what a stricter workspace or another string closed', () => {
    const signs: readonly Partial<PrivacySignals>[] = [
      { childDirected: true },
      { limitTracking: true },
      { globalPrivacyControl: true },
      { personalise: false },
      { usPrivacy: '1YYN' },
      { gdprApplies: true, tcfString: null },
    ]
    fc.assert(
      fc.property(signals, (said) => {
        for (const sign of signs) expect(whyNotPersonal({ ...said, ...sign })).not.toBeNull()
        if (whyNotPersonal(said) === null) return
        expect(whyNotPersonal(said, { default: 'required' })).not.toBeNull()
        expect(whyNotPersonal(said, { default: 'caller', vendorId: 7 })).not.toBeNull()
      }),
      { numRuns: 500 },
    )
  })
})
