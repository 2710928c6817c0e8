import { type BitReader, createBitReader, isBase64Url } from './bit-reader.ts'

/** What a TC string says, as far as serving personal ads needs it. */
export interface TcfReading {
  /** When a person last chose, Unix ms. */
  readonly updatedAtMs: number
  readonly policyVersion: number
  /** Set aside by the specification since 2021: signals shared over all sites. */
  readonly isGlobal: boolean
  /** Purposes consented to, as `purposeBit` has them. Legitimate interests are not read: they are never enough here. */
  readonly consented: number
  /** The publisher's country asks no consent for purpose 1, and the person was not asked. */
  readonly withoutPurposeOne: boolean
  /** What it says of the vendor asked for; null: none was. */
  readonly vendor: TcfVendor | null
  /** Whether it lists the vendors that were shown to the person (TCF 2.3). */
  readonly listsDisclosed: boolean
}

export interface TcfVendor {
  readonly consented: boolean
  /** Shown to the person; null: the string lists nobody. */
  readonly disclosed: boolean | null
  /** Purposes the publisher does not let it use, or only by legitimate interest, as in `consented`. */
  readonly restricted: number
}

/** No string of a consent management platform comes near it; what is longer is not read. */
const LONGEST_CHARACTERS = 20_000
const VERSION = 2
/** Deciseconds have 36 bits, more than a reader takes at once. */
const HALF_TIME_BITS = 18
const MS_PER_DECISECOND = 100
/** CmpId, CmpVersion, ConsentScreen, ConsentLanguage, VendorListVersion. */
const PLATFORM_BITS = 12 + 12 + 6 + 12 + 12
const SPECIAL_FEATURE_BITS = 12
const PURPOSES = 24
const COUNTRY_BITS = 12
const DISCLOSED_VENDORS_SEGMENT = 1

/** The bit of a purpose, 1 to 24, among purposes: the first is the highest, as in the string. */
export function purposeBit(purpose: number): number {
  return 1 << (PURPOSES - purpose)
}

/** Publisher restrictions under which a purpose cannot be had by consent: not allowed at all, by legitimate interest. */
const NOT_ALLOWED = 0
const LEGITIMATE_INTEREST_ONLY = 2

/**
 * Reads a TC string of TCF 2.0 to 2.3; undefined for one that is none, is cut short or has a foreign character.
 *
 * Costs a few microseconds: bits are read where they stand, and of the vendors only the one asked for.
 *
 * @param vendorId number in the Global Vendor List, undefined: none
 * @see IAB Tech Lab, Transparency and Consent String with Global Vendor & CMP List Formats, v2.3
 */
export function readTcf(text: string, vendorId: number | undefined): TcfReading | undefined {
  if (text.length > LONGEST_CHARACTERS) return undefined
  const segments = text.split('.')
  if (!segments.every(isBase64Url)) return undefined
  const bits = createBitReader(segments[0]!)
  if (bits.take(6) !== VERSION) return undefined
  bits.skip(2 * HALF_TIME_BITS)
  const updatedAtMs =
    (bits.take(HALF_TIME_BITS) * 2 ** HALF_TIME_BITS + bits.take(HALF_TIME_BITS)) * MS_PER_DECISECOND
  bits.skip(PLATFORM_BITS)
  const policyVersion = bits.take(6)
  const isGlobal = bits.take(1) === 0
  // UseNonStandardTexts
  bits.skip(1 + SPECIAL_FEATURE_BITS)
  const consented = bits.take(PURPOSES)
  bits.skip(PURPOSES)
  const withoutPurposeOne = bits.take(1) === 1
  bits.skip(COUNTRY_BITS)
  const vendorConsented = takeMembership(bits, vendorId)
  // Vendors with a legitimate interest
  takeMembership(bits, undefined)
  const restricted = takeRestrictions(bits, vendorId)
  if (bits.broken) return undefined

  const disclosed = readDisclosed(segments, vendorId)
  if (disclosed === undefined) return undefined
  return {
    updatedAtMs,
    policyVersion,
    isGlobal,
    consented,
    withoutPurposeOne,
    vendor:
      vendorId === undefined ? null : { consented: vendorConsented, disclosed: disclosed.vendor, restricted },
    listsDisclosed: disclosed.listed,
  }
}

/** Reads a list of vendors, a bit each or ranges, to its end: whether `vendorId` is in it. */
function takeMembership(bits: BitReader, vendorId: number | undefined): boolean {
  const highest = bits.take(16)
  if (bits.take(1) === 1) return takeRanges(bits, vendorId)
  if (vendorId === undefined || vendorId > highest) {
    bits.skip(highest)
    return false
  }
  bits.skip(vendorId - 1)
  const isMember = bits.take(1) === 1
  bits.skip(highest - vendorId)
  return isMember
}

function takeRanges(bits: BitReader, vendorId: number | undefined): boolean {
  let isMember = false
  for (let left = bits.take(12); left > 0 && !bits.broken; left--) {
    const isRange = bits.take(1) === 1
    const first = bits.take(16)
    const last = isRange ? bits.take(16) : first
    if (vendorId !== undefined && first <= vendorId && vendorId <= last) isMember = true
  }
  return isMember
}

function takeRestrictions(bits: BitReader, vendorId: number | undefined): number {
  let restricted = 0
  for (let left = bits.take(12); left > 0 && !bits.broken; left--) {
    const purpose = bits.take(6)
    const kind = bits.take(2)
    const isMeant = takeRanges(bits, vendorId)
    if (!isMeant || (kind !== NOT_ALLOWED && kind !== LEGITIMATE_INTEREST_ONLY)) continue
    if (purpose >= 1 && purpose <= PURPOSES) restricted |= purposeBit(purpose)
  }
  return restricted
}

/** The segment of the vendors shown to the person; undefined when it is there and cannot be read. */
function readDisclosed(
  segments: readonly string[],
  vendorId: number | undefined,
): { readonly listed: boolean; readonly vendor: boolean | null } | undefined {
  for (const segment of segments.slice(1)) {
    const bits = createBitReader(segment)
    if (bits.take(3) !== DISCLOSED_VENDORS_SEGMENT) continue
    const isMember = takeMembership(bits, vendorId)
    return bits.broken ? undefined : { listed: true, vendor: isMember }
  }
  return { listed: false, vendor: null }
}
