import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServing } from '../../api/serving.ts'
import { steerServed } from '../../api/steering-runs.ts'
import { createStream } from '../../core/stream.ts'
import { DAY_MS } from '../../core/time.ts'
import { learnOptions } from '../../engine/allocation/learn.ts'
import { adUnitId } from '../../engine/campaign/ad-unit-id.ts'
import { loadPlan } from '../../engine/campaign/load-plan.ts'
import type { Plan } from '../../engine/campaign/plan.ts'
import type { DecisionAnswer } from '../../engine/decision/answer.ts'
import { createCounterLoader } from '../../engine/tracking/load-counters.ts'
import type { DecisionRecord, LogRecord } from '../../engine/tracking/record.ts'
import {
  activate,
  CAMPAIGN,
  IDENTITY_KEY,
  NOW_MS,
  openWorld,
  PUBLIC_URL,
  TOKEN_KEY,
  type World,
} from './world.ts'

const PLACEMENT = 'iab-300x250'
const consent = { personalise: true }
const UNUSED = { name: 'unused', rule: { state: 'NY' } }

/** Decisions of people who matched California, each with an impression, and the first of each arm with a click. */
function traffic(
  plan: Plan,
  clicks: { readonly narrow: number; readonly control: number },
  headline: (person: number) => string,
  atMs = NOW_MS,
): LogRecord[] {
  const records: LogRecord[] = []
  const add = (arm: 'narrow' | 'broad-control', people: number, clickers: number) => {
    for (let at = 0; at < people; at++) {
      const segment = arm === 'narrow' ? 'california' : 'broad'
      const choices = { headline: headline(at), photo: 'sky' }
      const adUnit = adUnitId(plan.ledger, { segment, locale: 'en-US', placement: PLACEMENT, choices })
      const id = `${arm}-${at}-${atMs}`
      const decision: DecisionRecord = {
        v: 1,
        type: 'decision',
        id,
        atMs,
        campaign: 'spring',
        revision: 1,
        planHash: 'x',
        person: `${arm}-${at}`,
        leaf: 'california',
        arm,
        propensity: { arm: arm === 'narrow' ? 0.9 : 0.1, slots: {} },
        weightsVersion: 0,
        segment,
        locale: 'en-US',
        placement: PLACEMENT,
        adUnit,
        simulated: false,
      }
      records.push(decision)
      for (const type of ['impression', 'click'] as const) {
        if (type === 'click' && at >= clickers) continue
        const of = { decision: id, adUnit, campaign: 'spring', atMs: atMs + 5_000 }
        records.push({ v: 1, type, id: `${id}-${type}`, ...of, valueMicros: null, late: false })
      }
    }
  }
  add('narrow', 2_700, clicks.narrow)
  add('broad-control', 300, clicks.control)
  return records
}

const planOf = async (world: World) =>
  (await loadPlan(world.ports, 'spring', { publicUrl: PUBLIC_URL, fingerprint: 'test' })).plan

async function decide(world: World, query = '?explain=true'): Promise<DecisionAnswer> {
  const response = await world.ask({
    method: 'POST',
    url: `/v1/decisions${query}`,
    payload: { placement: PLACEMENT, consent, attributes: { state: 'CA' } },
  })
  expect(response.statusCode, response.body).toBe(200)
  return response.json()
}

/** Decisions until one is narrow. */
async function narrow(world: World): Promise<DecisionAnswer> {
  for (;;) {
    const answer = await decide(world)
    if (answer.explain?.arm === 'narrow') return answer
  }
}

