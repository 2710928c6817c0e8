import { beforeAll, describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { unitFromId } from '../../../engine/campaign/ad-unit-id.ts'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { answerFor } from '../../../engine/decision/answer.ts'
import { createDecider, type Decider, type DeciderParts } from '../../../engine/decision/decider.ts'
import type { Opportunity } from '../../../engine/decision/request.ts'
import { verifyToken } from '../../../engine/tracking/token.ts'
import type { Rule } from '../../../rules/rule.ts'
import type { AttributeCatalogue } from '../../../segments/attributes.ts'
import type { Mention } from '../../../segments/mention.ts'
import { personKey } from '../../../segments/person-key.ts'
import { openPopulation, type Population } from '../../../segments/population.ts'
import { createPopulationBuilder } from '../../../segments/population-builder.ts'
import type { Segment } from '../../../segments/segment.ts'
import { segmentOf, smallPlan, TALL, textAsset, WIDE } from '../space/small-plan.ts'

const IDENTITY_KEY = new Uint8Array(32).fill(1)
const TOKEN_KEY = new Uint8Array(32).fill(2)
/** Inside the flight of smallPlan. */
const IN_FLIGHT_MS = Date.UTC(2026, 2, 10)
const consent = { personalise: true }

const CATALOGUE: AttributeCatalogue = {
  attributes: [
    {
      name: 'state',
      dimension: 'geographic',
      type: 'category',
      scope: 'person',
      from: { field: 'state', aggregate: 'latest' },
    },
    { name: 'age', dimension: 'demographic', type: 'number', scope: 'person' },
    { name: 'topics', dimension: 'psychographic', type: 'set', scope: 'person', context: 'given' },
    { name: 'device', dimension: 'behavioural', type: 'category', scope: 'person', context: 'device.type' },
    { name: 'sentiment', dimension: 'behavioural', type: 'category', scope: 'mention' },
  ],
}

/** Copy in both languages that says its id. */
const asset = (id: string) => textAsset(id, { text: { en: `Text ${id}`, es: `Texto ${id}` } })

const slots: Campaign['slots'] = [
  { slot: 'headline', default: 'h1', assets: [asset('h1'), asset('h2'), asset('h3')] },
  { slot: 'callToAction', default: 'c1', assets: [asset('c1'), asset('c2')] },
]

function planWith(
  change: Partial<Campaign> = {},
  segments = [segmentOf('broad'), segmentOf('ca', 'CA')],
): Plan {
  const plan = smallPlan({ segments, slots, locales: ['en-US', 'es-MX'], placements: [WIDE, TALL] })
  return { ...plan, publicUrl: 'https://ads.example', campaign: { ...plan.campaign, ...change } }
}

function deciderOf(plans: readonly Plan[], more: Partial<DeciderParts> = {}): Decider {
  return createDecider({
    plans: plans.map((plan) => ({ plan, planHash: `hash of ${plan.campaign.name}` })),
    catalogue: CATALOGUE,
    identityKey: IDENTITY_KEY,
    clock: { nowMs: () => IN_FLIGHT_MS },
    stream: createStream('decider'),
    ...more,
  })
}

const personKeys = Array.from({ length: 400 }, (_, i) => personKey(IDENTITY_KEY, `person ${i}`)!)
const inCalifornia = (personKey: string) => ({
  placement: 'wide',
  personKey,
  consent,
  attributes: { state: 'CA' },
})

describe('decide', () => {
  let population: Population
  beforeAll(() => {
    const mention = (author: string, state: string, sentiment: string): Mention => ({
      key: author,
      author,
      atMs: 1,
      text: undefined,
      language: undefined,
      channel: undefined,
      source: 'test',
      fields: { state, sentiment },
      confidence: {},
    })
    const builder = createPopulationBuilder(CATALOGUE, 1)
    const mentions = [
      mention(personKey(IDENTITY_KEY, 'twitter:ann')!, 'CA', 'positive'),
      mention(personKey(IDENTITY_KEY, 'twitter:bob')!, 'OR', 'negative'),
    ]
    builder.add(mentions.sort((a, b) => (a.author < b.author ? -1 : 1)))
    population = openPopulation(builder.finish())
  })

  it('keeps every person in one arm of a campaign, and control and holdout never see narrow', () => {
    const decider = deciderOf([planWith({ holdoutShare: 0.2, broadControlShare: 0.3 })])
    const seen = { narrow: 0, 'broad-control': 0, holdout: 0, broad: 0 }
    for (const personKey of personKeys) {
      const matched = decider.decide(inCalifornia(personKey)).record
      const unmatched = decider.decide({ ...inCalifornia(personKey), attributes: { state: 'OR' } }).record
      const again = decider.decide({ ...inCalifornia(personKey), placement: 'tall' }).record
      seen[matched.arm]++
      expect(again.arm).toBe(matched.arm)
      expect(unmatched.arm).toBe(matched.arm === 'holdout' ? 'holdout' : 'broad')
      expect(matched.leaf).toBe('ca')
      expect(matched.segment).toBe(matched.arm === 'narrow' ? 'ca' : 'broad')
      expect(matched.adUnit === '').toBe(matched.arm === 'holdout')
    }
    expect(seen.narrow).toBeGreaterThan(150)
    expect(seen['broad-control']).toBeGreaterThan(50)
    expect(seen.holdout).toBeGreaterThan(40)
    expect(seen.broad).toBe(0)
  })

  it('serves the ad unit of its record, with propensities whose product is its probability', () => {
    const plan = planWith()
    const { record, unit } = deciderOf([plan]).decide(inCalifornia(personKeys[0]!))
    expect(unitFromId(plan.ledger, record.adUnit)).toMatchObject({
      segment: record.segment,
      locale: 'en-US',
      placement: 'wide',
      choices: unit!.choices,
    })
    expect(record.propensity.slots).toEqual({ headline: expect.closeTo(1 / 3), callToAction: 0.5 })
    expect(record).toMatchObject({ v: 1, type: 'decision', revision: 3, weightsVersion: 0, simulated: false })
  })

  it('takes what the population knows of a person by the keyed hash; the request wins over it', () => {
    const decider = deciderOf([planWith()], { population })
    const leafOf = (person: string, attributes = {}) =>
      decider.decide({ placement: 'wide', person, attributes, consent }).record.leaf
    expect(leafOf('twitter:ann')).toBe('ca')
    expect(leafOf('twitter:bob')).toBeNull()
    expect(leafOf('twitter:nobody')).toBeNull()
    expect(leafOf('twitter:bob', { state: 'CA' })).toBe('ca')
    expect(decider.decide({ placement: 'wide', person: 'twitter:ann', consent }).record.person).toBe(
      personKey(IDENTITY_KEY, 'twitter:ann'),
    )
  })

  it('matches what people said by what the population knows of their mentions', () => {
    const rule: Rule = { kind: 'mention', of: { kind: 'in', attribute: 'sentiment', values: ['negative'] } }
    const unhappy: Segment = { ...segmentOf('unhappy', 'any'), rule, certain: {} }
    const decider = deciderOf([planWith({}, [segmentOf('broad'), unhappy])], { population })
    const leafOf = (person: string) => decider.decide({ placement: 'wide', person, consent }).record.leaf
    expect(leafOf('twitter:ann')).toBeNull()
    expect(leafOf('twitter:bob')).toBe('unhappy')
  })

  it.each([
    ['not-said', {}],
    ['declined', { consent: { personalise: false } }],
    ['child', { consent, coppa: true }],
    ['tcf-missing', { consent: { ...consent, gdpr: true } }],
    ['tcf-invalid', { consent: { ...consent, tcf: 'nonsense' } }],
  ])('reads nothing personal, and says why: %s', (why, more) => {
    const decision = deciderOf([planWith()], { population }).decide({
      placement: 'wide',
      person: 'twitter:ann',
      attributes: { state: 'CA' },
      ...more,
    })
    expect(decision.record).toMatchObject({ person: null, leaf: null, arm: 'broad', segment: 'broad' })
    expect(decision.why.noPersonalUse).toBe(why)
    expect(decision.unit).toBeDefined()
  })

  it('serves broad for a segment under the k floor, and a segment of just so many people', () => {
    const enough = deciderOf([planWith({}, [segmentOf('broad'), { ...segmentOf('ca', 'CA'), people: 50 }])])
    expect(enough.decide(inCalifornia(personKeys[0]!)).record.leaf).toBe('ca')
    const small = { ...segmentOf('ca', 'CA'), people: 49 }
    const decider = deciderOf([planWith({}, [segmentOf('broad'), small])])
    for (const key of personKeys.slice(0, 20)) {
      expect(decider.decide(inCalifornia(key)).record).toMatchObject({ leaf: null, arm: 'broad' })
    }
  })

  describe('by context', () => {
    const topic = (value: string): Rule => ({ kind: 'has', attribute: 'topics', values: [value] })
    const ruled = (id: string, rule: Rule, people: number): Segment => ({
      ...segmentOf(id, 'any'),
      rule,
      people,
    })
    const segments = [
      segmentOf('broad'),
      ruled('hikers', topic('hiking'), 500),
      ruled('phones', { kind: 'in', attribute: 'device', values: ['phone'] }, 900),
      ruled('few', topic('caving'), 49),
      ruled('ca-hikers', { kind: 'all', of: [topic('hiking'), segmentOf('', 'CA').rule] }, 100),
      ruled('not-hiking', { kind: 'not', of: topic('hiking') }, 2_000),
      ruled('talkers', { kind: 'mention', of: { kind: 'known', attribute: 'sentiment' } }, 300),
    ]
    const decider = deciderOf([planWith({ broadControlShare: 0.01 }, segments)])
    const decide = (request: Partial<Opportunity>) => decider.decide({ placement: 'wide', ...request })

    it('matches segments of context alone where nothing personal may be read', () => {
      const { record, why } = decide({ context: { topics: ['hiking'] }, attributes: { state: 'CA' } })
      expect(record).toMatchObject({ leaf: 'hikers', person: null })
      expect(why).toMatchObject({ noPersonalUse: 'not-said' })
      expect(why.matched.map(({ id }) => id)).toEqual(['hikers'])
      expect(decide({ device: { type: 'phone' } }).why.matched.map(({ id }) => id)).toEqual([
        'phones',
        'not-hiking',
      ])
    })

    it('and the person together, with consent', () => {
      const request = { context: { topics: ['hiking'] }, attributes: { state: 'CA' }, consent }
      expect(decide(request).why.matched.map(({ id }) => id)).toEqual(['ca-hikers', 'hikers'])
    })

    it.each<[string, Partial<Opportunity>, string | null]>([
      ['nothing said', {}, null],
      ['only of the person, who may not be read', { attributes: { topics: ['hiking'] } }, null],
      ['no segment of it', { context: { topics: ['chess'] } }, 'not-hiking'],
      ['a segment under the k floor', { context: { topics: ['caving', 'hiking'] } }, 'hikers'],
      ['what is on the sensitive list', { device: { type: 'other' }, context: { device: 'teen' } }, null],
    ])('is broad or the context, never a blank: %s', (_what, request, leaf) => {
      const { record, unit } = decide(request)
      expect(unit).toBeDefined()
      expect(record.leaf).toBe(leaf)
    })

    it('is no answer to a targeted campaign without a segment of it, and is one with', () => {
      const targeted = deciderOf([planWith({ mode: 'targeted' }, segments)])
      expect(() => targeted.decide({ placement: 'wide' })).toThrow(
        expect.objectContaining({ code: 'NO_CAMPAIGN' }),
      )
      expect(targeted.decide({ placement: 'wide', context: { topics: ['hiking'] } }).record.leaf).toBe(
        'hikers',
      )
    })
  })

  it('reads nothing of a person that is on the sensitive list', () => {
    const any: Segment = { ...segmentOf('any', 'x'), rule: { kind: 'known', attribute: 'state' } }
    const decider = deciderOf([planWith({}, [segmentOf('broad'), any])])
    const leafOf = (state: string) =>
      decider.decide({ placement: 'wide', attributes: { state }, consent }).record.leaf
    expect(leafOf('CA')).toBe('any')
    expect(leafOf('teen')).toBeNull()
  })

  it('asks campaigns of the highest priority first, and the others where they have nothing', () => {
    const decider = deciderOf([
      planWith({ name: 'low', priority: -1 }),
      planWith({ name: 'default' }),
      planWith({ name: 'high', priority: 5 }),
      planWith({ name: 'targeted', priority: 9, mode: 'targeted' }),
      planWith({ name: 'highest', priority: 5 }),
    ])
    const askedBy = (attributes: object) =>
      new Set(
        Array.from({ length: 40 }, () =>
          decider.decide({ placement: 'wide', attributes: { ...attributes }, consent }),
        ).map(({ record }) => record.campaign),
      )
    expect(askedBy({ state: 'CA' })).toEqual(new Set(['targeted']))
    expect(askedBy({ state: 'OR' })).toEqual(new Set(['high', 'highest']))
  })

  it('draws arms without a person anew for each decision, and says so', () => {
    const decider = deciderOf([planWith({ broadControlShare: 0.5 })])
    const request = { placement: 'wide', attributes: { state: 'CA' }, consent }
    const arms = Array.from({ length: 50 }, () => decider.decide(request).record)
    expect(new Set(arms.map(({ arm }) => arm))).toEqual(new Set(['narrow', 'broad-control']))
    expect(arms.every(({ person }) => person === null)).toBe(true)
  })

  it('chooses the locale by the languages', () => {
    const decider = deciderOf([planWith()])
    expect(decider.decide({ placement: 'wide', languages: ['es'] }).record.locale).toBe('es-MX')
    expect(decider.decide({ placement: 'wide', languages: ['ja'] }).record.locale).toBe('en-US')
  })

  it.each([
    ['before the flight', Date.UTC(2026, 2, 1, 4, 59)],
    ['after the flight', Date.UTC(2026, 3, 1, 4, 0)],
  ])('has no campaign %s, by the days of its time zone', (_when, nowMs) => {
    const decider = deciderOf([planWith()], { clock: { nowMs: () => nowMs } })
    expect(() => decider.decide({ placement: 'wide' })).toThrow(
      expect.objectContaining({ code: 'NO_CAMPAIGN' }),
    )
  })

  it.each([
    ['on the first minute', Date.UTC(2026, 2, 1, 5, 0)],
    ['on the last minute', Date.UTC(2026, 3, 1, 3, 59)],
  ])('is live %s of its flight', (_when, nowMs) => {
    const decider = deciderOf([planWith()], { clock: { nowMs: () => nowMs } })
    expect(decider.decide({ placement: 'wide' }).unit).toBeDefined()
  })

  it('takes the campaign that is named, any live one otherwise, and refuses what nobody has', () => {
    const decider = deciderOf([planWith(), planWith({ name: 'autumn' })])
    const names = Array.from({ length: 40 }, () => decider.decide({ placement: 'wide' }).record.campaign)
    expect(new Set(names)).toEqual(new Set(['spring', 'autumn']))
    expect(decider.decide({ placement: 'wide', campaign: 'autumn' }).record.campaign).toBe('autumn')
    for (const request of [{ placement: 'nowhere' }, { placement: 'wide', campaign: 'winter' }]) {
      expect(() => decider.decide(request)).toThrow(expect.objectContaining({ code: 'NO_CAMPAIGN' }))
    }
  })

  it('leaves people outside a targeted campaign to the others', () => {
    const targeted = planWith({ mode: 'targeted' })
    expect(() => deciderOf([targeted]).decide({ placement: 'wide' })).toThrow(
      expect.objectContaining({ code: 'NO_CAMPAIGN' }),
    )
    const both = deciderOf([targeted, planWith({ name: 'everybody' })])
    for (let i = 0; i < 20; i++) {
      expect(both.decide({ placement: 'wide' }).record.campaign).toBe('everybody')
    }
  })

  it('is the same for the same seed', () => {
    const run = () =>
      personKeys.slice(0, 30).map((key) => deciderOf([planWith()]).decide(inCalifornia(key)).record)
    expect(run()).toEqual(run())
  })
})

describe('answerFor', () => {
  const narrowKey = (decider: Decider) =>
    personKeys.find((key) => decider.decide(inCalifornia(key)).record.arm === 'narrow')!

  it('gives the values, addresses and a token of this decision that names the landing page', () => {
    const decider = deciderOf([planWith()])
    const decision = decider.decide(inCalifornia(narrowKey(decider)))
    const answer = answerFor(decision, TOKEN_KEY, { explain: false })
    const { adUnit, id } = decision.record
    const token = answer.impression.slice('https://ads.example/t/i/'.length)
    expect(verifyToken(TOKEN_KEY, token, IN_FLIGHT_MS)).toMatchObject({
      status: 'valid',
      payload: {
        decision: id,
        campaign: 'spring',
        adUnit,
        landingUrl: expect.stringMatching(
          new RegExp(
            `^https://shop\\.example/sale\\?utm_source=polyad&.*&utm_content=${adUnit}&utm_term=s\\d+$`,
          ),
        ),
      },
    })
    expect(answer).toMatchObject({
      decision: id,
      adUnit,
      widthPx: 728,
      fields: { headline: { kind: 'text', text: `Text ${decision.unit!.choices['headline']}` } },
      image: `https://ads.example/v1/ad-units/${adUnit}.jpg`,
      html: `https://ads.example/v1/ad-units/${adUnit}.html?token=${token}`,
      click: `https://ads.example/t/c/${token}`,
    })
  })

  it('says nothing of the segment or the person unless it is asked to explain', () => {
    const decider = deciderOf([planWith({}, [segmentOf('broad'), segmentOf('california-hikers', 'CA')])])
    const key = narrowKey(decider)
    const decision = decider.decide(inCalifornia(key))
    expect(decision.record.segment).toBe('california-hikers')
    const plain = answerFor(decision, TOKEN_KEY, { explain: false })
    const token = Buffer.from(plain.impression.split('/').at(-1)!, 'base64url').toString('latin1')
    expect(JSON.stringify(plain) + token).not.toMatch(new RegExp(`hikers|People of CA|"CA"|${key}`))
    expect(answerFor(decision, TOKEN_KEY, { explain: true }).explain).toMatchObject({
      arm: 'narrow',
      leaf: 'california-hikers',
      drawnPer: 'person',
      matched: [{ id: 'california-hikers', title: 'People of CA' }],
      candidates: { revision: 3, segment: 'california-hikers', weightsVersion: 0 },
      choices: decision.unit!.choices,
    })
  })

  it('gives a holdout the house ad: a picture and an impression, no click', () => {
    const decider = deciderOf([planWith({ holdoutShare: 0.5 })])
    const key = personKeys.find((each) => decider.decide(inCalifornia(each)).record.arm === 'holdout')!
    const answer = answerFor(decider.decide(inCalifornia(key)), TOKEN_KEY, { explain: false })
    expect(answer).toMatchObject({
      adUnit: null,
      fields: {},
      image: 'https://ads.example/v1/house-ads/wide.svg',
      html: null,
      click: null,
    })
    const token = answer.impression.split('/').at(-1)!
    expect(verifyToken(TOKEN_KEY, token, IN_FLIGHT_MS)).toMatchObject({
      payload: { adUnit: '', landingUrl: '' },
    })
  })
})
