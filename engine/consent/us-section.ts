import { GPP_US_SECTIONS, GPP_USNAT_BEFORE, type GppUsSection } from '../../data/gpp-sections.ts'
import { type BitReader, createBitReader, isBase64Url } from './bit-reader.ts'

/** What a section for a law of the United States has against personal ads; each true is enough to leave them. */
export interface UsSectionReading {
  /** Opted out of sale, of sharing or of targeted advertising, by the section or by Global Privacy Control in it. */
  readonly optedOut: boolean
  /** We are to act as a service provider alone, which may not target ads across contexts. */
  readonly serviceProvider: boolean
  /** A notice the law asks for was not given, so what was not opted out of was not offered. */
  readonly withoutNotice: boolean
  /** No consent to, or an opt-out of, some kind of sensitive data. */
  readonly sensitive: boolean
  /** A known child, whatever was consented to. */
  readonly child: boolean
  /** No consent to purposes other than the data were collected for. */
  readonly otherPurposes: boolean
}

const USNAT = 7
const VERSION_BITS = 6
/** Of usnat alone there is a second version. */
const NEWEST_VERSION = { usnat: 2, state: 1 }
const FIELD_BITS = 2
/** Fields of the Multi-State Privacy Agreement at the end; the last is the service provider mode. */
const MSPA_FIELDS = 3
/** Values of a field: 0 not applicable; of an opt-out 1 yes, of a consent 1 no; of a notice 2 not given; 3 is none. */
const NO_VALUE = 3
const GPC_SUBSECTION = 1

/** Reads a section's text; undefined where it is none, of a version not known, or not a section of the table. */
export function readUsSection(id: number, text: string): UsSectionReading | undefined {
  const [core, ...subsections] = text.split('.') as [string, ...string[]]
  const layout = layoutOf(id, core)
  if (!layout || !isBase64Url(core) || !subsections.every(isBase64Url)) return undefined
  const bits = createBitReader(core)
  const version = bits.take(VERSION_BITS)
  if (version < 1 || version > (id === USNAT ? NEWEST_VERSION.usnat : NEWEST_VERSION.state)) return undefined
  const values = { any: 0 }
  const withoutNotice = takesAny(bits, layout.notices, values, (value) => value === 2)
  const optedOut = takesAny(bits, layout.optOuts, values, (value) => value === 1)
  const sensitive = takesAny(bits, layout.sensitive, values, (value) => value === 1)
  const child = takesAny(bits, layout.children, values, (value) => value !== 0)
  const otherPurposes = takesAny(bits, layout.otherPurposes, values, (value) => value === 1)
  takesAny(bits, MSPA_FIELDS - 1, values, () => false)
  const serviceProvider = takesAny(bits, 1, values, (value) => value === 1)
  if (bits.broken || values.any === NO_VALUE) return undefined
  return {
    optedOut: optedOut || subsections.some(hasPrivacyControl),
    serviceProvider,
    withoutNotice,
    sensitive,
    child,
    otherPurposes,
  }
}

/** usnat grew by 10 bits; libraries wrote the longer form under the older version number too, so the length tells. */
function layoutOf(id: number, core: string): GppUsSection | undefined {
  const layout = GPP_US_SECTIONS.get(id)
  return layout && id === USNAT && core.length * 6 < sizeBits(layout) ? GPP_USNAT_BEFORE : layout
}

function sizeBits({ notices, optOuts, sensitive, children, otherPurposes }: GppUsSection): number {
  return VERSION_BITS + FIELD_BITS * (notices + optOuts + sensitive + children + otherPurposes + MSPA_FIELDS)
}

/** Takes `count` fields: whether one of them is as asked. A value that is none is noted. */
function takesAny(
  bits: BitReader,
  count: number,
  values: { any: number },
  isAsked: (value: number) => boolean,
): boolean {
  let found = false
  for (let left = count; left > 0; left--) {
    const value = bits.take(FIELD_BITS)
    if (value === NO_VALUE) values.any = NO_VALUE
    if (isAsked(value)) found = true
  }
  return found
}

function hasPrivacyControl(subsection: string): boolean {
  const bits = createBitReader(subsection)
  return bits.take(2) === GPC_SUBSECTION && bits.take(1) === 1
}