describe('a leaf in which narrow loses', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: true })
    await activate(world, world.key('admin'))
    // By hand: 0.02 against 0.1 clicks a person.
    await world.ports.eventLog.append(traffic(await planOf(world), { narrow: 54, control: 30 }, () => 'go'))
  })
  afterAll(() => world.close())

  const ask = (method: 'GET' | 'POST', path: string, payload?: object, role = 'buyer' as const) =>
    world.ask({
      method,
      url: `/v1/campaigns/spring${path}`,
      key: world.key(role),
      ...(payload && { payload }),
    })
  const asNarrow = async () => {
    for (;;) {
      const response = await world.ask({
        method: 'POST',
        url: '/v1/decisions?explain=true',
        payload: { placement: PLACEMENT, consent, attributes: { state: 'CA' } },
        key: world.key('admin'),
      })
      const answer = response.json() as DecisionAnswer
      if (answer.explain?.arm === 'narrow') return answer
    }
  }

  it('is served by itself until it is merged, and by its parent from then on; the record keeps the leaf', async () => {
    expect((await asNarrow()).explain).toMatchObject({ segment: 'california', mergedInto: null })
    const merged = await ask('POST', '/merges')
    expect(merged.statusCode, merged.body).toBe(200)
    expect(merged.json()).toMatchObject({
      merged: [{ leaf: 'california', by: 'person', difference: { value: expect.closeTo(-0.08, 6) } }],
      without: null,
    })
    expect(merged.json().merged[0].difference.high).toBeLessThan(0)
    const answer = await asNarrow()
    expect(answer.explain).toMatchObject({ leaf: 'california', segment: 'broad', mergedInto: 'broad' })
    const record = (await world.logged()).find(({ id }) => id === answer.decision)
    expect(record).toMatchObject({ leaf: 'california', arm: 'narrow', segment: 'broad' })
    const { items } = (await world.ask({ url: '/v1/campaigns', key: world.key('buyer') })).json()
    expect(items[0]).toMatchObject({ merged: [{ leaf: 'california', into: 'broad' }] })
    expect((await ask('GET', '/report')).json().merged).toMatchObject([{ leaf: 'california', by: 'person' }])
    // Nothing is merged twice.
    expect((await ask('POST', '/merges')).json()).toMatchObject({
      merged: [],
      standing: [{ leaf: 'california' }],
    })
  })

  it('is given back by a person with a reason, and is not merged again by what was seen before', async () => {
    expect((await ask('POST', '/merges/restore', { leaf: 'california' })).statusCode).toBe(400)
    const wrong = await ask('POST', '/merges/restore', { leaf: 'californa', reason: 'new headlines' })
    expect([wrong.statusCode, wrong.json().detail]).toEqual([404, expect.stringContaining('"california"')])
    const back = await ask('POST', '/merges/restore', { leaf: 'california', reason: 'new headlines' })
    expect(back.json()).toMatchObject({
      merged: [],
      restored: [{ leaf: 'california', day: '2026-03-10', reason: 'new headlines' }],
    })
    expect((await asNarrow()).explain).toMatchObject({ segment: 'california', mergedInto: null })
    expect((await ask('POST', '/merges')).json()).toMatchObject({ merged: [], standing: [] })
    const { entries } = (await world.ask({ url: '/v1/audit', key: world.key('admin') })).json()
    expect(entries.map(({ subject }: { subject: string }) => subject)).toContain('merges spring')
  })

  it('is merged by the schedule on what was seen after it was given back, unless the campaign says no', async () => {
    const { ports } = world
    const nextDayMs = NOW_MS + DAY_MS
    const plan = await planOf(world)
    await ports.eventLog.append(traffic(plan, { narrow: 54, control: 30 }, () => 'go', nextDayMs))
    const serving = createServing({
      ports,
      secrets: { identityKey: IDENTITY_KEY, tokenKey: TOKEN_KEY },
      stream: createStream('schedule'),
      publicUrl: PUBLIC_URL,
      fingerprint: 'test',
      onMoved: (moved) => told.push(moved),
    })
    const told: object[] = []
    await serving.refresh()
    const failures: object[] = []
    const log = { info: () => undefined, error: (what: object) => failures.push(what) }
    const run = (autoMerge: boolean) => {
      const decider = { ...serving.decider() }
      const campaigns = decider.campaigns.map((live) => {
        const campaign = { ...live.plan.campaign, autoMerge }
        return { ...live, plan: { ...live.plan, campaign } }
      })
      const served = { ...serving, decider: () => ({ ...decider, campaigns }) }
      const loadCounters = createCounterLoader(ports)
      return steerServed({ ports, serving: served, loadCounters, learn: learnOptions }, log)
    }
    await run(false)
    expect(serving.steering('spring')!.servedBy.size).toBe(0)
    await run(true)
    expect([...serving.steering('spring')!.servedBy]).toEqual([['california', 'broad']])
    expect(serving.steering('spring')!.merged).toMatchObject([{ by: 'schedule' }])
    expect(told).toEqual([{ campaign: 'spring', leaf: 'california', into: 'broad' }])
    expect(failures).toEqual([])
    // The server sees it at its next look.
    await world.ask({ method: 'PUT', url: '/v1/segments/unused', key: world.key('admin'), payload: UNUSED })
    expect((await asNarrow()).explain).toMatchObject({ segment: 'broad', mergedInto: 'broad' })
  })

  it('is merged by nobody who may not', async () => {
    const asked = await world.ask({
      method: 'POST',
      url: '/v1/campaigns/spring/merges',
      key: world.key('creative'),
    })
    expect(asked.statusCode).toBe(403)
    expect(
      (await world.ask({ url: '/v1/campaigns/nobody/merges', key: world.key('buyer') })).statusCode,
    ).toBe(404)
  })
})

