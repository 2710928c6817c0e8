import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DecisionAnswer } from '../../engine/decision/answer.ts'
import { personKey } from '../../segments/person-key.ts'
import { activate, IDENTITY_KEY, openWorld, person, type World } from './world.ts'

describe('upkeep', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: true })
    await activate(world, world.key('admin'))
  })
  afterAll(() => world.close())

  const post = (url: string, payload: object, role: 'admin' | 'analyst' = 'admin') =>
    world.ask({ method: 'POST', url, payload, key: world.key(role) })
  /** Of the counters: a report leaves so few people out. */
  const totals = async () => {
    const rows = await world.ports.counters.rows({ campaign: 'spring', timeZone: 'UTC' })
    const sum = (of: 'decisions' | 'impressions') => rows.reduce((all, row) => all + row[of], 0)
    return { decisions: sum('decisions'), impressions: sum('impressions') }
  }

  it('shows a person and erases them from all there is, and what is served goes on', async () => {
    const profile = person('CA-1')
    const hash = personKey(IDENTITY_KEY, profile)!
    const ask = { placement: 'iab-300x250', person: profile, consent: { personalise: true } }
    for (let i = 0; i < 3; i++) {
      const answer = (await post('/v1/decisions', ask)).json() as DecisionAnswer
      const token = answer.impression.split('/').at(-1)
      await post('/v1/events', { events: [{ token, type: 'impression' }] })
    }
    await post('/v1/decisions', { ...ask, person: person('CA-2') })
    const shown = (await post('/v1/profiles/show', { profile })).json()
    expect(shown).toMatchObject({ profile: { state: 'CA' }, mentions: [{ fields: { state: 'CA' } }] })
    expect(shown.decisions).toHaveLength(3)
    expect(shown.decisions[0].events).toMatchObject([{ type: 'impression', apart: null }])

    const before = await totals()
    const report = (await post('/v1/profiles/erase', { profile })).json()
    expect(report).toMatchObject({
      erased: { mentions: 1, decisions: 3, counterRows: 3, populations: 1 },
      checked: [{ campaign: 'spring', overridden: true }],
      search: { found: [] },
      complete: true,
    })
    expect(report.search.files).toBeGreaterThan(10)
    expect(JSON.stringify(await world.logged())).not.toContain(hash)
    expect(await world.logged()).toHaveLength(7)
    expect(await totals()).toEqual(before)
    expect(before).toEqual({ decisions: 4, impressions: 3 })
    expect((await post('/v1/profiles/show', { profile })).json()).toMatchObject({
      profile: null,
      mentions: [],
      decisions: [],
    })
    expect((await post('/v1/profiles/show', { profile: person('CA-2') })).json().decisions).toHaveLength(1)
    expect((await post('/v1/decisions', ask)).statusCode).toBe(200)
    const entries = (await world.ask({ url: '/v1/audit', key: world.key('admin') })).json().entries
    expect(entries.at(-1)).toMatchObject({ action: 'erased', subject: 'a person' })
    expect(JSON.stringify(entries)).not.toContain(hash)
  })

  it('examines the workspace and finds nothing wrong', async () => {
    const report = (await post('/v1/doctor', {})).json()
    expect(report).toMatchObject({ healthy: true, mended: [] })
    expect(report.checks.map(({ check }: { check: string }) => check)).toEqual([
      'documents',
      'ledgers',
      'plans',
      'log',
      'blobs',
      'revisions',
      'locks',
      'runs',
      'counters',
    ])
  })

  it('is for admins alone, and tells who is meant by neither or both', async () => {
    for (const url of ['/v1/profiles/show', '/v1/profiles/erase', '/v1/doctor', '/v1/events/fold']) {
      expect((await post(url, {}, 'analyst')).statusCode, url).toBe(403)
    }
    for (const body of [{}, { profile: 'a', hash: '0'.repeat(32) }, { profile: ' @ ' }, { hash: 'x' }]) {
      const response = await post('/v1/profiles/erase', body)
      expect([response.statusCode, response.json().code]).toEqual([400, 'INPUT_INVALID'])
    }
  })
})
