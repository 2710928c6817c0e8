import { describe, expect, it } from 'vitest'
import { identityHash } from '../../../core/hash.ts'
import { createStream } from '../../../core/stream.ts'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { createDecider, type Decision, type NoAd } from '../../../engine/decision/decider.ts'
import { askedPlacements, decidePage } from '../../../engine/decision/page.ts'
import type { DecisionRequest } from '../../../engine/decision/request.ts'
import { createDelivery, type Delivery } from '../../../engine/delivery/delivery.ts'
import { pausedFrom } from '../../../engine/delivery/paused.ts'
import { eventId } from '../../../engine/tracking/event-id.ts'
import { personKey } from '../../../segments/person-key.ts'
import { segmentOf, smallPlan, TALL, textAsset, WIDE } from '../space/small-plan.ts'

const IDENTITY_KEY = new Uint8Array(32).fill(1)
const START_MS = Date.UTC(2026, 2, 10, 12)
const HOUR_MS = 3_600_000
const consent = { personalise: true }

const slots: Campaign['slots'] = [
  { slot: 'headline', default: 'h1', assets: [textAsset('h1'), textAsset('h2'), textAsset('h3')] },
  { slot: 'callToAction', default: 'c1', assets: [textAsset('c1'), textAsset('c2')] },
]

function planWith(
  change: Partial<Campaign> = {},
  segments = [segmentOf('broad'), segmentOf('ca', 'CA')],
): Plan {
  const plan = smallPlan({ segments, slots, placements: [WIDE, TALL] })
  return { ...plan, publicUrl: 'https://ads.example', campaign: { ...plan.campaign, ...change } }
}

function worldOf(plans: readonly Plan[]) {
  let nowMs = START_MS
  const delivery: Delivery = createDelivery(createStream('places'))
  void delivery.serve(plans, undefined, nowMs)
  const decider = createDecider({
    plans: plans.map((plan) => ({ plan, planHash: `hash of ${plan.campaign.name}` })),
    catalogue: {
      attributes: [{ name: 'state', dimension: 'geographic', type: 'category', scope: 'person' }],
    } as Parameters<typeof createDecider>[0]['catalogue'],
    identityKey: IDENTITY_KEY,
    clock: { nowMs: () => nowMs },
    stream: createStream('decider'),
    delivery,
  })
  return {
    delivery,
    decider,
    ask: (more: Partial<DecisionRequest> = {}) => decider.answer({ placement: 'wide', consent, ...more }),
    wait: (ms: number) => {
      nowMs += ms
    },
    seen: ({ id, adUnit, campaign }: Decision['record']) =>
      delivery.observe([
        {
          v: 2,
          type: 'impression',
          id: eventId(id, 'impression'),
          decision: id,
          adUnit,
          campaign,
          atMs: nowMs,
          valueMicros: null,
          late: false,
          via: 'page',
          filtered: null,
        },
      ]),
    pause: (...targets: string[]) =>
      delivery.pause(
        pausedFrom(targets.map((target) => ({ target, reason: null, by: 'test', atMs: 0, resumed: null }))),
      ),
  }
}

const decided = (answer: Decision | NoAd): Decision => {
  if (!answer.record) throw new Error(`refused: ${JSON.stringify(answer.refused)}`)
  return answer
}
const refusalOf = (answer: Decision | NoAd) => (answer.record ? undefined : answer.refused[0]!.refusal)
const inCalifornia = (person: string) => ({ person, attributes: { state: 'CA' } })