describe('weights over HTTP', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: false, campaign: { allocation: { rule: 'thompson', floor: 0.05 } } })
    await activate(world)
  })
  afterAll(() => world.close())

  it('are even until something was learnt; then decisions log the version by which they are read back', async () => {
    expect((await narrow(world)).explain).toMatchObject({
      candidates: { weightsVersion: 0 },
      propensity: { slots: { headline: 0.5 } },
    })
    // Those with "hike" click, every second person was shown it.
    const records = traffic(await planOf(world), { narrow: 0, control: 0 }, (at) => (at % 2 ? 'hike' : 'go'))
    const shown = records.filter((each): each is DecisionRecord => each.type === 'decision')
    const clicks = shown
      .filter((_, at) => at % 2 === 1 && at % 5 === 0)
      .map(
        ({ id, adUnit }): LogRecord => ({
          v: 1,
          type: 'click',
          id: `${id}-click`,
          decision: id,
          adUnit,
          campaign: 'spring',
          atMs: NOW_MS + 9_000,
          valueMicros: null,
          late: false,
        }),
      )
    await world.ports.eventLog.append([...records, ...clicks])
    const shownOnly = (await world.ask({ url: '/v1/campaigns/spring/allocation' })).json()
    expect(shownOnly).toMatchObject({ rule: 'thompson', weightsVersion: null, before: 0, moved: true })
    expect((await narrow(world)).explain?.candidates.weightsVersion).toBe(0)

    const learnt = await world.ask({ method: 'POST', url: '/v1/campaigns/spring/allocation' })
    expect(learnt.json()).toMatchObject({ weightsVersion: 1, floor: 0.05 })
    const answer = await narrow(world)
    const { choices, propensity, candidates } = answer.explain!
    expect(candidates.weightsVersion).toBe(1)
    expect(propensity.slots['headline']).toBeCloseTo(choices['headline'] === 'hike' ? 0.95 : 0.05, 3)
    const { stored } = (await world.ask({ url: '/v1/campaigns/spring/weights/1' })).json()
    expect(stored.rows[0].headline.hike).toBeGreaterThan(0.99)
    expect((await world.ask({ url: '/v1/campaigns/spring/weights/0' })).json().stored).toBeNull()
    expect((await world.ask({ url: '/v1/campaigns/spring/weights/7' })).statusCode).toBe(404)
    const { items } = (await world.ask({ url: '/v1/campaigns' })).json()
    expect(items[0]).toMatchObject({ weightsVersion: 1 })
    // Another server on the same store.
    const serving = createServing({
      ports: world.ports,
      secrets: { identityKey: IDENTITY_KEY, tokenKey: TOKEN_KEY },
      stream: createStream('restarted'),
      publicUrl: PUBLIC_URL,
      fingerprint: 'test',
    })
    await serving.refresh()
    const { weights } = serving.steering('spring')!
    expect([weights.version, weights.floor]).toEqual([1, 0.05])
    expect(weights.weight('headline', 'hike', 'california')).toBe(
      stored.rows[stored.segments.california ?? 0].headline.hike,
    )
    const unknown = await world.ask({ url: '/v1/campaigns/spring/allocation?segment=nowhere' })
    expect(unknown.statusCode).toBe(404)
  })

  it('are refused in a campaign where they make no sense', async () => {
    const put = (allocation: object) =>
      world.ask({ method: 'PUT', url: '/v1/campaigns/spring', payload: { ...CAMPAIGN, allocation } })
    const wrong = [
      { rule: 'fixed' },
      { rule: 'thompson', weights: { headline: { go: 1 } } },
      { rule: 'fixed', weights: { headlin: { go: 1 } } },
      { rule: 'fixed', weights: { headline: { gone: 1 } } },
      { rule: 'fixed', weights: { headline: { go: 0 } } },
      { rule: 'thompson', floor: 0.6 },
      { rule: 'best' },
    ]
    for (const each of wrong) expect([each, (await put(each)).statusCode]).toEqual([each, 400])
  })
})
