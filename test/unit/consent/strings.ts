import { GppModel } from '@iabgpp/cmpapi'
import { type GVL, PurposeRestriction, Segment, SegmentEncoder, TCModel } from '@iabtcf/core'
import fc from 'fast-check'

export interface TcChoices {
  readonly purposes?: readonly number[] | undefined
  readonly legitimateInterests?: readonly number[] | undefined
  readonly vendors?: readonly number[] | undefined
  readonly vendorInterests?: readonly number[] | undefined
  readonly disclosed?: readonly number[] | undefined
  readonly publisherPurposes?: readonly number[] | undefined
  /** Purpose, restriction type 0 to 2, vendor. */
  readonly restrictions?: readonly (readonly [number, 0 | 1 | 2, number])[]
  readonly policyVersion?: number
  readonly isServiceSpecific?: boolean
  readonly withoutPurposeOne?: boolean
  readonly updatedAt?: Date
}

/** The library asks the vendor list which ids there are, to write ranges. */
const EVERY_VENDOR = new Set(Array.from({ length: 3_000 }, (_, at) => at + 1))

/** A TC string as the reference library of the TCF writes it, segment by segment. */
export function tcString(choices: TcChoices = {}): string {
  const model = new TCModel()
  model.cmpId = 31
  model.cmpVersion = 2
  model.consentScreen = 1
  model.consentLanguage = 'EN'
  model.vendorListVersion = 100
  model.publisherCountryCode = 'DE'
  model.created = model.lastUpdated = choices.updatedAt ?? new Date('2025-06-01T00:00:00Z')
  model.policyVersion = choices.policyVersion ?? 4
  model.isServiceSpecific = choices.isServiceSpecific ?? true
  model.purposeOneTreatment = choices.withoutPurposeOne ?? false
  model.purposeConsents.set([...(choices.purposes ?? [1, 2, 3, 4])])
  model.purposeLegitimateInterests.set([...(choices.legitimateInterests ?? [])])
  model.vendorConsents.set([...(choices.vendors ?? [])])
  model.vendorLegitimateInterests.set([...(choices.vendorInterests ?? [])])
  for (const [purpose, type, vendor] of choices.restrictions ?? []) {
    model.publisherRestrictions.add(vendor, new PurposeRestriction(purpose, type))
  }
  model.publisherRestrictions.gvl = { vendorIds: EVERY_VENDOR } as GVL
  const segments = [SegmentEncoder.encode(model, Segment.CORE)]
  if (choices.disclosed) {
    model.vendorsDisclosed.set([...choices.disclosed])
    segments.push(SegmentEncoder.encode(model, Segment.VENDORS_DISCLOSED))
  }
  if (choices.publisherPurposes) {
    model.publisherConsents.set([...choices.publisherPurposes])
    segments.push(SegmentEncoder.encode(model, Segment.PUBLISHER_TC))
  }
  return segments.join('.')
}

/** Any text, lone surrogates and controls too. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 32, max: 126 })), { maxLength: 40 })
  .map((codes) => String.fromCharCode(...codes))

/** Fields of sections by section and name. */
export type GppChoices = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** A GPP string as the reference library of the Global Privacy Platform writes it. */
export function gppString(sections: GppChoices): string {
  const model = new GppModel()
  for (const [section, fields] of Object.entries(sections)) {
    for (const [field, value] of Object.entries(fields)) model.setFieldValue(section, field, value)
  }
  return model.encode()
}
