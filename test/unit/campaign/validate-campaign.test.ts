import { describe, expect, it } from 'vitest'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import {
  parseCampaign,
  validateAttributes,
  validateCampaign,
} from '../../../engine/campaign/validate-campaign.ts'
import type { Template } from '../../../templates/template.ts'

const campaign: Campaign = {
  name: 'spring',
  template: 'banner',
  segments: ['hikers'],
  locales: ['en-US', 'es-US'],
  placements: ['iab-300x250'],
  slots: [
    {
      slot: 'headline',
      default: 'plain',
      assets: [
        { id: 'plain', text: { en: 'Go', es: 'Vamos' } },
        { id: 'local', text: { 'en-US': 'Go {{state}}' }, when: { state: 'CA' } },
      ],
    },
    { slot: 'picture', default: 'beach', assets: [{ id: 'beach', file: 'assets/beach.jpg' }] },
    { slot: 'ground', default: 'white', assets: [{ id: 'white', colour: '#ffffff' }] },
  ],
  exclude: [{ headline: ['local'], picture: ['beach'] }],
  landingUrl: 'https://shop.example/',
  budget: {
    total: { amountMicros: 1, currency: 'USD' },
    costPerThousand: { amountMicros: 1, currency: 'USD' },
  },
  flight: { from: '2026-01-01', to: '2026-01-01' },
  timeZone: 'America/New_York',
  goal: { event: 'click', baselineRate: 0.01 },
}

const template: Template = {
  name: 'banner',
  slots: [
    { name: 'headline', kind: 'text' },
    { name: 'picture', kind: 'image' },
    { name: 'ground', kind: 'colour' },
  ],
  layers: [
    { id: 'a', kind: 'shape', box: { left: 0, top: 0, width: '100%', height: '100%' }, fill: '#ffffff' },
  ],
}

/** The campaign with its first slot changed. */
function headline(change: Partial<Campaign['slots'][number]>): Campaign {
  return { ...campaign, slots: [{ ...campaign.slots[0]!, ...change }, ...campaign.slots.slice(1)] }
}

const bid = {
  advertiserDomains: ['shop.example'],
  categories: ['IAB20'],
  prices: [{ segment: 'hikers', placement: 'iab-300x250', costPerThousand: campaign.budget.costPerThousand }],
  attributes: [{ from: 'user.data.segment' as const, to: 'interests', values: { '12': 'hiking' } }],
  messageSlots: ['headline', 'ground'],
  native: { placement: 'iab-300x250', title: 'headline', image: 'picture', sponsoredBy: 'Shop' },
}

describe('how a campaign is offered at auctions', () => {
  const problemsOf = (change: object, rest: Partial<Campaign> = {}): string => {
    try {
      validateCampaign(
        parseCampaign({ ...campaign, ...rest, bid: { ...bid, ...change } }, 'spring'),
        template,
      )
      return 'none'
    } catch (error) {
      return (error as Error).message
    }
  }

  it.each([
    ['all that there is', {}, 'none'],
    ['a cell of its grid', { prices: [{ ...bid.prices[0]!, segment: 'hikers/CA' }] }, 'none'],
    [
      'a segment it has not',
      { prices: [{ ...bid.prices[0]!, segment: 'hickers' }] },
      'did you mean "hikers"?',
    ],
    [
      'a placement it has not',
      { prices: [{ ...bid.prices[0]!, placement: 'iab-728x90' }] },
      '/bid/prices/0/placement',
    ],
    [
      'another currency',
      { prices: [{ costPerThousand: { amountMicros: 1, currency: 'EUR' } }] },
      '/bid/prices/0/costPerThousand is in EUR, the budget in USD',
    ],
    ['a slot there is not', { messageSlots: ['headlin'] }, 'did you mean "headline"?'],
    ['a picture as title', { native: { ...bid.native, title: 'picture' } }, 'no slot of kind text'],
    ['a native placement it has not', { native: { ...bid.native, placement: 'x' } }, '/bid/native/placement'],
    [
      'an address as domain',
      { advertiserDomains: ['https://shop.example'] },
      'is not a domain in small letters',
    ],
    ['no category', { categories: [] }, '/bid/categories must have at least 1 item'],
    [
      'a field of a request that is not read',
      { attributes: [{ from: 'user.yob', to: 'age' }] },
      '/bid/attributes/0/from',
    ],
  ])('%s', (_what, change, problem) => {
    expect(problemsOf(change)).toContain(problem)
  })

  it('reads requests into attributes of a person only', () => {
    const parsed = parseCampaign({ ...campaign, bid }, 'spring')
    expect(() => validateAttributes(parsed, new Map([['interests', 'set']]))).not.toThrow()
    expect(() => validateAttributes(parsed, new Map([['interest', 'set']]))).toThrow(
      'campaigns/spring.json: /bid/attributes/0/to is no attribute of a person: "interests" (did you mean "interest"?)',
    )
    expect(() => validateAttributes(campaign, new Map())).not.toThrow()
  })
})

