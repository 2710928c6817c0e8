import { describe, expect, it } from 'vitest'
import { creativeId } from '../../../engine/openrtb/creative-id.ts'
import type { AdUnit } from '../../../engine/space/ad-unit.ts'
import { BID, planWith } from './world.ts'

const UNIT: AdUnit = {
  segment: 'broad',
  locale: 'en-US',
  placement: 'wide',
  choices: { headline: 'h1', line: 'l1', callToAction: 'c1', photo: 'sea', logo: 'mark' },
}

describe('creativeId', () => {
  const plan = planWith()
  const of = (change: Partial<AdUnit>, its = plan) => creativeId(its, { ...UNIT, ...change })

  it('is one for a template and a message, whoever sees it, in whatever size and with whatever picture', () => {
    // Written out, so that a release that would send every creative to review again is seen.
    expect(of({})).toBe('pad9db4df01b03d0ca689')
    expect(of({ segment: 'states/CA' })).toBe(of({}))
    expect(of({ placement: 'tall' })).toBe(of({}))
    expect(of({ choices: { ...UNIT.choices, photo: 'hill' } })).toBe(of({}))
    expect(of({}, { ...plan, revision: 9, templateRevision: 7, fingerprint: 'other' })).toBe(of({}))
  })

  it('is another for another message, language, template or campaign', () => {
    const ids = [
      of({}),
      of({ choices: { ...UNIT.choices, headline: 'h2' } }),
      of({ choices: { ...UNIT.choices, callToAction: undefined } }),
      of({ locale: 'es-MX' }),
      of({}, { ...plan, template: { ...plan.template, name: 'other' } }),
      of({}, { ...plan, campaign: { ...plan.campaign, name: 'autumn' } }),
    ]
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('hashes the slots a campaign names, in no order', () => {
    const named = (...messageSlots: string[]) => planWith({ ...BID, messageSlots })
    const other = { choices: { ...UNIT.choices, callToAction: 'c2', photo: 'hill' } }
    expect(of(other, named('headline'))).toBe(of({}, named('headline')))
    expect(of(other, named('headline', 'photo'))).not.toBe(of({}, named('headline', 'photo')))
    expect(of({}, named('headline', 'photo'))).toBe(of({}, named('photo', 'headline')))
  })
})
