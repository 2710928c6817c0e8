import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identityHash } from '../../core/hash.ts'
import type { DecisionAnswer } from '../../engine/decision/answer.ts'
import { rebuildPopulation } from '../../engine/ingest/population.ts'
import { personKey } from '../../segments/person-key.ts'
import { operationsOf } from '../fuzz/operations.ts'
import {
  activate,
  CAMPAIGN,
  IDENTITY_KEY,
  NOW_MS,
  openWorld,
  PUBLIC_URL,
  person,
  TEMPLATE,
  type World,
} from './world.ts'

describe('documents', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: false })
  })
  afterAll(() => world.close())

  const put = (url: string, payload: object, headers: Record<string, string> = {}) =>
    world.ask({ method: 'PUT', url, payload, headers })
  const segment = (state: string) => ({ name: 'race', rule: { state } })

  it('written at once over the same revision: one is kept and the others are told', async () => {
    const states = Array.from({ length: 24 }, (_, at) => `S${at}`)
    const tally = (responses: readonly { statusCode: number }[]) =>
      [...new Set(responses.map(({ statusCode }) => statusCode))].map((status) => [
        status,
        responses.filter(({ statusCode }) => statusCode === status).length,
      ])
    const created = await Promise.all(
      states.map((state) => put('/v1/segments/race', segment(state), { 'if-none-match': '*' })),
    )
    expect(Object.fromEntries(tally(created))).toEqual({ 201: 1, 412: 23 })
    for (let round = 0; round < 3; round++) {
      const { etag } = (await world.ask({ url: '/v1/segments/race' })).headers as { etag: string }
      const written = await Promise.all(
        states.map((state) => put('/v1/segments/race', segment(`${state}-${round}`), { 'if-match': etag })),
      )
      expect(Object.fromEntries(tally(written))).toEqual({ 200: 1, 412: 23 })
      const winner = written.findIndex(({ statusCode }) => statusCode === 200)
      const kept = await world.ask({ url: '/v1/segments/race' })
      expect(kept.json()).toEqual(segment(`S${winner}-${round}`))
      expect(kept.headers.etag).toBe(written[winner]!.headers.etag)
    }
  })

  const CLIMBING = [
    '..',
    '%2e%2e',
    '..%2f..%2fpolyad',
    '%2e%2e%2f%2e%2e%2fpolyad',
    '..%5cpolyad',
    '%2fetc%2fpasswd',
    'a%2fb',
    'a%00',
    '%252e%252e%252fpolyad',
    '.polyad',
    '.hidden',
    'CON',
    'a:b',
    '-',
    'x'.repeat(200),
  ]

  it('are read from and written to no place but their own folder', async () => {
    const files = async () =>
      (await readdir(world.folder, { recursive: true })).filter((file) => !file.startsWith('.polyad')).sort()
    const before = await files()
    const operations = operationsOf((await world.ask({ url: '/openapi.json' })).json())
    const filled = operations.filter(({ path }) => path.includes('{'))
    expect(filled.length).toBeGreaterThan(15)
    for (const { method, path, name } of filled) {
      if (path.startsWith('/t/')) continue
      for (const climbing of CLIMBING) {
        // `..` as a whole step is another address, which no route has.
        const url = path.replace(/\{\w+\}/g, climbing)
        const named = { ...CAMPAIGN, name: decodeURIComponent(climbing.replace('%00', '')) }
        const response = await world.ask({
          method: method as 'GET',
          url,
          ...(method === 'GET' ? {} : { payload: method === 'PUT' ? named : {} }),
        })
        expect([400, 404], `${name} ${climbing} ${response.body.slice(0, 200)}`).toContain(
          response.statusCode,
        )
        expect(response.body).not.toMatch(/"polyad":|root:/)
      }
    }
    expect(await files()).toEqual(before)
  })

  it('tell back what was sent in no way that a page could run', async () => {
    const markup = '<script>alert(1)</script>'
    const inAddress = encodeURIComponent(markup)
    const answers = await Promise.all([
      world.ask({ url: `/${inAddress}` }),
      world.ask({ url: `/v1/campaigns/${inAddress}` }),
      world.ask({ url: `/v1/ad-units/${inAddress}` }),
      world.ask({ url: `/v1/ad-units/${inAddress}.svg` }),
      world.ask({ url: `/v1/house-ads/${inAddress}.svg` }),
      world.ask({ url: `/v1/campaigns/spring/report?by=${inAddress}` }),
      world.ask({ url: `/v1/campaigns/spring/ad-units?${inAddress}=1` }),
      world.ask({ url: `/v1/campaigns/%E0%A4%A${inAddress}` }),
      world.ask({ method: 'POST', url: '/v1/decisions', payload: { placement: markup } }),
      world.ask({ method: 'POST', url: '/v1/decisions', payload: { placement: 'x', [markup]: 1 } }),
      world.ask({
        method: 'POST',
        url: '/v1/decisions',
        payload: `{"a":"${markup}`,
        headers: { 'content-type': 'application/json' },
      }),
      world.ask({ url: '/v1/campaigns', headers: { host: markup } }),
      world.ask({ url: '/v1/campaigns', headers: { origin: markup } }),
    ])
    for (const { statusCode, headers, body } of answers) {
      expect(statusCode, body).toBeGreaterThanOrEqual(400)
      expect(headers).toMatchObject({
        'content-type': expect.stringContaining('application/problem+json'),
        'x-content-type-options': 'nosniff',
      })
      expect(body).not.toMatch(/[<>&]/)
    }
    const long = await world.ask({
      method: 'POST',
      url: '/v1/decisions',
      payload: { placement: 'x', ['y'.repeat(500_000)]: 1 },
    })
    expect(long.statusCode).toBe(400)
    expect(long.body.length).toBeLessThan(4_000)
  })

  it.each([
    'https://shop.example/\r\nx-evil: 1',
    'https://shop.example/%0d%0ax',
    '//evil.example',
    'data:text/html,x',
    ' https://shop.example',
    'https://shop.example/ "><svg onload=x>',
  ])('take no landing page that would end a header or be no page: %j', async (landingUrl) => {
    const response = await put('/v1/campaigns/spring', { ...CAMPAIGN, landingUrl })
    if (response.statusCode === 400) return
    // What is taken is a plain address still.
    expect(landingUrl).toMatch(/^https:\/\/[^\s"<>]+$/)
    await put('/v1/campaigns/spring', CAMPAIGN)
  })
})