describe('validateCampaign', () => {
  it('accepts a campaign that fits its template', () => {
    expect(() => validateCampaign(parseCampaign(campaign, 'spring'), template)).not.toThrow()
  })

  it('accepts what is known of its economics', () => {
    const valuePerGoal = { amountMicros: 40_000_000, currency: 'USD' }
    for (const economics of [{}, { costRatio: 1.5, revenuePerCost: 0.9 }, { valuePerGoal }]) {
      expect(() =>
        validateCampaign(parseCampaign({ ...campaign, economics }, 'spring'), template),
      ).not.toThrow()
    }
    const odd = { ...campaign, economics: { margin: 2 } }
    expect(() => parseCampaign(odd, 'spring')).toThrow(/economics.*margin/)
  })

  const plain = campaign.slots[0]!.assets[0]!
  const refused: [string, Campaign, string][] = [
    [
      'two statements of what broad earns',
      {
        ...campaign,
        economics: { revenuePerCost: 2, valuePerGoal: { amountMicros: 1, currency: 'USD' } },
      },
      '/economics has both revenuePerCost and valuePerGoal (keep one: the other follows from it)',
    ],
    [
      'a value in another currency than the budget',
      { ...campaign, economics: { valuePerGoal: { amountMicros: 1, currency: 'EUR' } } },
      '/economics/valuePerGoal is in EUR, the budget in USD (write both in one currency)',
    ],
    [
      'a goal event worth nothing',
      { ...campaign, economics: { valuePerGoal: { amountMicros: 0, currency: 'USD' } } },
      '/economics/valuePerGoal is 0, so nothing could ever pay',
    ],
    [
      'an unknown slot',
      { ...campaign, slots: [...campaign.slots, { ...campaign.slots[0]!, slot: 'headlin' }] },
      '/slots/3/slot template banner has no slot "headlin" (did you mean "headline"?)',
    ],
    ['a missing slot', { ...campaign, slots: campaign.slots.slice(0, 2) }, 'lack the slot "ground"'],
    [
      'a slot twice',
      { ...campaign, slots: [...campaign.slots, campaign.slots[0]!] },
      '/slots/3/slot "headline" is there twice',
    ],
    [
      'an asset of the wrong kind',
      headline({ assets: [plain, { id: 'pic', file: 'a.jpg' }] }),
      '/slots/0/assets/1 has file, but the slot "headline" is of kind text',
    ],
    ['an empty asset', headline({ assets: [plain, { id: 'x' }] }), '/slots/0/assets/1 has nothing to show'],
    [
      'two assets with one id',
      headline({ assets: [plain, plain] }),
      '/slots/0/assets/1/id "plain" is there twice',
    ],
    [
      'a default that is not there',
      headline({ default: 'plan' }),
      'names no asset of the slot: "plan" (did you mean "plain"?)',
    ],
    ['a default with a condition', headline({ default: 'local' }), '/slots/0/default "local" has a "when"'],
    ['a retired default', headline({ assets: [{ ...plain, retired: true }] }), '"plain" is retired'],
    [
      'a default silent in a locale',
      headline({ assets: [{ id: 'plain', text: { en: 'Go' } }] }),
      '/slots/0/default "plain" has no text for es-US',
    ],
    [
      'a text for no locale',
      headline({ assets: [plain, { id: 'fr', text: { fr: 'Allez' } }] }),
      '/slots/0/assets/1/text has no text for en-US, es-US',
    ],
    [
      'an unknown placement',
      { ...campaign, placements: ['iab-300x251'] },
      '/placements/0 there is no placement',
    ],
    [
      'a flight that ends first',
      { ...campaign, flight: { from: '2026-02-01', to: '2026-01-31' } },
      '/flight ends (2026-01-31) before it begins (2026-02-01)',
    ],
    [
      'two currencies',
      { ...campaign, budget: { ...campaign.budget, costPerThousand: { amountMicros: 1, currency: 'EUR' } } },
      '/budget is in USD, its cost per thousand in EUR',
    ],
    [
      'an exclusion of an unknown slot',
      { ...campaign, exclude: [{ title: ['plain'] }] },
      '/exclude/0 names a slot',
    ],
    [
      'an exclusion of an unknown asset',
      { ...campaign, exclude: [{ headline: ['locl'] }] },
      '/exclude/0/headline names no asset of the slot: "locl" (did you mean "local"?)',
    ],
    ['an exclusion of everything', { ...campaign, exclude: [{}] }, '/exclude/0 names no slot'],
  ]
  it.each(refused)('refuses %s', (_what, wrong, message) => {
    expect(() => validateCampaign(wrong, template)).toThrow(message)
  })

  it.each(['America/Gotham', '', 'è'])('refuses the time zone "%s" wherever it is read', (timeZone) => {
    expect(() => parseCampaign({ ...campaign, timeZone }, 'spring')).toThrow(
      `/timeZone ${JSON.stringify(timeZone)} is not an IANA time zone`,
    )
  })

  it('refuses a slot named like a dimension of a report', () => {
    const slots = [{ ...campaign.slots[0]!, slot: 'segment' }]
    const wrong = { ...template, slots: [{ name: 'segment', kind: 'text' as const }] }
    expect(() => validateCampaign({ ...campaign, slots, exclude: [] }, wrong)).toThrow(
      '"segment" is a reserved word',
    )
  })

  it('tells five problems and counts the rest', () => {
    const assets = [plain, ...Array.from({ length: 7 }, (_, at) => ({ id: `x${at}` }))]
    expect(() => validateCampaign(headline({ assets }), template)).toThrow('; and 3 more')
  })
})

