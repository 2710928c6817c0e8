import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKey, listKeys, removeKey } from '../../api/keys.ts'
import { requireLoopback } from '../../api/own-address.ts'
import { buildServer, listen } from '../../api/server.ts'
import { createStream } from '../../core/stream.ts'
import { learnOptions } from '../../engine/allocation/learn.ts'
import type { CheckReport } from '../../engine/guard/check-report.ts'
import { judgeExperiment } from '../../engine/guard/experiment/judge.ts'
import { loadFonts } from '../../templates/fonts.ts'
import {
  activate,
  CAMPAIGN,
  NOW_MS,
  openWorld,
  PUBLIC_URL,
  person,
  SITE_ORIGIN,
  type World,
} from './world.ts'

const decision = { placement: 'iab-300x250', languages: ['en'] }

describe('a server without keys', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: false })
  })
  afterAll(() => world.close())

  it.each(['127.0.0.1:4000', 'localhost:4000', '[::1]:4000', 'LOCALHOST:4000'])(
    'answers to %s',
    async (host) => {
      expect((await world.ask({ url: '/v1/campaigns', headers: { host } })).statusCode).toBe(200)
    },
  )

  it.each([
    'evil.example',
    'evil.example:4000',
    '127.0.0.1',
    'localhost:4001',
    '127.0.0.1.evil.example:4000',
  ])('refuses a rebound name: Host %s', async (host) => {
    for (const url of ['/v1/campaigns', '/t/i/x', '/health/live', '/nothing']) {
      const response = await world.ask({ url, headers: { host } })
      expect([response.statusCode, response.json().code]).toEqual([421, 'HOST_REFUSED'])
    }
  })

  it.each(['https://evil.example', 'null', 'http://localhost:4001', 'http://127.0.0.1:4000.evil.example'])(
    'refuses a page of another origin: %s',
    async (origin) => {
      const response = await world.ask({
        method: 'PUT',
        url: '/v1/campaigns/spring',
        headers: { origin },
        payload: CAMPAIGN,
      })
      expect([response.statusCode, response.json().code]).toEqual([403, 'FORBIDDEN'])
    },
  )

  it('answers its own page', async () => {
    const response = await world.ask({ url: '/v1/campaigns', headers: { origin: PUBLIC_URL } })
    expect(response.statusCode).toBe(200)
  })

  it('asks for a key within a second of the first one made, and serves its one user again when it is taken back', async () => {
    const own = await openWorld({ keys: false })
    const statusWith = async (headers: Record<string, string>) =>
      (await own.ask({ url: '/v1/campaigns', headers })).statusCode
    expect(await statusWith({})).toBe(200)
    const { id, key } = await createKey(own.ports, { role: 'analyst' })
    own.setNowMs(NOW_MS + 1_001)
    expect(await statusWith({})).toBe(401)
    expect(await statusWith({ authorization: 'Bearer made-up' })).toBe(401)
    expect(await statusWith({ authorization: `Bearer ${key}` })).toBe(200)
    await removeKey(own.ports, id)
    own.setNowMs(NOW_MS + 2_002)
    expect(await statusWith({})).toBe(200)
    await own.close()
  })

  it('will not listen on, or be published under, another address', async () => {
    await expect(
      listen(world.server, { host: '0.0.0.0', port: 0 }, { singleUser: true }),
    ).rejects.toMatchObject({
      code: 'BIND_REFUSED',
    })
    const config = { publicUrl: 'https://ads.example', singleUser: true, fingerprint: 'test', tagScript: '' }
    const parts = {
      ports: world.ports,
      secrets: { identityKey: new Uint8Array(32), tokenKey: new Uint8Array(32) },
      fonts: await loadFonts('templates/fonts'),
      stream: createStream('never'),
      judge: judgeExperiment,
      learn: learnOptions,
    }
    await expect(buildServer({ ...parts, config })).rejects.toMatchObject({ code: 'BIND_REFUSED' })
    for (const address of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) {
      expect(() => requireLoopback(address)).not.toThrow()
    }
    for (const address of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.example', '']) {
      expect(() => requireLoopback(address), address).toThrow()
    }
  })
})

