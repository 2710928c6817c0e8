import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PolyadError } from '../../../core/errors.ts'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { validateCampaign } from '../../../engine/campaign/validate-campaign.ts'
import { checkRules } from '../../../engine/campaign/validate-rules.ts'
import { createSpace, type Space } from '../../../engine/space/space.ts'
import type { Template } from '../../../templates/template.ts'
import { arbitraryPlan } from '../space/arbitrary-plan.ts'

const SLOTS = ['headline', 'photo', 'cta']

const campaign: Campaign = {
  name: 'spring',
  template: 'banner',
  segments: ['hikers'],
  locales: ['en-US'],
  placements: ['iab-300x250', 'iab-320x50'],
  slots: SLOTS.map((slot) => ({
    slot,
    default: 'plain',
    assets: ['plain', 'winter', 'summer'].map((id) => ({ id, text: { en: id } })),
  })),
  landingUrl: 'https://shop.example/',
  budget: {
    total: { amountMicros: 1, currency: 'USD' },
    costPerThousand: { amountMicros: 1, currency: 'USD' },
  },
  flight: { from: '2026-01-01', to: '2026-01-01' },
  timeZone: 'America/New_York',
  goal: { event: 'click', baselineRate: 0.01 },
}

/** Photos are absent in the small banner. */
const template: Template = {
  name: 'banner',
  slots: SLOTS.map((name) => ({
    name,
    kind: 'text',
    ...(name === 'photo' ? { absentIn: ['iab-320x50'] } : {}),
  })),
  layers: [
    { id: 'a', kind: 'shape', box: { left: 0, top: 0, width: '100%', height: '100%' }, fill: '#ffffff' },
  ],
}

type Rules = Pick<Campaign, 'exclude' | 'require' | 'groups'>

function validate(rules: Rules): void {
  validateCampaign({ ...campaign, ...rules }, template)
}

const WINTER = { headline: ['winter'], photo: ['winter'] }

/** Whether the defaults are an ad unit in every cell, by the number line. */
function hasDefaultsEverywhere(plan: Plan): boolean {
  let space: Space
  try {
    space = createSpace(plan)
  } catch (error) {
    if (error instanceof PolyadError && error.code === 'SPACE_EMPTY') return false
    throw error
  }
  const { slots, locales } = plan.campaign
  return plan.segments.every((segment) =>
    locales.every((locale) =>
      plan.placements.every((placement) => {
        const isAbsent = (slot: string) =>
          plan.template.slots.find(({ name }) => name === slot)?.absentIn?.includes(placement.id)
        const choices = Object.fromEntries(
          slots.flatMap((each) => (isAbsent(each.slot) ? [] : [[each.slot, each.default]])),
        )
        const unit = { segment: segment.id, locale, placement: placement.id, choices }
        return space.rankOf(unit) !== undefined
      }),
    ),
  )
}

