import { describe, expect, it } from 'vitest'
import { chooseLocale } from '../../../engine/decision/locale.ts'
import { createAttributeCheck, privacyOf } from '../../../engine/decision/request.ts'

const check = createAttributeCheck({
  attributes: [
    { name: 'state', dimension: 'geographic', type: 'category', scope: 'person' },
    { name: 'interests', dimension: 'psychographic', type: 'set', scope: 'person' },
    { name: 'age', dimension: 'demographic', type: 'number', scope: 'person' },
    { name: 'member', dimension: 'behavioural', type: 'boolean', scope: 'person' },
    { name: 'sentiment', dimension: 'psychographic', type: 'category', scope: 'mention' },
  ],
})

describe('attributes of a request', () => {
  it('pass when each is of the catalogue and of its type', () => {
    const attributes = { state: 'CA', interests: ['hiking'], age: 31, member: false }
    expect(check(attributes)).toEqual(attributes)
  })

  it.each([
    [{ colour: 'red' }, '/attributes/colour'],
    [{ sentiment: 'negative' }, '/attributes/sentiment'],
    [{ state: 5 }, '/attributes/state'],
    [{ interests: 'hiking' }, '/attributes/interests'],
    [{ interests: [1] }, '/attributes/interests'],
    [{ age: '31' }, '/attributes/age'],
    [{ member: null }, '/attributes/member'],
    [{ 'a/b~c': 1 }, '/attributes/a~1b~0c'],
    [JSON.parse('{"__proto__": "x"}') as object, '/attributes/__proto__'],
    [{ constructor: 'x' }, '/attributes/constructor'],
  ])('are refused with their place: %j', (attributes, where) => {
    expect(() => check(attributes as Record<string, unknown>)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringContaining(`${where}:`) }),
    )
  })
})

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