describe('assignment by the key the campaign names', () => {
  const people = Array.from({ length: 300 }, (_, i) => `person ${i}`)

  it('shows nobody held out an ad, by whatever key, placement, session or auction they come', () => {
    const world = worldOf([planWith({ holdoutShare: 0.3, bid: BID })])
    const heldOut = people.filter((person) => decided(world.ask({ person })).record.arm === 'holdout')
    expect(heldOut.length).toBeGreaterThan(50)
    for (const person of heldOut) {
      const own = personKey(IDENTITY_KEY, person)!
      for (const request of [
        inCalifornia(person),
        { personKey: own },
        { person: ` @${person.toUpperCase()} ` },
        { person, placement: 'tall' },
        { person, session: 'another browser' },
        { person, languages: ['es'] },
      ]) {
        const { record, unit } = decided(world.ask(request))
        expect(record.arm).toBe('holdout')
        expect(record.adUnit).toBe('')
        expect(unit).toBeUndefined()
      }
      const offered = world.decider.decideIn(
        world.decider.campaigns[0]!,
        { placement: 'wide', consent, personKey: own },
        () => true,
      )
      expect(offered).toMatchObject({ unit: undefined, record: { arm: 'holdout' } })
    }
  })

  it('shows nobody held out an ad in a page of several placements', () => {
    const world = worldOf([planWith({ holdoutShare: 0.3 })])
    for (const person of people.slice(0, 60)) {
      const placements = [{ placement: 'wide' }, { placement: 'tall' }, { placement: 'wide' }]
      const outcomes = decidePage(world.decider, askedPlacements({ person, consent, placements }))
      const arms = outcomes.map(({ outcome }) => decided(outcome as Decision).record.arm)
      expect(new Set(arms).size).toBe(1)
    }
  })

  it('holds out whoever cannot be told from somebody held out, where the campaign wants that', () => {
    const drawn = worldOf([planWith({ holdoutShare: 0.3 })])
    const armsOf = (world: ReturnType<typeof worldOf>, request: Partial<DecisionRequest>) =>
      new Set(Array.from({ length: 60 }, () => decided(world.ask(request)).record.arm))
    expect(armsOf(drawn, {})).toEqual(new Set(['holdout', 'broad']))
    const strict = worldOf([planWith({ holdoutShare: 0.3, holdoutWithoutKey: 'all' })])
    expect(armsOf(strict, {})).toEqual(new Set(['holdout']))
    expect(armsOf(strict, { person: 'somebody', consent: { personalise: false } })).toEqual(
      new Set(['holdout']),
    )
    expect(decided(strict.ask({})).record.propensity.arm).toBe(1)
    const none = worldOf([planWith({ holdoutWithoutKey: 'all' })])
    expect(armsOf(none, {})).toEqual(new Set(['broad']))
  })

  it('by session follows the session, whoever the person is, and writes it in the record', () => {
    const world = worldOf([planWith({ assignment: 'session', broadControlShare: 0.5 })])
    const armOf = (session: string, person: string) =>
      decided(world.ask({ ...inCalifornia(person), session })).record
    for (let i = 0; i < 40; i++) {
      const first = armOf(`session ${i}`, 'ann')
      expect(armOf(`session ${i}`, 'bob').arm).toBe(first.arm)
      expect(first.person).toBe(identityHash(IDENTITY_KEY, `session session ${i}`))
    }
    expect(new Set(people.map((_, i) => armOf(`session ${i}`, 'ann').arm))).toEqual(
      new Set(['narrow', 'broad-control']),
    )
    expect(decided(world.ask({ session: 's', consent: { personalise: false } })).record.person).toBeNull()
  })

  it('by nobody draws every request for itself', () => {
    const world = worldOf([planWith({ assignment: 'none', broadControlShare: 0.5 })])
    const records = Array.from({ length: 40 }, () => decided(world.ask(inCalifornia('ann'))).record)
    expect(new Set(records.map(({ arm }) => arm))).toEqual(new Set(['narrow', 'broad-control']))
    expect(records.every(({ person }) => person === null)).toBe(true)
  })
})

const BID: NonNullable<Campaign['bid']> = { advertiserDomains: ['shop.example'], categories: ['IAB20-3'] }

