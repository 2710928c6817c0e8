import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InjectOptions } from 'fastify'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDoor } from '../../core/schema.ts'
import type { DecisionAnswer } from '../../engine/decision/answer.ts'
import { OpeReportSchema } from '../../engine/ope/ope-report.ts'
import { signTag } from '../../engine/tags/tag-token.ts'
import {
  activate,
  BID,
  CAMPAIGN,
  openWorld,
  PUBLIC_URL,
  SITE_ORIGIN,
  TEMPLATE,
  TOKEN_KEY,
  type World,
} from './world.ts'

interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly statuses: ReadonlySet<number>
}

/** Routes that answer without a key: theirs are among the cases of their own. */
const OPEN = /^\/(v1\/(events$|ad-units|house-ads|tag)|t\/|health\/)/

/** Every status the OpenAPI document promises is produced once here, and none that it does not promise. */
describe('statuses', () => {
  let world: World
  let webFolder: string
  let operations: Operation[]
  const produced = new Set<string>()

  beforeAll(async () => {
    webFolder = await mkdtemp(join(tmpdir(), 'polyad-web-'))
    await writeFile(join(webFolder, 'index.html'), '<!doctype html><title>Polyad</title>')
    world = await openWorld({ keys: true, webFolder })
    record(world)
    await activate(world, world.key('buyer'))
    operations = operationsOf((await world.ask({ url: '/openapi.json' })).json())
  })
  afterAll(async () => {
    await world.close()
    await rm(webFolder, { recursive: true })
  })

  const record = ({ server }: World): void => {
    server.addHook('onResponse', async (request, reply) => {
      const { url, schema } = request.routeOptions
      if (url === undefined || schema?.hide || request.method === 'OPTIONS') return
      produced.add(`${request.method} ${url.replace(/:(\w+)/g, '{$1}')} ${reply.statusCode}`)
    })
  }
  const expectStatus = async (status: number, request: InjectOptions & { key?: string }) => {
    const response = await world.ask(request)
    expect(response.statusCode, `${request.method ?? 'GET'} ${request.url} ${response.body}`).toBe(status)
    if (status >= 400) {
      expect(response.headers['content-type']).toContain('application/problem+json')
      expect(response.json()).toMatchObject({
        status,
        code: expect.any(String),
        requestId: expect.any(String),
      })
    }
    return response
  }
  const get = (status: number, url: string, headers: Record<string, string> = {}) =>
    expectStatus(status, { url, headers, key: world.key('admin') })
  const send = (
    status: number,
    method: 'POST' | 'PUT',
    url: string,
    payload: object,
    more: InjectOptions = {},
  ) => expectStatus(status, { method, url, payload, key: world.key('admin'), ...more })
  /** An address of a route with its parameter filled in. */
  const addressOf = ({ path }: Operation, name: string) => path.replace(/\{\w+\}/, name)

  it('that every route of a kind has: 401 and 403 by key, 400, 413 and 415 by what is sent', async () => {
    for (const operation of operations) {
      const { method, path, statuses } = operation
      const url = addressOf(operation, 'spring')
      const payload = method === 'GET' ? {} : { payload: {} }
      if (statuses.has(401) && !OPEN.test(path)) {
        await expectStatus(401, { method, url, ...payload })
        // On the one route that site keys may use, from a page the key is not bound to.
        const headers = path === '/v1/decisions' ? {} : { origin: SITE_ORIGIN }
        await expectStatus(403, { method, url, ...payload, key: world.siteKey(), headers })
      }
      const key = world.key('admin')
      if (statuses.has(415)) {
        await expectStatus(400, { method, url, payload: { unknown: 1 }, key })
        const json = { 'content-type': 'application/json' }
        await expectStatus(413, { method, url, payload: `"${'x'.repeat(2_000_000)}"`, key, headers: json })
        await expectStatus(415, { method, url, payload: 'x', key, headers: { 'content-type': 'text/plain' } })
      } else if (statuses.has(400) && path !== '/v1/segment-sizes') {
        const wrong = path.startsWith('/t/')
          ? `${addressOf(operation, 'x')}?price=1&price=2`
          : path.includes('{')
            ? addressOf(operation, 'x'.repeat(200))
            : `${path}?unknown=1`
        await expectStatus(400, { method, url: wrong, key })
      }
    }
  })

  it('of documents', async () => {
    const west = { name: 'west', rule: { state: 'CA' } }
    const kinds = {
      segments: west,
      templates: { ...TEMPLATE, name: 'new' },
      campaigns: { ...CAMPAIGN, name: 'new' },
    }
    for (const [path, body] of Object.entries(kinds)) {
      const url = `/v1/${path}/${body.name}`
      await get(200, `/v1/${path}`)
      await get(404, url)
      await send(201, 'PUT', url, body)
      await send(200, 'PUT', url, body)
      await send(412, 'PUT', url, body, { headers: { 'if-match': '"other"' } })
      const { headers } = await get(200, url)
      await get(304, url, { 'if-none-match': headers.etag as string })
    }
  })

  it('of pictures', async () => {
    const send = (status: number, payload: Buffer) =>
      expectStatus(status, {
        method: 'POST',
        url: '/v1/assets',
        payload,
        headers: { 'content-type': 'image/png' },
        key: world.key('creative'),
      })
    const picture = sharp({ create: { width: 8, height: 8, channels: 3, background: '#123456' } }).png()
    const bytes = await picture.toBuffer()
    const { path } = (await send(201, bytes)).json()
    await send(200, bytes)
    await send(422, Buffer.from('no picture'))
    await send(413, Buffer.alloc(20_000_001))
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        world.ask({ method: 'POST', url: '/v1/assets', payload: bytes, key: world.key('creative') }),
      ),
    )
    expect(answers.map(({ statusCode }) => statusCode)).toContain(503)
    await get(200, '/v1/assets')
    const remove = (status: number, url: string) =>
      expectStatus(status, { method: 'DELETE', url, key: world.key('creative') })
    await remove(204, `/v1/${path}`)
    await remove(404, `/v1/${path}`)
    await remove(409, '/v1/assets/sky.png')
  })

  it('of campaigns', async () => {
    await send(200, 'POST', '/v1/campaigns/spring/check', {})
    await send(404, 'POST', '/v1/campaigns/nothing/check', {})
    for (const part of ['check', 'history', 'ad-units', 'report', 'guard']) {
      await get(200, `/v1/campaigns/spring/${part}`)
      await get(404, `/v1/campaigns/nothing/${part}`)
    }
    await get(200, '/v1/campaigns/spring/report/comparison?withTo=2026-03-05')
    await get(404, '/v1/campaigns/spring/report/comparison?with=nothing')
    // Judging waits its turn, and past a few it is refused.
    const asked = Array.from({ length: 12 }, () =>
      world.ask({ url: '/v1/campaigns/spring/guard', key: world.key('analyst') }),
    )
    const statuses = new Set((await Promise.all(asked)).map(({ statusCode }) => statusCode))
    expect(statuses).toEqual(new Set([200, 503]))
    await get(409, '/v1/campaigns/new/budget-plan?budget=500')
    // The check above was not overridden.
    await activate(world, world.key('buyer'))
    await get(200, '/v1/campaigns/spring/budget-plan?budget=500')
    await get(404, '/v1/campaigns/nothing/budget-plan?budget=500')
  })

  it('of decisions, events, trackers and pictures', async () => {
    const decision = { placement: 'iab-300x250' }
    const answer = (await send(200, 'POST', '/v1/decisions', decision)).json() as DecisionAnswer
    const token = answer.impression.split('/').at(-1)!
    const event = (change: object) => ({ events: [{ token, type: 'conversion', ...change }] })
    await send(404, 'POST', '/v1/decisions', { placement: 'nowhere' })
    await send(200, 'POST', '/v1/events', event({}))
    await send(404, 'POST', '/v1/events', event({ token: 'forged' }))
    await expectStatus(401, { method: 'POST', url: '/v1/events', payload: event({}), key: 'unknown' })
    await expectStatus(403, { method: 'POST', url: '/v1/events', payload: event({ valueMicros: 1 }) })
    world.broken.log = true
    await send(503, 'POST', '/v1/decisions', decision)
    await send(503, 'POST', '/v1/events', event({}))
    world.broken.log = false
    await get(200, `/t/i/${token}`)
    await get(302, `/t/c/${token}`)
    await get(404, '/t/c/forged')
    await get(403, `/t/c/${token}`, { 'sec-purpose': 'prefetch' })
    await get(200, `/t/v/${token}`)
    await get(200, `/t/x/${token}`)
    const tag = `/v1/tags/${signTag(TOKEN_KEY, { campaign: 'spring', placement: 'iab-300x250' })}`
    await get(200, '/v1/tag.js')
    await get(200, '/v1/tag.html')
    await get(200, tag)
    await get(404, '/v1/tags/forged')
    world.broken.log = true
    await get(503, tag)
    world.broken.log = false

    const unit = `/v1/ad-units/${answer.adUnit}`
    const { headers } = await get(200, `${unit}.png`)
    await get(304, `${unit}.png`, { 'if-none-match': headers.etag as string })
    await get(404, '/v1/ad-units/1zzz.png')
    await expectStatus(401, { url: `${unit}.json` })
    const site = { key: world.siteKey(), headers: { origin: SITE_ORIGIN } }
    await expectStatus(403, { url: `${unit}.json`, ...site })
    await get(200, '/v1/house-ads/iab-300x250.svg')
    await get(404, '/v1/house-ads/nowhere.svg')
    const flood = await Promise.all(Array.from({ length: 100 }, () => world.ask({ url: `${unit}.jpg` })))
    const statuses = new Set(flood.map(({ statusCode }) => statusCode))
    expect(statuses).toEqual(new Set([200, 503]))
    expect((await world.ask({ url: `${unit}.jpg` })).statusCode).toBe(200)
  })

  it('of pauses and house ads', async () => {
    const place = { placement: 'iab-300x250' }
    const { adUnit } = (await send(200, 'POST', '/v1/decisions', place)).json() as DecisionAnswer
    await get(200, '/v1/delivery')
    await send(404, 'POST', '/v1/pauses', { target: 'sprung' })
    await send(200, 'POST', '/v1/pauses', { target: 'spring' })
    await get(200, '/v1/pauses')
    await send(204, 'POST', '/v1/decisions', { ...place, acceptsNothing: true })
    await expectStatus(302, { url: `/v1/ad-units/${adUnit}.png` })
    await expectStatus(302, { url: `/v1/ad-units/${adUnit}/pictures/photo.jpg?w=40&h=30` })
    await send(200, 'POST', '/v1/pauses/resume', { target: 'spring' })
    await send(404, 'POST', '/v1/pauses/resume', { target: 'spring' })
    await get(404, '/v1/house-ads/spring/iab-300x250.jpg')
    await send(200, 'PUT', '/v1/campaigns/spring', { ...CAMPAIGN, houseAd: { file: 'assets/sky.png' } })
    await activate(world, world.key('buyer'))
    await get(200, '/v1/house-ads/spring/iab-300x250.jpg')
    const flood = await Promise.all(
      Array.from({ length: 100 }, () => world.ask({ url: '/v1/house-ads/spring/iab-300x250.jpg' })),
    )
    expect(new Set(flood.map(({ statusCode }) => statusCode))).toEqual(new Set([200, 503]))
  })

  it('of auctions', async () => {
    await send(200, 'PUT', '/v1/campaigns/spring', { ...CAMPAIGN, bid: BID })
    await activate(world, world.key('buyer'))
    const imp = { id: '1', banner: { w: 300, h: 250 } }
    const bid = async () =>
      (await send(200, 'POST', '/openrtb2', { id: 'a', imp: [imp] })).json().seatbid[0].bid[0]
    const { nurl, burl, lurl, adid } = await bid()
    await send(204, 'POST', '/openrtb2', { id: 'a', imp: [{ id: '1' }] })
    world.broken.log = true
    await send(503, 'POST', '/openrtb2', { id: 'a', imp: [imp] })
    for (const url of [nurl, burl, lurl]) await get(503, url.slice(PUBLIC_URL.length))
    world.broken.log = false
    for (const url of [nurl, burl, lurl]) await get(204, url.slice(PUBLIC_URL.length))
    for (const type of ['w', 'b', 'l']) await get(404, `/t/${type}/forged`)

    const picture = `/v1/ad-units/${adid}/pictures/photo.jpg`
    await get(200, `${picture}?w=40&h=30`)
    await get(404, `/v1/ad-units/${adid}/pictures/headline.jpg?w=40&h=30`)
    const flood = await Promise.all(
      Array.from({ length: 100 }, (_, at) => world.ask({ url: `${picture}?w=200&h=${100 + at}` })),
    )
    expect(new Set(flood.map(({ statusCode }) => statusCode))).toEqual(new Set([200, 503]))
  })

  it('of the export of events', async () => {
    const { headers } = await get(200, '/v1/events/export?campaign=spring&format=parquet')
    expect(headers['content-type']).toBe('application/vnd.apache.parquet')
    await get(404, '/v1/events/export?campaign=nothing')
    for (const role of ['creative', 'buyer'] as const) {
      await expectStatus(403, { url: '/v1/events/export', key: world.key(role) })
    }
    const key = world.key('analyst')
    const flood = await Promise.all(
      Array.from({ length: 12 }, () => world.ask({ url: '/v1/events/export', key })),
    )
    expect(new Set(flood.map(({ statusCode }) => statusCode))).toEqual(new Set([200, 503]))
    expect((await world.ask({ url: '/v1/events/export', key })).statusCode).toBe(200)
  })

  it('of off-policy evaluation', async () => {
    const url = '/v1/campaigns/spring/ope'
    const even = { policy: { otherwise: 'even' } }
    const few = await send(422, 'POST', url, even)
    expect(few.json()).toMatchObject({ code: 'EVALUATION_REFUSED' })
    await send(404, 'POST', '/v1/campaigns/nothing/ope', even)
    for (let at = 0; at < 120; at++) await send(200, 'POST', '/v1/decisions', { placement: 'iab-300x250' })
    const report = (await send(200, 'POST', url, even)).json()
    expect(createDoor('answer', OpeReportSchema)(report, 'ope').diagnostics.meanWeight.value).toBeCloseTo(
      1,
      9,
    )
    const wrong = await send(400, 'POST', url, { policy: { slots: { headlin: 'even' } } })
    expect(wrong.json().detail).toBe(
      'policy: request body, /policy: /slots/headlin: the log has no slot "headlin"; did you mean "headline"?',
    )
    for (const role of ['creative', 'buyer'] as const) {
      await expectStatus(403, { method: 'POST', url, payload: even, key: world.key(role) })
    }
    const flood = await Promise.all(
      Array.from({ length: 12 }, () =>
        world.ask({ method: 'POST', url, payload: even, key: world.key('analyst') }),
      ),
    )
    expect(new Set(flood.map(({ statusCode }) => statusCode))).toEqual(new Set([200, 503]))
  })

  it('of weights and merged leaves', async () => {
    const url = '/v1/campaigns/spring'
    await get(200, `${url}/allocation`)
    await get(404, '/v1/campaigns/nothing/allocation')
    await send(200, 'POST', `${url}/allocation`, {})
    await send(404, 'POST', '/v1/campaigns/nothing/allocation', {})
    await get(200, `${url}/weights/0`)
    await get(404, `${url}/weights/9`)
    const difference = { value: -0.1, low: -0.2, high: -0.01 }
    const merge = { leaf: 'california', atMs: 1, by: 'schedule', reason: 'a test', difference }
    await world.ports.documents.write('merges', 'spring', { version: 1, merged: [merge], restored: [] })
    await get(200, `${url}/merges`)
    await get(404, '/v1/campaigns/nothing/merges')
    await send(200, 'POST', `${url}/merges`, {})
    await send(404, 'POST', '/v1/campaigns/nothing/merges', {})
    await send(404, 'POST', `${url}/merges/restore`, { leaf: 'oregon', reason: 'a test' })
    await send(200, 'POST', `${url}/merges/restore`, { leaf: 'california', reason: 'a test' })
  })

  it('of operation', async () => {
    await get(200, '/metrics')
    await get(200, '/health/live')
    await get(200, '/health/ready')
    world.broken.documents = true
    await get(503, '/health/ready')
    world.broken.documents = false
    await get(200, '/v1/audit')
    const copies = await Promise.all(
      Array.from({ length: 9 }, () =>
        world.ask({ method: 'POST', url: '/v1/snapshots', key: world.key('admin') }),
      ),
    )
    expect(new Set(copies.map(({ statusCode }) => statusCode))).toEqual(new Set([201, 503]))
    await get(200, '/v1/segment-sizes')
    const edited = join(world.folder, 'segments/edited.json')
    await writeFile(edited, '{"name":"edited","rule":{"income":5}}')
    await get(400, '/v1/segment-sizes')
    await rm(edited)
    const empty = await openWorld({ keys: false, empty: true })
    record(empty)
    expect((await empty.ask({ url: '/v1/segment-sizes' })).statusCode).toBe(404)
    await empty.close()
  })

  it('of upkeep', async () => {
    const bodies = {
      '/v1/doctor': {},
      '/v1/events/fold': { maxAgeDays: 36_500 },
      '/v1/profiles/show': { profile: 'nobody' },
      '/v1/profiles/erase': { profile: 'nobody' },
    }
    for (const [url, payload] of Object.entries(bodies)) await send(200, 'POST', url, payload)
    const busy = Array.from({ length: 5 }, () => send(200, 'POST', '/v1/doctor', {}))
    // Told in the order they came.
    await Promise.all(Object.entries(bodies).map(([url, payload]) => send(503, 'POST', url, payload)))
    await Promise.all(busy)
  })

  it('that every route has: 429 for a caller that asks too often', async () => {
    const rates = { roleKey: 1, siteKey: 1, address: 1, trackers: 1, notices: 1, burstSeconds: 1 }
    const limited = await openWorld({ keys: true, empty: true, config: { rates } })
    record(limited)
    const key = limited.key('admin')
    const from = '203.0.113.9'
    for (const url of ['/v1/segments', '/t/i/x', '/t/w/x']) await limited.ask({ url, key })
    for (const url of ['/v1/events', '/t/i/x', '/t/w/x']) await limited.ask({ url, remoteAddress: from })
    for (const operation of operations) {
      const { method, path } = operation
      const payload = method === 'GET' ? {} : { payload: {} }
      const caller = OPEN.test(path) ? { remoteAddress: from } : { key }
      const response = await limited.ask({ method, url: addressOf(operation, 'x'), ...payload, ...caller })
      expect([path, response.statusCode]).toEqual([path, 429])
    }
    await limited.close()
  })

  it('are all of those the OpenAPI document promises, and no other', () => {
    const promised = operations.flatMap(({ method, path, statuses }) =>
      [...statuses].map((status) => `${method} ${path} ${status}`),
    )
    expect([...produced].sort()).toEqual(promised.sort())
  })

  it('are told in an OpenAPI 3.1 document', async () => {
    const document = (await world.ask({ url: '/openapi.json' })).json()
    expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: PUBLIC_URL }] })
    expect(document.paths['/v1/decisions'].post.requestBody.content['application/json'].schema).toMatchObject(
      {
        properties: { placement: { type: 'string' }, placements: { type: 'array', minItems: 1 } },
        additionalProperties: false,
      },
    )
  })

  it('of the page: its files need no key, and nothing above its folder is told', async () => {
    expect((await world.ask({ url: '/' })).body).toContain('<title>Polyad</title>')
    for (const url of ['/../package.json', '/%2e%2e/package.json', '/.polyad']) {
      expect((await world.ask({ url })).statusCode, url).toBeGreaterThanOrEqual(400)
    }
  })
})

function operationsOf(document: {
  paths: Record<string, Record<string, { responses: object }>>
}): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({
      method: method.toUpperCase() as Operation['method'],
      path,
      statuses: new Set(Object.keys(responses).map(Number)),
    })),
  )
}
