import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { activate, openWorld, person, type World } from './world.ts'

/** What must be in no line: a person's name and key, what is known of them, where they are and what they browse with. */
const PERSONAL = {
  person: person('a-name-to-find'),
  personKey: 'beefbeefbeefbeefbeefbeefbeefbeef',
  state: 'Attribute-To-Find',
  address: '198.51.100.77',
  agent: 'Agent-To-Find/1.0',
  host: 'host-to-find.example',
  query: 'query-to-find',
}

describe.each(['trace', 'error'])('the log at level %s', (level) => {
  let world: World
  let lines: string[]
  beforeAll(async () => {
    lines = []
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(...String(chunk).trim().split('\n'))
        done()
      },
    })
    const trusted = { trustedProxies: ['127.0.0.1'] }
    world = await openWorld({ keys: true, logger: { level, stream }, config: trusted })
    await activate(world, world.key('buyer'))
  })
  afterAll(() => world.close())

  it('tells nothing of a person, whatever goes well or wrong', async () => {
    const headers = {
      'user-agent': PERSONAL.agent,
      'x-forwarded-for': PERSONAL.address,
      referer: `https://${PERSONAL.host}/${PERSONAL.query}`,
      cookie: PERSONAL.query,
    }
    const ask = (url: string, payload?: object | string, more: Record<string, string> = {}) =>
      world.ask({
        method: payload === undefined ? 'GET' : 'POST',
        url,
        key: world.key('analyst'),
        headers: { ...headers, ...more },
        ...(payload === undefined ? {} : { payload }),
      })
    const { state } = PERSONAL
    const body = { placement: 'iab-300x250', attributes: { state }, consent: { personalise: true } }
    const bid = { id: '1', imp: [{ id: PERSONAL.query }], user: { id: PERSONAL.personKey } }
    const seen = new Set<number>()
    const note = async (answer: Promise<{ statusCode: number }>) => seen.add((await answer).statusCode)

    await note(ask('/v1/decisions', { ...body, person: PERSONAL.person }))
    await note(ask('/v1/decisions?explain=true', { ...body, personKey: PERSONAL.personKey }))
    await note(ask('/v1/decisions', { ...body, [PERSONAL.query]: state }))
    await note(ask(`/v1/decisions?${PERSONAL.query}=1`, body))
    await note(ask(`/${PERSONAL.query}/${PERSONAL.personKey}?${state}`))
    await note(ask('/v1/decisions', `{"${PERSONAL.personKey}`, { 'content-type': 'application/json' }))
    await note(ask('/openrtb2', bid))
    await note(ask('/v1/decisions', body, { authorization: `Bearer ${PERSONAL.query}` }))
    await note(ask(`/t/i/${PERSONAL.query}`))
    await note(ask('/v1/campaigns', undefined, { host: PERSONAL.host }))
    world.broken.log = true
    await note(ask('/v1/decisions', { ...body, person: PERSONAL.person }))
    world.broken.log = false
    const append = world.ports.eventLog.append
    Object.assign(world.ports.eventLog, {
      append: () => Promise.reject(new TypeError(`no column ${PERSONAL.personKey} of ${state}`)),
    })
    await note(ask('/v1/decisions', { ...body, person: PERSONAL.person }))
    Object.assign(world.ports.eventLog, { append })

    expect([...seen].sort()).toEqual([200, 400, 401, 403, 404, 500, 503])
    expect(lines.length).toBeGreaterThan(level === 'error' ? 1 : 0)
    for (const value of Object.values(PERSONAL)) expect(lines.join('\n')).not.toContain(value)
  })

  it('joins a line with the problem that was answered, and tells what was asked for and where it failed', async () => {
    world.broken.log = true
    const { requestId } = (
      await world.ask({
        method: 'POST',
        url: '/v1/decisions',
        key: world.key('buyer'),
        payload: { placement: 'iab-300x250' },
      })
    ).json() as { requestId: string }
    world.broken.log = false
    const own = lines.map((line) => JSON.parse(line)).filter(({ reqId }) => reqId === requestId)
    const failed = own.find(({ msg }) => msg === 'request failed')
    expect(failed).toMatchObject({ err: { type: 'STORAGE_FULL', stack: expect.stringContaining('at ') } })
    const begun = own.find(({ msg }) => msg === 'incoming request')
    expect(begun?.req).toEqual(
      /trace|debug|info/.test(level) ? { method: 'POST', route: '/v1/decisions' } : undefined,
    )
  })
})

describe('the metrics', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: true })
    await activate(world, world.key('buyer'))
  })
  afterAll(() => world.close())
  const metrics = async () => (await world.ask({ url: '/metrics', key: world.key('admin') })).body

  it('are in the text format of Prometheus: every sample under its name, each name once', async () => {
    await world.ask({
      method: 'POST',
      url: '/v1/decisions',
      key: world.key('buyer'),
      payload: { placement: 'iab-300x250' },
    })
    const text = await metrics()
    expect(text.endsWith('\n')).toBe(true)
    const names = new Set<string>()
    let name = ''
    let type = ''
    for (const line of text.trimEnd().split('\n')) {
      const heading = /^# (HELP|TYPE) (\w+) (.+)$/.exec(line)
      if (heading) {
        if (heading[1] === 'HELP') {
          name = heading[2]!
          expect(names).not.toContain(name)
          names.add(name)
        } else type = heading[3]!
        expect(heading[2]).toBe(name)
        continue
      }
      const sample = /^(\w+?)(_bucket|_sum|_count)?(\{(?:\w+="[^"\\\n]*",?)+\})? (\S+)$/.exec(line)
      expect(sample, line).not.toBeNull()
      expect(type === 'histogram' ? sample![1] : sample![1]! + (sample![2] ?? '')).toBe(name)
      expect(Number.isFinite(Number(sample![4])), line).toBe(true)
    }
    for (const expected of [
      'polyad_decisions_total',
      'polyad_request_duration_seconds',
      'polyad_log_lag_seconds',
      'polyad_counters_lag_seconds',
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
    ]) {
      expect(names).toContain(expected)
    }
  })

  it('count latency by route and failures by code, under patterns and never under what was asked for', async () => {
    for (const path of ['spring', 'one', 'two']) {
      await world.ask({ url: `/v1/campaigns/${path}`, key: world.key('buyer') })
    }
    for (let i = 0; i < 50; i++) await world.ask({ url: `/no/such/page/${i}` })
    const text = await metrics()
    expect(text).toContain(
      'polyad_request_duration_seconds_count{method="GET",route="/v1/campaigns/:name"} 3\n',
    )
    expect(text).toContain('polyad_problems_total{route="/v1/campaigns/:name",code="NOT_FOUND"} 2\n')
    expect(text).toContain('polyad_request_duration_seconds_count{method="GET",route="none"} 50\n')
    expect(text).not.toContain('such')
  })

  it.each([
    [undefined, 401],
    ['site', 403],
    ['creative', 200],
  ] as const)('are told to roles alone: %s gets %d', async (who, status) => {
    const key = who === undefined ? {} : { key: who === 'site' ? world.siteKey() : world.key(who) }
    const headers = who === 'site' ? { origin: 'https://shop.example' } : {}
    expect(
      (await world.ask({ url: '/metrics', remoteAddress: '127.0.0.1', headers, ...key })).statusCode,
    ).toBe(status)
  })
})
