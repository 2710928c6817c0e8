/** What a request says of the law and of the person's will, as it came. */
export interface PrivacySignals {
  /** A child may be watching (COPPA). */
  readonly childDirected: boolean
  /** The GDPR applies; null: not said, which is read as no. */
  readonly gdprApplies: boolean | null
  /** TCF consent string; null or empty: none. */
  readonly tcfString: string | null
  /** Global Privacy Platform string and the sections of it that apply; none: -1, or an empty list. */
  readonly gppString: string | null
  readonly gppSections: readonly number[]
  /** Four characters, e.g. 1YNN. */
  readonly usPrivacy: string | null
  /** The device limits tracking, or its browser asks not to be tracked. */
  readonly limitTracking: boolean
  /** Global Privacy Control. */
  readonly globalPrivacyControl: boolean
}

/** Why nothing personal may be read. */
export type NoPersonalUse = 'child' | 'gdpr' | 'gpp' | 'us-privacy' | 'limit-tracking' | 'privacy-control'

/**
 * Why nothing personal of a request may be read: no identifier, no segment, no place of the person; null when it may.
 *
 * The one place that decides it for requests of exchanges. TCF and GPP strings are not read here yet: where the law
 * asks for a consent, or an opt-out may be written, in a string that nobody read, there is none to rely on. Reading them
 * changes `gdpr` and `gpp` below and nothing else.
 */
export function whyNotPersonal(signals: PrivacySignals): NoPersonalUse | null {
  const { gdprApplies, tcfString, gppString, gppSections, usPrivacy } = signals
  if (signals.childDirected) return 'child'
  if (signals.globalPrivacyControl) return 'privacy-control'
  if (signals.limitTracking) return 'limit-tracking'
  if (gdprApplies === true || (gdprApplies === null && isGiven(tcfString))) return 'gdpr'
  const gppApplies = gppSections.length > 0 ? gppSections.some((section) => section > 0) : isGiven(gppString)
  if (gppApplies) return 'gpp'
  return isGiven(usPrivacy) && !allowsSale(usPrivacy!) ? 'us-privacy' : null
}

function isGiven(text: string | null): boolean {
  return text !== null && text !== ''
}

/**
 * Whether a US Privacy string leaves the sale of data open: its third character is the opt-out. A string that is none
 * is taken as an opt-out.
 *
 * @see IAB Tech Lab, US Privacy String, version 1
 */
function allowsSale(usPrivacy: string): boolean {
  const optOut = /^1[YN-]([YN-])[YN-]$/i.exec(usPrivacy)?.[1]
  return optOut !== undefined && optOut.toUpperCase() !== 'Y'
}