describe('a server with keys', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: true })
    await activate(world, world.key('buyer'))
  })
  afterAll(() => world.close())

  it('keeps keys as hashes', async () => {
    const stored = JSON.stringify(await listKeys(world.ports))
    for (const key of [world.key('admin'), world.siteKey()]) {
      expect(stored).toContain(key.split('_')[1])
      expect(stored).not.toContain(key.slice(-43))
    }
  })

  it.each(['nonsense', 'polyad_000000000000_'.padEnd(63, 'a')])('does not know the key %s', async (key) => {
    const response = await world.ask({ url: '/v1/campaigns', key })
    expect([response.statusCode, response.headers['www-authenticate']]).toEqual([401, 'Bearer'])
  })

  it('does not take a known id with another secret', async () => {
    const key = world.key('admin').slice(0, -43) + world.key('buyer').slice(-43)
    expect((await world.ask({ url: '/v1/campaigns', key })).statusCode).toBe(401)
  })

  it('stops taking a removed key within a second', async () => {
    const { id, key } = await createKey(world.ports, { role: 'analyst' })
    expect((await world.ask({ url: '/v1/campaigns', key })).statusCode).toBe(200)
    await removeKey(world.ports, id)
    world.setNowMs(world.ports.clock.nowMs() + 1_000)
    expect((await world.ask({ url: '/v1/campaigns', key })).statusCode).toBe(401)
  })

  it.each([
    ['creative', '/v1/templates/plain', 201],
    ['creative', '/v1/campaigns/spring', 403],
    ['analyst', '/v1/campaigns/spring', 403],
    ['analyst', '/v1/templates/plain', 403],
    ['buyer', '/v1/templates/plain', 403],
  ] as const)('%s writes %s: %d', async (role, url, status) => {
    const payload = url.includes('templates')
      ? (await world.ask({ url, key: world.key(role) })).json()
      : CAMPAIGN
    const response = await world.ask({ method: 'PUT', url, key: world.key(role), payload })
    expect(response.statusCode).toBe(status === 201 ? 200 : status)
  })

  it('lets only buyer and admin override the guard', async () => {
    for (const [role, status] of [
      ['analyst', 403],
      ['creative', 403],
      ['admin', 200],
    ] as const) {
      const response = await world.ask({
        method: 'POST',
        url: '/v1/campaigns/spring/check',
        key: world.key(role),
        payload: { override: { reason: 'because' } },
      })
      expect(response.statusCode, role).toBe(status)
      if (status !== 200) continue
      const { override, atMs } = response.json() as CheckReport
      expect(override).toEqual({
        reason: 'because',
        who: expect.stringMatching(/^admin key [a-z0-9]+$/i),
        atMs,
      })
      const stored = await world.ask({ url: '/v1/campaigns/spring/check', key: world.key('analyst') })
      expect((stored.json() as CheckReport).override).toEqual(override)
    }
    const blank = await world.ask({
      method: 'POST',
      url: '/v1/campaigns/spring/check',
      key: world.key('buyer'),
      payload: { override: { reason: '   ' } },
    })
    expect(blank.json()).toMatchObject({ status: 400, detail: expect.stringContaining('/override/reason') })
  })

  it.each([
    ['creative', 403],
    ['buyer', 403],
    ['analyst', 200],
    ['admin', 200],
  ] as const)('%s asks for an explanation: %d', async (role, status) => {
    const response = await world.ask({
      method: 'POST',
      url: '/v1/decisions?explain=true',
      key: world.key(role),
      payload: decision,
    })
    expect(response.statusCode).toBe(status)
    expect('explain' in response.json()).toBe(status === 200)
  })

  describe('a site key', () => {
    const asSite = (
      payload: object,
      headers: Record<string, string> = { origin: SITE_ORIGIN },
      url = '/v1/decisions',
    ) => world.ask({ method: 'POST', url, key: world.siteKey(), payload, headers })

    it('gets an ad by context, and the browser may read it', async () => {
      const response = await asSite(decision)
      expect(response.statusCode).toBe(200)
      expect(response.headers['access-control-allow-origin']).toBe(SITE_ORIGIN)
      expect(response.json().adUnit).toMatch(/^1/)
    })

    it.each([
      ['person', { person: person('CA-1') }],
      ['personKey', { personKey: '0'.repeat(32) }],
      ['attributes', { attributes: { state: 'CA' } }],
      ['simulated', { simulated: true }],
    ])('may not send %s', async (_field, more) => {
      expect((await asSite({ ...decision, ...more })).statusCode).toBe(403)
    })

    it('may not ask for an explanation, nor use any other route', async () => {
      expect((await asSite(decision, { origin: SITE_ORIGIN }, '/v1/decisions?explain=true')).statusCode).toBe(
        403,
      )
      for (const url of ['/v1/campaigns', '/v1/segment-sizes', '/v1/campaigns/spring/report', '/metrics']) {
        const response = await world.ask({ url, key: world.siteKey(), headers: { origin: SITE_ORIGIN } })
        expect(response.statusCode, url).toBe(403)
      }
    })

    it.each([{}, { origin: 'https://evil.example' }, { origin: 'https://shop.example.evil.example' }])(
      'is bound to its origins: %j',
      async (headers) => {
        const response = await asSite(decision, headers as Record<string, string>)
        expect(response.statusCode).toBe(403)
        expect(response.headers['access-control-allow-origin']).toBeUndefined()
      },
    )

    it('has its preflight answered for its origins only', async () => {
      const preflight = (origin: string) =>
        world.ask({ method: 'OPTIONS', url: '/v1/decisions', headers: { origin } })
      const own = await preflight(SITE_ORIGIN)
      expect([own.statusCode, own.headers['access-control-allow-origin']]).toEqual([204, SITE_ORIGIN])
      expect((await preflight('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined()
    })
  })

  describe('every route of the OpenAPI document', () => {
    const OPEN = [
      'GET /health/live',
      'GET /health/ready',
      'GET /t/b/{token}',
      'GET /t/c/{token}',
      'GET /t/i/{token}',
      'GET /t/l/{token}',
      'GET /t/v/{token}',
      'GET /t/w/{token}',
      'GET /t/x/{token}',
      'GET /v1/ad-units/{file}',
      'GET /v1/ad-units/{id}/pictures/{file}',
      'GET /v1/house-ads/{campaign}/{file}',
      'GET /v1/house-ads/{file}',
      'GET /v1/tag.html',
      'GET /v1/tag.js',
      'GET /v1/tags/{token}',
      'POST /v1/events',
    ]

    /** What each route answers a caller with nothing in path, query and body. */
    const answersTo = async (caller: { key?: string; headers?: Record<string, string> }) => {
      const { paths } = (await world.ask({ url: '/openapi.json' })).json() as {
        paths: Record<string, Record<string, unknown>>
      }
      const routes = Object.entries(paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => ({
          path,
          method: method.toUpperCase() as 'GET' | 'POST' | 'PUT',
        })),
      )
      return Promise.all(
        routes.map(async ({ path, method }) => {
          const url = path.replace(/\{\w+\}/g, 'x')
          const body = method === 'GET' ? {} : { payload: {} }
          const { statusCode } = await world.ask({ method, url, ...body, ...caller })
          return { route: `${method} ${path}`, statusCode }
        }),
      )
    }
    const notTurnedAway = (found: Awaited<ReturnType<typeof answersTo>>, status: 401 | 403) =>
      found.flatMap(({ route, statusCode }) => (statusCode === status ? [] : [route])).sort()

    it('asks for a key but for trackers, pictures and health', async () => {
      const found = await answersTo({})
      expect(found.length).toBeGreaterThan(20)
      expect(notTurnedAway(found, 401)).toEqual(OPEN)
    })

    it('takes a site key for decisions alone', async () => {
      const site = { key: world.siteKey(), headers: { origin: SITE_ORIGIN } }
      expect(notTurnedAway(await answersTo(site), 403)).toEqual([...OPEN, 'POST /v1/decisions'].sort())
    })
  })

  it('asks for a key where one is needed, and for none on trackers and pictures', async () => {
    const { adUnit, impression } = (
      await world.ask({ method: 'POST', url: '/v1/decisions', key: world.key('buyer'), payload: decision })
    ).json() as { adUnit: string; impression: string }
    for (const url of ['/v1/campaigns', `/v1/ad-units/${adUnit}.json`, '/metrics']) {
      expect((await world.ask({ url })).statusCode, url).toBe(401)
    }
    const site = { key: world.siteKey(), headers: { origin: SITE_ORIGIN } }
    expect((await world.ask({ url: `/v1/ad-units/${adUnit}.json`, ...site })).statusCode).toBe(403)
    for (const url of [
      `/v1/ad-units/${adUnit}.jpg`,
      `/v1/ad-units/${adUnit}.html`,
      new URL(impression).pathname,
    ]) {
      expect((await world.ask({ url, headers: { host: 'ads.example' } })).statusCode, url).toBe(200)
    }
  })
})