describe('values of typed slots', () => {
  const typed: Template = {
    ...template,
    slots: [
      ...template.slots,
      { name: 'price', kind: 'price', min: 1, currencies: ['USD'] },
      { name: 'ends', kind: 'date', to: '2026-12-31' },
      { name: 'shop', kind: 'url', hosts: ['shop.example'] },
      { name: 'rating', kind: 'number', max: 5, default: 4 },
    ],
  }
  type Asset = Campaign['slots'][number]['assets'][number]
  const problemsOf = (change: Partial<Record<'price' | 'ends' | 'shop', Partial<Asset>>>): string => {
    const values = {
      price: { price: { amountMicros: 49_000_000, currency: 'USD' } },
      ends: { date: '2026-11-30' },
      shop: { url: 'https://shop.example/a' },
      ...change,
    }
    const slots = Object.entries(values).map(([slot, value]) => ({
      slot,
      default: 'one',
      assets: [{ id: 'one', ...value }],
    }))
    try {
      validateCampaign({ ...campaign, slots: [...campaign.slots, ...slots] }, typed)
      return 'none'
    } catch (error) {
      return (error as Error).message
    }
  }

  it('are taken within the limits of the template, and a slot with a default may be left out', () => {
    expect(problemsOf({})).toBe('none')
  })

  it.each([
    [{ price: { price: { amountMicros: 500_000, currency: 'USD' } } }, '/assets/0/price 0.5 is less than 1'],
    [{ price: { price: { amountMicros: 5_000_000, currency: 'EUR' } } }, 'EUR is not one of USD'],
    [{ price: { number: 5 } }, 'has number, but the slot "price" is of kind price (give it "price" alone)'],
    [{ ends: { date: '2027-01-01' } }, '/assets/0/date 2027-01-01 is after 2026-12-31'],
    [{ shop: { url: 'javascript:alert(1)' } }, '/assets/0/url it is no http or https address'],
    [{ shop: { url: 'https://other.example' } }, 'other.example is not one of shop.example'],
    [{ ends: { date: '2026-11-30', focus: { x: 0, y: 0 } } }, '/focus is of no use in a slot of kind date'],
  ])('are refused: %j', (change, message) => {
    expect(problemsOf(change)).toContain(message)
  })

  it('and a template that has no box in one of the placements is refused', () => {
    const layer = {
      id: 'a',
      kind: 'shape',
      box: { left: 400, right: 0, top: 0, bottom: 0 },
      fill: '#ffffff',
    } as const
    expect(() => validateCampaign(campaign, { ...template, layers: [layer] })).toThrow(
      'layer a in iab-300x250',
    )
  })
})