describe('frequency caps', () => {
  const caps = (...limits: NonNullable<Campaign['frequencyCaps']>['limits']) => ({
    frequencyCaps: { counts: 'decisions' as const, limits },
  })

  it('hold for a person over every window, and for nobody without a key', () => {
    const limits = caps({ of: 'campaign', most: 2, hours: 1 }, { of: 'campaign', most: 3, hours: 24 })
    const world = worldOf([planWith(limits)])
    const ann = () => refusalOf(world.ask({ person: 'ann' }))
    expect([ann(), ann(), ann()]).toEqual([undefined, undefined, 'capped'])
    expect(refusalOf(world.ask({ person: 'bob' }))).toBeUndefined()
    world.wait(HOUR_MS)
    expect([ann(), ann()]).toEqual([undefined, 'capped'])
    world.wait(22 * HOUR_MS)
    expect(ann()).toBe('capped')
    world.wait(HOUR_MS)
    expect([ann(), ann()]).toEqual([undefined, undefined])
    for (let i = 0; i < 10; i++) expect(refusalOf(world.ask())).toBeUndefined()
  })

  it('by impressions count what was seen, once each', () => {
    const limits = { limits: [{ of: 'campaign' as const, most: 2, days: 1 }] }
    const world = worldOf([planWith({ frequencyCaps: limits })])
    const { record } = decided(world.ask({ person: 'ann' }))
    for (let i = 0; i < 5; i++) world.ask({ person: 'ann' })
    for (let i = 0; i < 5; i++) world.seen(record)
    expect(refusalOf(world.ask({ person: 'ann' }))).toBeUndefined()
    world.seen(decided(world.ask({ person: 'ann' })).record)
    expect(refusalOf(world.ask({ person: 'ann' }))).toBe('capped')
  })

  it('leave the capped person to the next campaign, and say so', () => {
    const world = worldOf([
      planWith({ name: 'capped', ...caps({ of: 'campaign', most: 1, days: 1 }) }),
      planWith({ name: 'open' }),
    ])
    while (decided(world.ask({ person: 'ann' })).record.campaign !== 'capped');
    const after = Array.from({ length: 20 }, () => decided(world.ask({ person: 'ann' })))
    expect(after.every(({ record }) => record.campaign === 'open')).toBe(true)
    expect(after.some(({ why }) => why.refused.length > 0)).toBe(true)
    expect(after.find(({ why }) => why.refused.length > 0)!.why.refused).toEqual([
      { campaign: 'capped', refusal: 'capped' },
    ])
  })

  it('hold within one page, where no ad unit is there twice either', () => {
    const limits = caps(
      { of: 'campaign', most: 2, days: 1 },
      { of: 'asset', slot: 'headline', most: 1, days: 1 },
    )
    const world = worldOf([planWith(limits)])
    const placements = Array.from({ length: 4 }, () => ({ placement: 'wide' }))
    const outcomes = decidePage(world.decider, askedPlacements({ person: 'ann', consent, placements }))
    const answers = outcomes.map(({ outcome }) => outcome as Decision | NoAd)
    expect(answers.map(refusalOf)).toEqual([undefined, undefined, 'capped', 'capped'])
    const headlines = answers.slice(0, 2).map((answer) => decided(answer).unit!.choices['headline'])
    expect(new Set(headlines).size).toBe(2)
    const open = worldOf([planWith(caps({ of: 'campaign', most: 9, days: 1 }))])
    open.pause('asset:h3')
    const six = Array.from({ length: 5 }, () => ({ placement: 'wide' }))
    const units = decidePage(open.decider, askedPlacements({ person: 'bob', consent, placements: six })).map(
      ({ outcome }) => decided(outcome as Decision).record.adUnit,
    )
    // Two headlines and two calls to action are left: four, and then one of them again.
    expect(new Set(units.slice(0, 4)).size).toBe(4)
    expect(units.slice(0, 4)).toContain(units[4])
  })

  it('of ad units, assets and messages leave what is open, then nothing', () => {
    const shown = (of: 'ad-unit' | 'asset' | 'message', slot?: string) => {
      const limit = { of, most: 1, days: 1, ...(slot === undefined ? {} : { slot }) }
      const world = worldOf([planWith({ ...caps(limit), broadControlShare: 0.5 })])
      const seen: string[] = []
      for (;;) {
        const answer = world.ask({ person: 'ann' })
        if (!answer.record) return { seen, refusal: refusalOf(answer) }
        const { choices } = answer.unit!
        seen.push(`${choices['headline']} ${choices['callToAction']}`)
      }
    }
    // Three headlines and two calls to action: both slots are of text.
    for (const of of ['ad-unit', 'message'] as const) {
      const { seen, refusal } = shown(of)
      expect(new Set(seen).size).toBe(6)
      expect(seen).toHaveLength(6)
      expect(refusal).toBe('capped')
    }
    expect(shown('asset').seen).toHaveLength(2)
    expect(shown('asset', 'headline').seen).toHaveLength(3)
  })

  it('ask all arms alike: a house ad of a holdout counts as an ad does', () => {
    const limits = caps({ of: 'campaign', most: 1, days: 1 })
    const world = worldOf([planWith({ ...limits, holdoutShare: 0.5 })])
    for (let i = 0; i < 40; i++) {
      const person = `person ${i}`
      expect(refusalOf(world.ask({ person }))).toBeUndefined()
      expect(refusalOf(world.ask({ person }))).toBe('capped')
    }
  })
})

