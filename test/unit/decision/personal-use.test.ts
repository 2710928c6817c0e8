import { describe, expect, it } from 'vitest'
import {
  type NoPersonalUse,
  type PrivacySignals,
  whyNotPersonal,
} from '../../../engine/decision/personal-use.ts'

const NOTHING_SAID: PrivacySignals = {
  childDirected: false,
  gdprApplies: null,
  tcfString: null,
  gppString: null,
  gppSections: [],
  usPrivacy: null,
  limitTracking: false,
  globalPrivacyControl: false,
}

describe('whyNotPersonal', () => {
  it.each<[string, Partial<PrivacySignals>, NoPersonalUse | null]>([
    ['nothing is said', {}, null],
    ['a child', { childDirected: true }, 'child'],
    ['Global Privacy Control', { globalPrivacyControl: true }, 'privacy-control'],
    ['limited tracking', { limitTracking: true }, 'limit-tracking'],
    ['the GDPR, no string', { gdprApplies: true }, 'gdpr'],
    ['the GDPR, an empty string', { gdprApplies: true, tcfString: '' }, 'gdpr'],
    ['the GDPR, a string that is not read yet', { gdprApplies: true, tcfString: 'CPhdLUAPhdLUA' }, 'gdpr'],
    ['a consent string, and no word of whether it applies', { tcfString: 'CPhdLUAPhdLUA' }, 'gdpr'],
    ['no GDPR', { gdprApplies: false, tcfString: 'CPhdLUAPhdLUA' }, null],
    ['a GPP string of no section', { gppString: 'DBAA' }, 'gpp'],
    ['a GPP section', { gppString: 'DBAA', gppSections: [7] }, 'gpp'],
    ['a GPP section without its string', { gppSections: [2] }, 'gpp'],
    ['a GPP string that does not apply', { gppString: 'DBAA', gppSections: [-1] }, null],
    ['a US opt-out', { usPrivacy: '1YYN' }, 'us-privacy'],
    ['a US notice without opt-out', { usPrivacy: '1YNN' }, null],
    ['US law that does not apply', { usPrivacy: '1---' }, null],
    ['a US string of another version', { usPrivacy: '2YNN' }, 'us-privacy'],
    ['a US string that is none', { usPrivacy: 'opt-in' }, 'us-privacy'],
    ['an empty US string', { usPrivacy: '' }, null],
  ])('%s', (_what, said, expected) => {
    expect(whyNotPersonal({ ...NOTHING_SAID, ...said })).toBe(expected)
  })
})
