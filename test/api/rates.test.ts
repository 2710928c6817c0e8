import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_RATES } from '../../api/caller-rates.ts'
import { activate, NOW_MS, openWorld, SITE_ORIGIN, type World } from './world.ts'

const FAR = '203.0.113.9'
const PROXY = '10.1.2.3'

describe('rates', () => {
  let world: World
  let nowMs = NOW_MS
  beforeAll(async () => {
    const rates = { roleKey: 2, siteKey: 3, address: 2, trackers: 4, notices: 6, burstSeconds: 1 }
    world = await openWorld({ keys: true, config: { rates, trustedProxies: ['10.0.0.0/8'] } })
  })
  afterAll(() => world.close())

  /** Every bucket is full again. */
  const later = () => {
    nowMs += 60_000
    world.setNowMs(nowMs)
  }
  const statuses = async (times: number, request: InjectOptions & { key?: string }) => {
    const found: number[] = []
    for (let i = 0; i < times; i++) found.push((await world.ask(request)).statusCode)
    return found
  }

  it('refuses a key that asks too often, with a problem that says when to come back, and no other key', async () => {
    later()
    const request = { url: '/v1/campaigns', key: world.key('analyst') }
    const [first, second, third] = [
      await world.ask(request),
      await world.ask(request),
      await world.ask(request),
    ]
    expect([first.statusCode, second.statusCode, third.statusCode]).toEqual([200, 200, 429])
    expect(first.headers).toMatchObject({
      'ratelimit-limit': '2',
      'ratelimit-remaining': '1',
      'ratelimit-reset': '1',
    })
    expect(third.headers).toMatchObject({ 'retry-after': '1', 'ratelimit-remaining': '0' })
    expect(third.json()).toMatchObject({ status: 429, code: 'RATE_LIMITED', requestId: expect.any(String) })
    expect((await world.ask({ ...request, key: world.key('buyer') })).statusCode).toBe(200)
    nowMs += 1_000
    world.setNowMs(nowMs)
    expect((await world.ask(request)).statusCode).toBe(200)
  })

  it('counts an address without a key, each kind of route by its rate', async () => {
    later()
    const events = { method: 'POST', url: '/v1/events', payload: {}, remoteAddress: FAR } as const
    expect(await statuses(3, events)).toEqual([400, 400, 429])
    expect(await statuses(5, { url: '/t/i/x', remoteAddress: FAR })).toEqual([200, 200, 200, 200, 429])
    expect(await statuses(7, { url: '/t/w/x', remoteAddress: FAR })).toEqual([...Array(6).fill(404), 429])
    expect(await statuses(1, { ...events, remoteAddress: '203.0.113.10' })).toEqual([400])
  })

  it('stops a search for keys before it reads a file', async () => {
    later()
    const guess = { url: '/v1/campaigns', key: `polyad_000000000000_${'a'.repeat(43)}`, remoteAddress: FAR }
    expect(await statuses(3, guess)).toEqual([401, 401, 429])
  })

  it('counts a site key for all its visitors, and each of them by address', async () => {
    later()
    const ask = (remoteAddress: string) =>
      statuses(1, {
        method: 'POST',
        url: '/v1/decisions',
        payload: { placement: 'iab-300x250' },
        key: world.siteKey(),
        headers: { origin: SITE_ORIGIN },
        remoteAddress,
      })
    expect(await ask('203.0.113.1')).toEqual([404])
    expect(await ask('203.0.113.1')).toEqual([404])
    expect(await ask('203.0.113.1')).toEqual([429])
    expect(await ask('203.0.113.2')).toEqual([404])
    expect(await ask('203.0.113.3')).toEqual([429])
  })

  it('does not count processes of this machine by address', async () => {
    later()
    expect(await statuses(9, { url: '/t/i/x', remoteAddress: '127.0.0.1' })).toEqual(Array(9).fill(200))
  })

  it('believes X-Forwarded-For of trusted proxies alone', async () => {
    later()
    const pixel = (remoteAddress: string, forwarded: string) =>
      statuses(1, { url: '/t/i/x', remoteAddress, headers: { 'x-forwarded-for': forwarded } })
    // A caller that makes up a new address each time is still one caller.
    for (let i = 0; i < 4; i++) expect(await pixel(FAR, `198.51.100.${i}`)).toEqual([200])
    expect(await pixel(FAR, '198.51.100.99')).toEqual([429])
    expect(await pixel(FAR, '127.0.0.1')).toEqual([429])
    // Through the proxy visitors are told apart; what they wrote themselves stands before what the proxy saw.
    for (let i = 0; i < 4; i++) expect(await pixel(PROXY, `1.1.1.${i}, 198.51.100.7`)).toEqual([200])
    expect(await pixel(PROXY, '127.0.0.1, 198.51.100.7')).toEqual([429])
    expect(await pixel(PROXY, '198.51.100.8')).toEqual([200])
  })

  it('counts refusals in the metrics', async () => {
    later()
    const metrics = await world.ask({ url: '/metrics', key: world.key('admin') })
    expect(metrics.body).toMatch(/polyad_rate_limited_total\{by="trackers"\} [1-9]/)
  })
})

it('the one user of a machine is never limited', async () => {
  const world = await openWorld({
    keys: false,
    config: { rates: { ...DEFAULT_RATES, roleKey: 1, address: 1, burstSeconds: 1 } },
  })
  await activate(world)
  for (let i = 0; i < 5; i++) expect((await world.ask({ url: '/v1/campaigns' })).statusCode).toBe(200)
  await world.close()
})