describe('the flight and its pacing', () => {
  it('refuses outside its day parts, and is not asked outside its days', () => {
    const dayParts = [{ from: '08:00', to: '09:00' }]
    const flight = { from: '2026-03-01', to: '2026-03-31', dayParts }
    const world = worldOf([planWith({ flight })])
    // Noon in London is 8:00 in New York.
    expect(refusalOf(world.ask())).toBeUndefined()
    world.wait(HOUR_MS)
    expect(refusalOf(world.ask())).toBe('day-part')
    world.wait(30 * 24 * HOUR_MS)
    expect(() => world.ask()).toThrow(expect.objectContaining({ code: 'NO_CAMPAIGN' }))
  })

  it('stops at the number of impressions, held back ones included, and counts what happened', () => {
    const world = worldOf([planWith({ pacing: { speed: 'fast', impressions: 3 } })])
    const records = Array.from({ length: 3 }, () => decided(world.ask()).record)
    expect(refusalOf(world.ask())).toBe('spent')
    for (const record of records.slice(0, 2)) world.seen(record)
    world.wait(6 * 60_000)
    // The third was never seen, so there is one left.
    world.seen(decided(world.ask()).record)
    expect(refusalOf(world.ask())).toBe('spent')
    const outcomes = Object.fromEntries(
      world.delivery.takeOutcomes().map(({ outcome, requests }) => [outcome, requests]),
    )
    expect(outcomes).toEqual({ served: 4, spent: 2 })
  })
})

describe('pauses', () => {
  it('of a campaign leave requests to the others, or its house ad', () => {
    const world = worldOf([planWith(), planWith({ name: 'other' })])
    world.pause('campaign:spring')
    for (let i = 0; i < 20; i++) expect(decided(world.ask()).record.campaign).toBe('other')
    world.pause('campaign:spring', 'campaign:other')
    expect(refusalOf(world.ask())).toBe('paused')
    world.pause()
    expect(refusalOf(world.ask())).toBeUndefined()
  })

  it('of an asset draw it no more, with exact propensities, also a default', () => {
    const world = worldOf([planWith()])
    world.pause('asset:h1')
    for (let i = 0; i < 60; i++) {
      const { unit, record } = decided(world.ask({ person: `person ${i}` }))
      expect(unit!.choices['headline']).not.toBe('h1')
      expect(record.propensity.slots).toEqual({ headline: 0.5, callToAction: 0.5 })
    }
    world.pause('asset:spring/headline/h1', 'asset:spring/h2', 'asset:other/h3')
    expect(decided(world.ask()).unit!.choices['headline']).toBe('h3')
    world.pause('asset:h1', 'asset:h2', 'asset:h3')
    expect(refusalOf(world.ask())).toBe('paused')
  })

  it('of a segment give its people the next one they match, then broad', () => {
    const narrow = { ...segmentOf('ca-small', 'CA'), people: 100 }
    const world = worldOf([
      planWith({ broadControlShare: 0.01 }, [segmentOf('broad'), narrow, segmentOf('ca', 'CA')]),
    ])
    const leafOf = () => decided(world.ask(inCalifornia('ann'))).record.leaf
    const before = leafOf()
    expect(['ca-small', 'ca']).toContain(before)
    const other = before === 'ca' ? 'ca-small' : 'ca'
    world.pause(`segment:${before}`)
    expect(leafOf()).toBe(other)
    world.pause('segment:ca', 'segment:ca-small')
    expect(decided(world.ask(inCalifornia('ann'))).record).toMatchObject({ leaf: null, arm: 'broad' })
  })

  it('of a grid stop all its cells', () => {
    const cell = { ...segmentOf('usa/CA', 'CA'), people: 100 }
    const world = worldOf([planWith({}, [segmentOf('broad'), cell])])
    expect(decided(world.ask(inCalifornia('ann'))).record.leaf).toBe('usa/CA')
    world.pause('segment:usa')
    expect(decided(world.ask(inCalifornia('ann'))).record.leaf).toBeNull()
  })
})
