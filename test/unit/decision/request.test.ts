import { describe, expect, it } from 'vitest'
import { chooseLocale } from '../../../engine/decision/locale.ts'
import { privacyOf } from '../../../engine/decision/request.ts'

describe('consent', () => {
  it('is read field by field; what is not said is not made up', () => {
    const placement = 'iab-300x250'
    const nothing = {
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
    expect(privacyOf({ placement })).toEqual(nothing)
    expect(privacyOf({ placement, consent: {} })).toEqual(nothing)
    const consent = {
      personalise: false,
      gdpr: false,
      tcf: 'C',
      gpp: 'D',
      gppSections: [7],
      usPrivacy: '1YNN',
      gpc: true,
      limitTracking: true,
    }
    expect(privacyOf({ placement, consent, coppa: true })).toEqual({
      childDirected: true,
      personalise: false,
      gdprApplies: false,
      tcfString: 'C',
      gppString: 'D',
      gppSections: [7],
      usPrivacy: '1YNN',
      limitTracking: true,
      globalPrivacyControl: true,
    })
  })
})

describe('chooseLocale', () => {
  const locales = ['en-US', 'es-MX', 'fr-CA']
  it.each([
    [['es-MX'], 'es-MX'],
    [['ES-mx'], 'es-MX'],
    [['de-AT', 'es-ES'], 'es-MX'],
    [['fr', 'en-US'], 'fr-CA'],
    [['de', 'ja'], 'en-US'],
    [[], 'en-US'],
  ])('for %j is %s', (languages, locale) => {
    expect(chooseLocale(languages, locales)).toBe(locale)
  })
})