describe('what is no HTTP', () => {
  let world: World
  let port: number
  beforeAll(async () => {
    world = await openWorld({ keys: true })
    port = Number(new URL(await world.server.listen({ host: '127.0.0.1', port: 0 })).port)
  })
  afterAll(() => world.close())

  const answerTo = (bytes: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.end(bytes))
      let text = ''
      socket.on('data', (part) => {
        text += part.toString()
      })
      socket.on('close', () => resolve(text))
      socket.on('error', reject)
    })

  it.each([
    ['nonsense', 'nonsense\r\n\r\n'],
    ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00'],
    [
      'two lengths',
      'POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    ],
    [
      'a length and chunks',
      'POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a chunk that is none',
      'POST /v1/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ],
    ['no Host', 'GET /v1/campaigns HTTP/1.1\r\n\r\n'],
    ['headers without end', `GET / HTTP/1.1\r\nHost: a\r\n${'X-A: b\r\n'.repeat(5_000)}\r\n`],
    ['a header folded', 'GET / HTTP/1.1\r\nHost: a\r\n evil: 1\r\n\r\n'],
    [
      'an address of another server',
      'GET http://evil.example/v1/campaigns HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    ],
  ])('is refused and the connection closed: %s', async (_what, bytes) => {
    const answer = await answerTo(bytes)
    expect(answer === '' || /^HTTP\/1\.1 4\d\d /.test(answer), answer.slice(0, 200)).toBe(true)
    expect(answer).not.toMatch(/evil|node_modules|\bat /)
    expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200)
  })
})

const HOSTILE = `"'><script>alert(1)</script><svg onload=alert(2)>]]>&`

