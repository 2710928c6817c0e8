import type { PrivacySignals } from '../decision/personal-use.ts'
import type { BidRequest } from './bid-request.ts'

/**
 * What a bid request says of the law and the person's will; where 2.6 and 2.5 have a field each, both are read. Who
 * sends somebody's data for bids says that they may be used, where nothing else in the request says otherwise.
 */
export function privacyOf({ regs, user, device }: BidRequest): PrivacySignals {
  const gdpr = regs?.gdpr ?? regs?.ext?.gdpr ?? null
  return {
    childDirected: regs?.coppa === 1,
    personalise: true,
    gdprApplies: gdpr === null ? null : gdpr !== 0,
    tcfString: user?.consent ?? user?.ext?.consent ?? null,
    gppString: regs?.gpp ?? null,
    gppSections: regs?.gpp_sid ?? [],
    usPrivacy: regs?.us_privacy ?? regs?.ext?.us_privacy ?? null,
    limitTracking: device?.lmt === 1 || device?.dnt === 1,
    globalPrivacyControl: String(regs?.ext?.gpc ?? '0') === '1',
  }
}
