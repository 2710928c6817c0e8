/**
 * A section of the Global Privacy Platform for a law of the United States. Behind the version (6 bits) stand fields of
 * 2 bits each, in this order in every section: so many notices, opt-outs, kinds of sensitive data, kinds of known
 * children, consents to other purposes, and three of the Multi-State Privacy Agreement, of which the last is the
 * service provider mode.
 */
export interface GppUsSection {
  readonly id: number
  readonly name: string
  readonly notices: number
  readonly optOuts: number
  readonly sensitive: number
  readonly children: number
  readonly otherPurposes: 0 | 1
}

/**
 * Field by field as IABTechLab/iabgpp-es 3.2.0 writes them, beside the specifications in
 * InteractiveAdvertisingBureau/Global-Privacy-Platform, Sections/.
 *
 * Left out: usmd, usin, usky and usri (24 to 27), whose specifications put a header before the fields which that library
 * does not write, so a string of them can be read in two ways; and tcfcav1 (5), of whose lists of vendors there are two
 * encodings about.
 */
export const GPP_SECTIONS_SOURCE = {
  asOf: '2026-11-28',
  source: [
    'https://github.com/IABTechLab/iabgpp-es',
    'https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform/tree/main/Sections',
  ],
} as const

/** The European consent string as a section. */
export const GPP_TCF_EU = 2
/** The US Privacy string as a section. */
export const GPP_US_PRIVACY = 6

/** usnat as it was before it had 16 kinds of sensitive data; told from the newer one by its length. */
export const GPP_USNAT_BEFORE: GppUsSection = row(7, 'usnat', 6, 3, 12, 2, 1)

const ROWS: readonly GppUsSection[] = [
  row(7, 'usnat', 6, 3, 16, 3, 1),
  row(8, 'usca', 3, 2, 9, 2, 1),
  row(9, 'usva', 3, 2, 8, 1, 0),
  row(10, 'usco', 3, 2, 7, 1, 0),
  row(11, 'usut', 4, 2, 8, 1, 0),
  row(12, 'usct', 3, 2, 8, 3, 0),
  row(13, 'usfl', 3, 2, 8, 3, 1),
  row(14, 'usmt', 3, 2, 8, 3, 1),
  row(15, 'usor', 3, 2, 11, 3, 1),
  row(16, 'ustx', 3, 2, 8, 1, 1),
  row(17, 'usde', 3, 2, 9, 5, 1),
  row(18, 'usia', 4, 2, 8, 1, 0),
  row(19, 'usne', 3, 2, 8, 1, 1),
  row(20, 'usnh', 3, 2, 8, 3, 1),
  row(21, 'usnj', 3, 2, 10, 5, 1),
  row(22, 'ustn', 3, 2, 8, 1, 1),
  row(23, 'usmn', 3, 2, 8, 1, 1),
]

/** Every section that is read, by its id. */
export const GPP_US_SECTIONS: ReadonlyMap<number, GppUsSection> = new Map(ROWS.map((each) => [each.id, each]))

function row(
  id: number,
  name: string,
  notices: number,
  optOuts: number,
  sensitive: number,
  children: number,
  otherPurposes: 0 | 1,
): GppUsSection {
  return { id, name, notices, optOuts, sensitive, children, otherPurposes }
}