describe('rules of what goes with what', () => {
  it.each<[string, Rules]>([
    [
      'an exclusion that leaves a default another way',
      { exclude: [{ headline: ['plain'], photo: ['winter'] }] },
    ],
    [
      'a requirement the defaults do not meet the "if" of',
      { require: [{ if: { headline: ['winter'] }, use: { photo: ['winter'] } }] },
    ],
    [
      'a requirement the defaults fulfil',
      { require: [{ if: { headline: ['plain', 'winter'] }, use: { photo: ['plain'] } }] },
    ],
    ['a group without defaults', { groups: [{ name: 'winter', assets: WINTER }] }],
    [
      'a group with the default of every slot',
      { groups: [{ name: 'plain', assets: { headline: ['plain'], photo: ['plain', 'summer'] } }] },
    ],
  ])('accepts %s', (_what, rules) => {
    expect(() => validate(rules)).not.toThrow()
  })

  it.each<[string, Rules, string]>([
    [
      'the defaults excluded together',
      { exclude: [{ headline: ['plain'], cta: ['plain', 'winter'] }] },
      '/exclude/0 leaves out the defaults headline/plain, cta/plain in iab-300x250 (all defaults together are what is shown when nothing else may be)',
    ],
    [
      'a default that requires what is no default',
      { require: [{ if: { headline: ['plain'] }, use: { photo: ['winter'] } }] },
      '/require/0 leaves out the defaults headline/plain, photo/plain in iab-300x250',
    ],
    [
      'a group with some of the defaults',
      { groups: [{ name: 'mixed', assets: { headline: ['plain'], photo: ['winter'] } }] },
      '/groups/0 (mixed) leaves out the defaults headline/plain, photo/plain in iab-300x250',
    ],
    [
      'an unknown slot in "if"',
      { require: [{ if: { headlin: ['plain'] }, use: { photo: ['winter'] } }] },
      '/require/0/if names a slot that is not there: "headlin" (did you mean "headline"?)',
    ],
    [
      'an unknown asset in "use"',
      { require: [{ if: { headline: ['winter'] }, use: { photo: ['wintr'] } }] },
      '/require/0/use/photo names no asset of the slot: "wintr" (did you mean "winter"?)',
    ],
    [
      'an empty "if"',
      { require: [{ if: {}, use: { photo: ['winter'] } }] },
      '/require/0/if names no slot, so it would always hold',
    ],
    [
      'an empty "use"',
      { require: [{ if: WINTER, use: {} }] },
      '/require/0/use names no slot, so it would ask for nothing',
    ],
    [
      'an unknown slot in a group',
      { groups: [{ name: 'winter', assets: { ...WINTER, photos: ['winter'] } }] },
      '/groups/0/assets names a slot that is not there: "photos" (did you mean "photo"?)',
    ],
    [
      'an unknown asset in a group',
      { groups: [{ name: 'winter', assets: { ...WINTER, cta: ['sumer'] } }] },
      '/groups/0/assets/cta names no asset of the slot: "sumer" (did you mean "summer"?)',
    ],
    [
      'a group of one slot',
      { groups: [{ name: 'w', assets: { cta: ['winter'] } }] },
      '/groups/0/assets names one slot, "cta"',
    ],
    [
      'an asset in two groups',
      {
        groups: [
          { name: 'w', assets: WINTER },
          { name: 'v', assets: { photo: ['winter'], cta: ['winter'] } },
        ],
      },
      '/groups/1/assets/photo "winter" is in the group "w" as well (make one group of both, or write one of them as "require")',
    ],
    [
      'two groups of one name',
      {
        groups: [
          { name: 'w', assets: WINTER },
          { name: 'w', assets: { photo: ['summer'], cta: ['summer'] } },
        ],
      },
      '/groups/1/name "w" is there twice',
    ],
  ])('refuses %s', (_what, rules, message) => {
    expect(() => validate(rules)).toThrow(message)
  })

  it('lets a rule on an absent slot be, and refuses it where the slot is there', () => {
    const rules = { exclude: [{ headline: ['plain'], photo: ['plain'] }] }
    const small = { ...campaign, ...rules, placements: ['iab-320x50'] }
    expect(() => validateCampaign(small, template)).not.toThrow()
    expect(() => validate(rules)).toThrow('in iab-300x250')
  })

  it('takes exactly the rules that leave the defaults an ad unit in every cell, so that none is blank', () => {
    const seen = { taken: 0, refused: 0 }
    fc.assert(
      fc.property(arbitraryPlan, (plan) => {
        const problems: string[] = []
        checkRules(plan.campaign, plan.template, (_pointer, problem) => problems.push(problem))
        const refused = problems.some((problem) => problem.startsWith('leaves out the defaults'))
        seen[refused ? 'refused' : 'taken']++
        expect(hasDefaultsEverywhere(plan)).toBe(!refused)
      }),
      { numRuns: 300 },
    )
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20)
  })
})
