import { GPP_TCF_EU, GPP_US_PRIVACY, GPP_US_SECTIONS } from '../../data/gpp-sections.ts'
import { readGpp } from '../consent/gpp.ts'
import { purposeBit, readTcf, type TcfReading } from '../consent/tcf.ts'
import { readUsPrivacy } from '../consent/us-privacy.ts'
import { readUsSection } from '../consent/us-section.ts'

/** What a request says of the law and of the person's will, as it came. */
export interface PrivacySignals {
  /** A child may be watching (COPPA). */
  readonly childDirected: boolean
  /** Whether the caller says that the person consented; null: says nothing. */
  readonly personalise: boolean | null
  /** The GDPR applies; null: not said, and then a TCF string speaks for itself. */
  readonly gdprApplies: boolean | null
  /** TCF consent string; null or empty: none. */
  readonly tcfString: string | null
  /** Global Privacy Platform string and the sections of it that apply; none: -1; empty: not said, so all of them. */
  readonly gppString: string | null
  readonly gppSections: readonly number[]
  /** Four characters, e.g. 1YNN. */
  readonly usPrivacy: string | null
  /** The device limits tracking, or its browser asks not to be tracked. */
  readonly limitTracking: boolean
  /** Global Privacy Control. */
  readonly globalPrivacyControl: boolean
}

/** How a workspace reads what requests say (`consent` of polyad.json). */
export interface ConsentPolicy {
  /**
   * Where no string allows personal use: `caller` takes the caller's word for the person's consent, `required` does not,
   * unless the request says that the GDPR does not apply.
   */
  readonly default: 'caller' | 'required'
  /** Our number in the Global Vendor List; undefined: of a TCF string the purposes alone are asked for. */
  readonly vendorId?: number
}

export const CONSENT_DEFAULTS: ConsentPolicy = { default: 'caller' }

/**
 * Why nothing personal may be read, in the order they are asked for.
 *
 * child: a child may be watching. privacy-control: Global Privacy Control. limit-tracking: the device asks for it.
 * declined: the caller says there is no consent. tcf-*: the GDPR applies, and its string is missing, is none that counts
 * (invalid), has no consent to purposes 1, 3 and 4 (purposes) or to us (vendor), or the publisher keeps one of them from
 * us (restricted). gpp-*: a section that applies is missing, the string or the section is none (invalid), is one we do
 * not read (unread), or has an opt-out, a notice not given, no consent to sensitive data or to other purposes.
 * us-privacy: an opt-out of sale, or a string that is none. string-required: no string allows it, and the workspace asks
 * for one. not-said: nobody says that there is consent.
 */
export const NO_PERSONAL_USE = [
  'child',
  'privacy-control',
  'limit-tracking',
  'declined',
  'tcf-missing',
  'tcf-invalid',
  'tcf-purposes',
  'tcf-vendor',
  'tcf-restricted',
  'gpp-missing',
  'gpp-invalid',
  'gpp-unread',
  'gpp-opt-out',
  'gpp-notice',
  'gpp-sensitive',
  'gpp-other-purposes',
  'us-privacy',
  'string-required',
  'not-said',
] as const

export type NoPersonalUse = (typeof NO_PERSONAL_USE)[number]

/** What a string comes to: it allows personal use, says nothing of it, or why not. */
type Verdict = 'allows' | 'silent' | NoPersonalUse

/**
 * Why nothing personal of a request may be read: no identifier, no segment, no attribute or place of the person; null
 * when it may.
 *
 * The one place that decides it, for decisions and for bids. Every string that applies must allow it; one that cannot be
 * read allows nothing.
 */
export function whyNotPersonal(
  signals: PrivacySignals,
  policy: ConsentPolicy = CONSENT_DEFAULTS,
): NoPersonalUse | null {
  if (signals.childDirected) return 'child'
  if (signals.globalPrivacyControl) return 'privacy-control'
  if (signals.limitTracking) return 'limit-tracking'
  if (signals.personalise === false) return 'declined'

  let allowed = false
  for (const read of STRINGS) {
    const verdict = read(signals, policy)
    if (verdict === 'allows') allowed = true
    else if (verdict !== 'silent') return verdict
  }
  if (allowed) return null
  if (policy.default === 'required' && signals.gdprApplies !== false) return 'string-required'
  return signals.personalise === true ? null : 'not-said'
}

