import { GppModel, Sections } from '@iabgpp/cmpapi'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GPP_US_SECTIONS } from '../../../data/gpp-sections.ts'
import { readGpp } from '../../../engine/consent/gpp.ts'
import { readUsSection } from '../../../engine/consent/us-section.ts'
import { anyText, gppString } from './strings.ts'

const ids = Sections.SECTION_ID_NAME_MAP as ReadonlyMap<number, string>

describe('readGpp', () => {
  it.each([
    ['DBABM', [2]],
    ['DBACNY', [2, 6]],
    ['DBABjw', [5, 6]],
    ['DBAA', []],
  ])('reads the header %s of the specification', (header, expected) => {
    const text = [header, ...expected.map((id) => `text-of-${id}`)].join('~')
    expect([...readGpp(text)!]).toEqual(expected.map((id) => [id, `text-of-${id}`]))
  })

  it('finds the sections that the reference library writes', () => {
    const some = fc.uniqueArray(fc.constantFrom(...ids.keys()), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(some, (sections) => {
        const model = new GppModel()
        for (const id of sections) {
          if (id === 6) model.setFieldValueBySectionId(id, 'Version', 1)
          else if (id < 6) model.setFieldValueBySectionId(id, 'CmpId', 31)
          else model.setFieldValueBySectionId(id, 'SaleOptOut', 1)
        }
        const text = model.encode()
        const read = readGpp(text)!
        expect([...read.keys()]).toEqual(sections.sort((one, other) => one - other))
        expect([...read.values()]).toEqual(text.split('~').slice(1))
      }),
      { numRuns: 100 },
    )
  })

  it('never throws, and takes nothing whose header does not fit', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(readGpp(text)?.size ?? 0).toBeLessThan(65)
        expect(readGpp(`DB${text}`)?.size ?? 0).toBeLessThan(65)
      }),
    )
    for (const text of [
      '',
      '~',
      'DBABM',
      'DBABM~a~b',
      'DBABM',
      'CBABM~a',
      'DCABM~a',
      'DB',
      'DB__~a',
      'DBABM ~a',
    ]) {
      expect(readGpp(text), text).toBeUndefined()
    }
  })
})

/** Field names of a section in the library, and which of ours each is. */
const OURS: readonly (readonly [RegExp, string, number])[] = [
  [/OptOutNotice$|^SharingNotice$|^ProcessingNotice$|LimitUseNotice$/, 'withoutNotice', 2],
  [/^(Sale|Sharing|TargetedAdvertising)OptOut$/, 'optedOut', 1],
  [/^SensitiveDataProcessing$/, 'sensitive', 1],
  [/^KnownChildSensitiveDataConsents$/, 'child', 1],
  [/^(PersonalDataConsents|AdditionalDataProcessingConsent)$/, 'otherPurposes', 1],
  [/^MspaServiceProviderMode$/, 'serviceProvider', 1],
]
const NOTHING = {
  optedOut: false,
  serviceProvider: false,
  withoutNotice: false,
  sensitive: false,
  child: false,
  otherPurposes: false,
}

describe('readUsSection', () => {
  const textOf = (section: string, fields: Record<string, unknown>) =>
    gppString({ [section]: fields }).split('~')[1]!

  it.each([...GPP_US_SECTIONS.values()].map(({ id, name }) => [name, id] as const))(
    'reads every field of %s, in its place',
    (name, id) => {
      const fields = new GppModel(gppString({ [name]: { SaleOptOut: 0 } })).getSection(name)!
      const tried = new Set<string>()
      const core = (Array.isArray(fields) ? fields[0] : fields) as Record<string, unknown>
      for (const [field, value] of Object.entries(core)) {
        const ours = OURS.find(([pattern]) => pattern.test(field))
        if (!ours) continue
        tried.add(ours[1])
        const places = Array.isArray(value) ? value.length : 1
        for (let place = 0; place < places; place++) {
          const set = Array.isArray(value) ? value.map((_, at) => (at === place ? ours[2] : 0)) : ours[2]
          expect(readUsSection(id, textOf(name, { [field]: set })), `${field} ${place}`).toEqual({
            ...NOTHING,
            [ours[1]]: true,
          })
        }
      }
      const { otherPurposes } = GPP_US_SECTIONS.get(id)!
      expect(tried.size).toBe(5 + otherPurposes)
      expect(readUsSection(id, textOf(name, { SaleOptOut: 2 }))).toEqual(NOTHING)
    },
  )

  it.each(['usnat', 'usca', 'usco', 'usct', 'usor', 'ustx'])('reads Global Privacy Control in %s', (name) => {
    const id = [...GPP_US_SECTIONS.values()].find((section) => section.name === name)!.id
    expect(readUsSection(id, textOf(name, { Gpc: true }))).toEqual({ ...NOTHING, optedOut: true })
    expect(readUsSection(id, textOf(name, { Gpc: false }))).toEqual(NOTHING)
  })

  it('reads usnat as it was before, by its length', () => {
    const child = textOf('usnat', { Version: 1, KnownChildSensitiveDataConsents: [0, 2, 0] })
    expect(child.split('.')[0]!.length).toBe(11)
    expect(readUsSection(7, child)).toEqual({ ...NOTHING, child: true })
    const service = textOf('usnat', { Version: 1, MspaServiceProviderMode: 1 })
    expect(readUsSection(7, service)).toEqual({ ...NOTHING, serviceProvider: true })
  })

  it('never throws, and takes no value, version or length that there is not', () => {
    for (const text of [
      '',
      '.',
      'B',
      'BAAA',
      '________________',
      'AAAAAAAAAAAA',
      'EAAAAAAAAAAAA',
      'CAAAAAAAAAAA.$',
    ]) {
      for (const id of GPP_US_SECTIONS.keys())
        expect(readUsSection(id, text), `${id} ${text}`).toBeUndefined()
    }
    expect(readUsSection(5, 'CAAAAAAAAAAA')).toBeUndefined()
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.oneof(anyText, fc.base64String()), (id, text) => {
        expect(Object.keys(readUsSection(id, text) ?? NOTHING)).toEqual(Object.keys(NOTHING))
      }),
    )
  })
})