describe('text that would be markup', () => {
  let world: World
  let answer: DecisionAnswer
  beforeAll(async () => {
    world = await openWorld({ keys: false })
    await world.ports.mentions.append(
      Array.from({ length: 80 }, (_, i) => ({
        key: identityHash(IDENTITY_KEY, `hostile ${i}`),
        author: personKey(IDENTITY_KEY, person(`hostile-${i}`))!,
        atMs: NOW_MS,
        text: undefined,
        language: undefined,
        channel: undefined,
        source: 'test',
        fields: { state: HOSTILE },
        confidence: {},
      })),
    )
    await rebuildPopulation(world.ports)
    const put = async (url: string, payload: object) => {
      const response = await world.ask({ method: 'PUT', url, payload })
      expect(response.statusCode, response.body).toBeLessThan(300)
    }
    await put('/v1/segments/california', { name: 'california', title: HOSTILE, rule: { state: HOSTILE } })
    const headline = {
      slot: 'headline',
      default: 'go',
      assets: [{ id: 'go', text: { en: `{{fallback state "nowhere"}} ${HOSTILE}`, es: 'Sal' } }],
    }
    await put('/v1/campaigns/spring', {
      ...CAMPAIGN,
      title: HOSTILE,
      slots: [headline, CAMPAIGN.slots[1]!],
      broadControlShare: 0.01,
    })
    await activate(world)
    // Of people in control there are few: somebody gets the narrow ad.
    for (let i = 0; i < 20 && answer?.explain?.arm !== 'narrow'; i++) {
      const response = await world.ask({
        method: 'POST',
        url: '/v1/decisions?explain=true',
        payload: {
          placement: 'iab-300x250',
          languages: ['en'],
          person: person(`hostile-${i}`),
          consent: { personalise: true },
        },
      })
      answer = response.json()
    }
  })
  afterAll(() => world.close())

  it('from listening data, a title and copy is text in every document of an ad, under a sandbox', async () => {
    expect(answer.explain?.arm).toBe('narrow')
    expect(answer.fields['headline']).toMatchObject({
      kind: 'text',
      text: expect.stringContaining('<script>'),
    })
    for (const url of [
      answer.html!.slice(PUBLIC_URL.length),
      `/v1/ad-units/${answer.adUnit}.html`,
      `/v1/ad-units/${answer.adUnit}.svg`,
    ]) {
      const { body, headers, statusCode } = await world.ask({ url })
      expect(statusCode).toBe(200)
      expect(body).not.toMatch(/<script|<svg onload|onload=alert\(2\)>|\]\]>/)
      expect(body).toContain('&lt;script')
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringMatching(
          /^sandbox(?!.*(scripts|same-origin)).*default-src 'none'/,
        ),
        'x-content-type-options': 'nosniff',
      })
    }
  })

  it('reaches no address, and no report as anything but JSON', async () => {
    for (const address of [answer.click, answer.image, answer.impression])
      expect(address).not.toMatch(/["'<>\s]/)
    const click = await world.ask({ url: answer.click!.slice(PUBLIC_URL.length) })
    expect(click.headers.location).toMatch(/^https:\/\/shop\.example\/boots\?[^"'<>\s]+$/)
    for (const url of [
      '/v1/campaigns/spring/report',
      '/v1/segment-sizes',
      '/v1/campaigns/spring/ad-units',
      '/v1/campaigns/spring/check',
      '/v1/segments',
    ]) {
      const { headers, statusCode } = await world.ask({ url })
      expect([statusCode, headers['content-type'], headers['x-content-type-options']]).toEqual([
        200,
        expect.stringContaining('application/json'),
        'nosniff',
      ])
    }
  })
})

describe('names that every object has', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: false })
  })
  afterAll(() => world.close())

  it('name slots, assets and segments like any other', async () => {
    const names = ['constructor', 'hasOwnProperty', 'toString', 'valueOf']
    const [photoLayer, textLayer] = TEMPLATE.layers
    const template = {
      ...TEMPLATE,
      name: 'constructor',
      slots: [...names.map((name) => ({ name, kind: 'text' })), { name: 'photo', kind: 'image' }],
      layers: [photoLayer, ...names.map((slot) => ({ ...textLayer, id: slot.toLowerCase(), slot }))],
    }
    const texts = (slot: string) => ({
      slot,
      default: 'constructor',
      assets: [
        { id: 'constructor', text: { en: `First ${slot}` } },
        { id: 'valueof', text: { en: `Second ${slot}` } },
      ],
    })
    const campaign = {
      ...CAMPAIGN,
      name: 'constructor',
      template: 'constructor',
      segments: ['constructor'],
      locales: ['en-US'],
      slots: [...names.map(texts), CAMPAIGN.slots[1]!],
    }
    const documents: readonly [string, object][] = [
      ['/v1/segments/constructor', { name: 'constructor', rule: { state: 'CA' } }],
      ['/v1/templates/constructor', template],
      ['/v1/campaigns/constructor', campaign],
    ]
    for (const [url, payload] of documents) {
      const response = await world.ask({ method: 'PUT', url, payload })
      expect(response.statusCode, response.body).toBe(201)
    }
    const check = await world.ask({
      method: 'POST',
      url: '/v1/campaigns/constructor/check',
      payload: { override: { reason: 'a test of names' } },
    })
    expect(check.statusCode, check.body).toBe(200)
    const decide = (more: object) =>
      world.ask({
        method: 'POST',
        url: '/v1/decisions?explain=true',
        payload: { placement: 'iab-300x250', campaign: 'constructor', ...more },
      })
    const decision = await decide({ attributes: { state: 'CA' }, consent: { personalise: true } })
    expect(decision.statusCode, decision.body).toBe(200)
    const answer = decision.json() as DecisionAnswer
    for (const name of names) {
      expect(answer.fields[name]).toEqual({
        kind: 'text',
        text: expect.stringMatching(`^(First|Second) ${name}$`),
      })
      const report = await world.ask({ url: `/v1/campaigns/constructor/report?by=${name}` })
      expect(report.statusCode, report.body).toBe(200)
    }
    for (const format of ['json', 'svg', 'html', 'png']) {
      expect((await world.ask({ url: `/v1/ad-units/${answer.adUnit}.${format}` })).statusCode).toBe(200)
    }
    const unknown = await decide({ attributes: { constructor: 'CA' } })
    expect([unknown.statusCode, unknown.json().code]).toEqual([400, 'INPUT_INVALID'])
    const by = await world.ask({ url: '/v1/campaigns/spring/report?by=constructor' })
    expect([by.statusCode, by.json().code]).toEqual([400, 'INPUT_INVALID'])
  })
})