const STRINGS: readonly ((signals: PrivacySignals, policy: ConsentPolicy) => Verdict)[] = [
  ({ gdprApplies, tcfString }, { vendorId }) => {
    if (gdprApplies === false) return 'silent'
    if (!isGiven(tcfString)) return gdprApplies ? 'tcf-missing' : 'silent'
    return tcfVerdict(tcfString, vendorId)
  },
  gppVerdict,
  ({ usPrivacy }) => (isGiven(usPrivacy) ? usPrivacyVerdict(usPrivacy) : 'silent'),
]

/** Of TCF: 1 store on a device, 3 make a profile for ads, 4 choose ads by it. */
const PURPOSES_NEEDED = purposeBit(1) | purposeBit(3) | purposeBit(4)

/**
 * A string made since then, or under that policy, must list the vendors that were shown to the person.
 *
 * @see IAB Europe, TCF 2.3: in force since 1 March 2026
 */
const DISCLOSED_SINCE = { policyVersion: 5, atMs: Date.UTC(2026, 2, 1) }

function tcfVerdict(text: string, vendorId: number | undefined): Verdict {
  const tcf = readTcf(text, vendorId)
  if (!tcf || tcf.isGlobal || lacksDisclosed(tcf)) return 'tcf-invalid'
  const needed = tcf.withoutPurposeOne ? PURPOSES_NEEDED & ~purposeBit(1) : PURPOSES_NEEDED
  if ((tcf.consented & needed) !== needed) return 'tcf-purposes'
  if (!tcf.vendor) return 'allows'
  if (!tcf.vendor.consented || tcf.vendor.disclosed === false) return 'tcf-vendor'
  return (tcf.vendor.restricted & PURPOSES_NEEDED) !== 0 ? 'tcf-restricted' : 'allows'
}

function lacksDisclosed({ listsDisclosed, policyVersion, updatedAtMs }: TcfReading): boolean {
  const must = policyVersion >= DISCLOSED_SINCE.policyVersion || updatedAtMs >= DISCLOSED_SINCE.atMs
  return must && !listsDisclosed
}

function gppVerdict({ gppString, gppSections }: PrivacySignals, { vendorId }: ConsentPolicy): Verdict {
  const applicable = gppSections.filter((id) => id > 0)
  // -1: the platform knows of no law that applies.
  if (gppSections.length > 0 && applicable.length === 0) return 'silent'
  if (!isGiven(gppString)) return applicable.length > 0 ? 'gpp-missing' : 'silent'
  const sections = readGpp(gppString)
  if (!sections) return 'gpp-invalid'
  let verdict: Verdict = 'silent'
  for (const id of applicable.length > 0 ? applicable : sections.keys()) {
    const text = sections.get(id)
    const ofSection = text === undefined ? 'gpp-missing' : sectionVerdict(id, text, vendorId)
    if (ofSection === 'allows') verdict = 'allows'
    else if (ofSection !== 'silent') return ofSection
  }
  return verdict
}

function sectionVerdict(id: number, text: string, vendorId: number | undefined): Verdict {
  if (id === GPP_TCF_EU) return tcfVerdict(text, vendorId)
  if (id === GPP_US_PRIVACY) return usPrivacyVerdict(text)
  if (!GPP_US_SECTIONS.has(id)) return 'gpp-unread'
  const section = readUsSection(id, text)
  if (!section) return 'gpp-invalid'
  if (section.child) return 'child'
  if (section.optedOut || section.serviceProvider) return 'gpp-opt-out'
  if (section.withoutNotice) return 'gpp-notice'
  if (section.sensitive) return 'gpp-sensitive'
  return section.otherPurposes ? 'gpp-other-purposes' : 'allows'
}

function usPrivacyVerdict(text: string): Verdict {
  switch (readUsPrivacy(text)) {
    case 'not-opted-out':
      return 'allows'
    case 'none':
      return 'silent'
    default:
      return 'us-privacy'
  }
}

function isGiven(text: string | null): text is string {
  return text !== null && text !== ''
}
