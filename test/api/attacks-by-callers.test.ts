import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROLES } from '../../api/keys.ts'
import { TOKEN_LIFETIME_MS } from '../../engine/decision/answer.ts'
import { signTag } from '../../engine/tags/tag-token.ts'
import { signNotice } from '../../engine/tracking/notice.ts'
import { signToken } from '../../engine/tracking/token.ts'
import { type Operation, operationsOf } from '../fuzz/operations.ts'
import {
  activate,
  CAMPAIGN,
  NOW_MS,
  openWorld,
  PUBLIC_URL,
  SITE_ORIGIN,
  TOKEN_KEY,
  type World,
} from './world.ts'

type Method = 'GET' | 'POST' | 'PUT'

/** A request to an operation with nothing of meaning in it: enough to see who is let in. */
const probeOf = ({ method, path }: Operation) => ({
  method: method as Method,
  url: path.replace(/\{\w+\}/g, 'x'),
  ...(method === 'GET' ? {} : { payload: {} }),
})

const operationsIn = async (world: World) => operationsOf((await world.ask({ url: '/openapi.json' })).json())

describe('a page that rebinds its name to this machine', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: false })
  })
  afterAll(() => world.close())

  it('gets nothing from any route, nor does one of another origin', async () => {
    for (const operation of await operationsIn(world)) {
      const probe = probeOf(operation)
      const rebound = await world.ask({ ...probe, headers: { host: 'evil.example:4000' } })
      expect([rebound.statusCode, rebound.json().code], operation.name).toEqual([421, 'HOST_REFUSED'])
      const foreign = await world.ask({ ...probe, headers: { origin: 'https://evil.example' } })
      expect([foreign.statusCode, foreign.json().code], operation.name).toEqual([403, 'FORBIDDEN'])
      expect(foreign.headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it.each([
    '',
    ' ',
    '127.0.0.1:4000@evil.example',
    '127.0.0.1:4000, evil.example',
    '127.0.0.1:4000#',
    '2130706433:4000',
    '0:4000',
    '[::]:4000',
    'localhost.:4000',
    '127.0.0.1:04000x',
    '<script>',
  ])('gets nothing by calling itself "%s"', async (host) => {
    const response = await world.ask({ url: '/v1/campaigns', headers: { host } })
    expect(response.statusCode).toBe(421)
    expect(response.body).not.toContain('<')
  })

  it.each([
    'http://127.0.0.1:4000@evil.example',
    'http://localhost:4000.evil.example',
    'https://127.0.0.1:4000',
    'file://',
    '',
  ])('gets nothing from the origin "%s"', async (origin) => {
    expect((await world.ask({ url: '/v1/campaigns', headers: { origin } })).statusCode).toBe(403)
  })

  it('is not let in by the headers of a proxy, which change no address that is answered', async () => {
    await activate(world)
    const forwarded = {
      'x-forwarded-host': '127.0.0.1:4000',
      forwarded: 'host=127.0.0.1:4000',
      'x-forwarded-for': '127.0.0.1',
    }
    const response = await world.ask({
      url: '/v1/campaigns',
      headers: { host: 'evil.example', ...forwarded },
    })
    expect(response.statusCode).toBe(421)
    const decision = await world.ask({
      method: 'POST',
      url: '/v1/decisions',
      payload: { placement: 'iab-300x250' },
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    })
    expect(decision.body).not.toContain('evil.example')
    expect(decision.json().click).toContain(`${PUBLIC_URL}/t/c/`)
  })
})

/** Routes that not every role may use, and who may, besides the admin: a change of this table is a change of rights. */
const RESTRICTED: Readonly<Record<string, readonly string[]>> = {
  'PUT /v1/segments/{name}': ['analyst', 'buyer'],
  'PUT /v1/templates/{name}': ['creative'],
  'PUT /v1/campaigns/{name}': ['buyer'],
  'GET /v1/events/export': ['analyst'],
  'POST /openrtb2': ['exchange'],
  'GET /v1/audit': [],
  'POST /v1/profiles/show': [],
  'POST /v1/profiles/erase': [],
  'POST /v1/doctor': [],
  'POST /v1/events/fold': [],
}

describe('callers with a key', () => {
  let world: World
  let operations: readonly Operation[]
  beforeAll(async () => {
    world = await openWorld({ keys: true })
    await activate(world, world.key('buyer'))
    operations = await operationsIn(world)
  })
  afterAll(() => world.close())

  const site = (origin?: string) => ({
    key: world.siteKey(),
    headers: origin === undefined ? {} : { origin },
  })

  it('of one role get into no route of another', async () => {
    for (const operation of operations) {
      const restricted = RESTRICTED[operation.name]
      if (restricted)
        expect([...operation.allow].sort(), operation.name).toEqual([...restricted, 'admin'].sort())
      for (const role of ROLES) {
        const { statusCode } = await world.ask({ ...probeOf(operation), key: world.key(role) })
        const mayUse = operation.allow.some((each) => each === role || each === 'anyone')
        expect(statusCode === 403, `${role} ${operation.name} ${statusCode}`).toBe(!mayUse)
      }
    }
    const narrow = operations.filter(
      ({ allow }) => !allow.includes('anyone') && !ROLES.every((role) => allow.includes(role)),
    )
    expect(narrow.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(RESTRICTED)))
  })

  it('of a stolen site key get into no route from another page, from none, or with the key in the address', async () => {
    for (const operation of operations) {
      const probe = probeOf(operation)
      const ignoresKeys = operation.allow.join() === 'anyone'
      for (const origin of [
        undefined,
        'null',
        'https://evil.example',
        `${SITE_ORIGIN}.evil.example`,
        `${SITE_ORIGIN}:8443`,
        SITE_ORIGIN.replace('https', 'http'),
        SITE_ORIGIN.toUpperCase(),
      ]) {
        const response = await world.ask({ ...probe, ...site(origin) })
        if (!ignoresKeys) expect(response.statusCode, `${origin} ${operation.name}`).toBe(403)
        const allowed = response.headers['access-control-allow-origin']
        expect([undefined, ...(ignoresKeys ? ['*'] : [])], operation.name).toContain(allowed)
      }
      if (operation.allow.includes('anyone')) continue
      const inAddress = await world.ask({
        ...probe,
        url: `${probe.url}?key=${world.key('admin')}&access_token=${world.key('admin')}`,
      })
      expect(inAddress.statusCode, operation.name).toBe(401)
    }
  })

  it('of a site get no answer that a page may read with credentials, and no preflight but for their two routes', async () => {
    for (const operation of operations) {
      const { url } = probeOf(operation)
      const headers = {
        origin: SITE_ORIGIN,
        'access-control-request-method': operation.method,
        'access-control-request-headers': 'authorization',
      }
      const preflight = await world.ask({ method: 'OPTIONS', url, headers })
      const isOpen = ['/v1/decisions', '/v1/events'].includes(url)
      expect(preflight.headers['access-control-allow-origin'], url).toBe(isOpen ? SITE_ORIGIN : undefined)
      expect(preflight.headers['access-control-allow-credentials'], url).toBeUndefined()
    }
  })

  it('that is public say nothing of a person in any way', async () => {
    const secretly = [
      { person: 'twitter:CA-1' },
      { personKey: '0'.repeat(32) },
      { attributes: {} },
      { context: { age: 30 } },
      { simulated: false },
      { person: 'a', personKey: '0'.repeat(32) },
    ]
    for (const more of secretly) {
      const payload = { placement: 'iab-300x250', ...more }
      const asSite = await world.ask({ method: 'POST', url: '/v1/decisions', payload, ...site(SITE_ORIGIN) })
      expect(asSite.statusCode, JSON.stringify(more)).toBeGreaterThanOrEqual(400)
      expect(asSite.body).not.toMatch(/segment|leaf|california/)
      const asNobody = await world.ask({ method: 'POST', url: '/v1/decisions', payload })
      expect(asNobody.statusCode).toBe(401)
    }
  })
})

describe('tokens', () => {
  let world: World
  let adUnit: string
  beforeAll(async () => {
    world = await openWorld({ keys: true })
    await activate(world, world.key('buyer'))
    const payload = { placement: 'iab-300x250' }
    adUnit = (
      await world.ask({ method: 'POST', url: '/v1/decisions', payload, key: world.key('buyer') })
    ).json().adUnit
  })
  afterAll(() => world.close())

  const base = () => ({ decision: 'd-1', campaign: 'spring', adUnit, expiresMs: NOW_MS + TOKEN_LIFETIME_MS })
  const kinds = (key: Uint8Array) => ({
    tracker: signToken(key, { ...base(), landingUrl: CAMPAIGN.landingUrl, issuedMs: NOW_MS }),
    tag: signTag(key, { campaign: 'spring', placement: 'iab-300x250' }),
    notice: signNotice(key, { ...base(), bidMicros: 1_000_000, currency: 'USD' }),
  })
  const DOORS = {
    tracker: ['/t/c/TOKEN', '/t/i/TOKEN', '/t/v/TOKEN'],
    tag: ['/v1/tags/TOKEN'],
    notice: ['/t/w/TOKEN?price=1', '/t/b/TOKEN?price=1', '/t/l/TOKEN'],
  } as const
  const logged = async () => (await world.logged()).length
  const events = (token: string) =>
    world.ask({ method: 'POST', url: '/v1/events', payload: { events: [{ token, type: 'click' }] } })

  it('of one kind open no door of another, nor those that another key signed', async () => {
    const ours = kinds(TOKEN_KEY)
    const forged = kinds(new Uint8Array(32).fill(3))
    const before = await logged()
    const addresses = Object.entries(DOORS).flatMap(([kind, doors]) =>
      doors.flatMap((door) => [
        ...Object.entries(ours).flatMap(([other, token]) =>
          other === kind ? [] : [door.replace('TOKEN', token)],
        ),
        ...Object.values(forged).map((token) => door.replace('TOKEN', token)),
      ]),
    )
    for (const url of addresses) {
      const { statusCode, headers } = await world.ask({ url })
      // A tracker's token is longer than a tag's may be.
      expect(/^\/t\/[iv]\//.test(url) ? [200] : [400, 404], url).toContain(statusCode)
      expect(headers.location).toBeUndefined()
    }
    for (const token of [ours.tag, ours.notice, ...Object.values(forged)])
      expect((await events(token)).statusCode).toBe(404)
    const page = await world.ask({ url: `/v1/ad-units/${adUnit}.html?token=${ours.notice}` })
    expect(page.statusCode).toBe(404)
    expect(await logged()).toBe(before)
  })

  it('are none when any character is another, is lacking, or is spelled another way', async () => {
    const { tracker } = kinds(TOKEN_KEY)
    const changed = Array.from(
      tracker,
      (character, at) => tracker.slice(0, at) + (character === 'A' ? 'B' : 'A') + tracker.slice(at + 1),
    )
    const others = [
      tracker.slice(0, -1),
      `${tracker}A`,
      `${tracker}=`,
      `${tracker}%20`,
      `%20${tracker}`,
      `${tracker}.`,
      tracker.toLowerCase(),
      tracker.replace(/^./, '$&-'),
      '%00',
      '-'.repeat(30),
    ]
    const before = await logged()
    for (const token of [...changed, ...others]) {
      const { statusCode, headers } = await world.ask({ url: `/t/c/${token}` })
      expect([statusCode, headers.location], token).toEqual([404, undefined])
    }
    expect(await logged()).toBe(before)
  })

  it('lead a click to the page they name and to no other, whatever else is asked', async () => {
    const { tracker } = kinds(TOKEN_KEY)
    for (const more of [
      '?url=https://evil.example',
      '?redirect=//evil.example',
      '?landingUrl=https://evil.example',
      '?',
      '?%0d%0alocation:%20https://evil.example',
    ]) {
      const { statusCode, headers } = await world.ask({
        url: `/t/c/${tracker}${more}`,
        headers: {
          host: 'evil.example',
          'x-forwarded-host': 'evil.example',
          referer: 'https://evil.example/',
        },
      })
      expect([statusCode, headers.location], more).toEqual([302, CAMPAIGN.landingUrl])
    }
  })
})
