import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { listen } from '../../api/server.ts'
import { createServing } from '../../api/serving.ts'
import { createStream } from '../../core/stream.ts'
import { dayIn } from '../../core/time.ts'
import { adUnitId } from '../../engine/campaign/ad-unit-id.ts'
import { loadPlan } from '../../engine/campaign/load-plan.ts'
import { type DecisionAnswer, TOKEN_LIFETIME_MS } from '../../engine/decision/answer.ts'
import { generateRange } from '../../engine/generate/generate-range.ts'
import { eventId } from '../../engine/tracking/event-id.ts'
import type { EventRecord, LogRecord } from '../../engine/tracking/record.ts'
import { signToken } from '../../engine/tracking/token.ts'
import { personKey } from '../../segments/person-key.ts'
import { gppString, tcString } from '../unit/consent/strings.ts'
import {
  activate,
  CAMPAIGN,
  IDENTITY_KEY,
  NOW_MS,
  openWorld,
  PUBLIC_URL,
  person,
  TOKEN_KEY,
  type World,
} from './world.ts'

const PLACEMENT = 'iab-300x250'
const consent = { personalise: true }
const EXPIRED_MS = NOW_MS + TOKEN_LIFETIME_MS

describe('serving', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: false })
    await activate(world)
  })
  afterAll(() => world.close())

  const decide = async (
    more: object = {},
    headers: Record<string, string> = {},
    query = '',
  ): Promise<DecisionAnswer> => {
    const response = await world.ask({
      method: 'POST',
      url: `/v1/decisions${query}`,
      payload: { placement: PLACEMENT, ...more },
      headers,
    })
    expect(response.statusCode, response.body).toBe(200)
    return response.json()
  }
  const path = (address: string | null) => address!.slice(PUBLIC_URL.length)
  const tokenOf = (answer: DecisionAnswer) => answer.impression.split('/').at(-1)!
  const forged = (token: string) => `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
  const loggedOf = async (decision: string) =>
    (await world.logged()).filter(
      (record): record is Exclude<LogRecord, { type: 'decision' }> =>
        record.type !== 'decision' && record.decision === decision,
    )
  const post = (events: object[]) => world.ask({ method: 'POST', url: '/v1/events', payload: { events } })

  describe('decisions', () => {
    it('are in the log when they are answered, with leaf, arm, propensities and revision', async () => {
      const answer = await decide({ person: person('CA-1'), consent })
      const record = (await world.logged()).find(({ id }) => id === answer.decision)
      expect(record).toMatchObject({
        type: 'decision',
        person: personKey(IDENTITY_KEY, person('CA-1')),
        leaf: 'california',
        arm: expect.stringMatching(/^(narrow|broad-control)$/),
        adUnit: answer.adUnit,
        revision: 1,
        weightsVersion: 0,
        propensity: { slots: { headline: 0.5, photo: 1 } },
      })
    })

    it('are not answered when the log cannot take them', async () => {
      world.broken.log = true
      const response = await world.ask({
        method: 'POST',
        url: '/v1/decisions',
        payload: { placement: PLACEMENT },
      })
      world.broken.log = false
      expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1'])
    })

    it.each([
      ['not-said', {}, {}],
      ['privacy-control', { consent }, { 'sec-gpc': '1' }],
      ['privacy-control', { consent: { tcf: tcString() } }, { 'sec-gpc': '1' }],
      ['child', { consent, coppa: true }, {}],
      ['tcf-missing', { consent: { ...consent, gdpr: true } }, {}],
      ['tcf-invalid', { consent: { ...consent, tcf: 'nonsense' } }, {}],
      ['gpp-opt-out', { consent: { gpp: gppString({ ustx: { SaleOptOut: 1 } }), gppSections: [16] } }, {}],
      [null, { consent, attributes: { state: 'WA' } }, {}],
    ])('are broad, never blank, and explained: %s', async (noPersonalUse, more, headers) => {
      const answer = await decide({ attributes: { state: 'CA' }, ...more }, headers, '?explain=true')
      expect(answer.explain).toMatchObject({ leaf: null, arm: 'broad', segment: 'broad', noPersonalUse })
      if (noPersonalUse !== null) {
        expect((await world.ask({ url: '/metrics' })).body).toMatch(
          new RegExp(`polyad_no_personal_use_total{reason="${noPersonalUse}"} [1-9]`),
        )
      }
      expect(answer.fields['headline']).toMatchObject({ kind: 'text' })
    })

    it('are narrow by a TC string alone, without the word of the caller', async () => {
      const attributes = { state: 'CA' }
      const answer = await decide(
        { attributes, consent: { gdpr: true, tcf: tcString() } },
        {},
        '?explain=true',
      )
      expect(answer.explain).toMatchObject({ leaf: 'california', contextual: false, noPersonalUse: null })
    })

    it('are broad on the word of the caller where the workspace asks for a string', async () => {
      const strict = await openWorld({ keys: false, consent: { default: 'required', vendorId: 755 } })
      await activate(strict)
      const reasonOf = async (consent: object) => {
        const payload = { placement: PLACEMENT, attributes: { state: 'CA' }, consent }
        const response = await strict.ask({ method: 'POST', url: '/v1/decisions?explain=true', payload })
        return response.json().explain.noPersonalUse
      }
      expect(await reasonOf({ personalise: true })).toBe('string-required')
      expect(await reasonOf({ tcf: tcString({ vendors: [2] }) })).toBe('tcf-vendor')
      expect(await reasonOf({ tcf: tcString({ vendors: [755] }) })).toBeNull()
      await strict.close()
    })

    it('take the locale of the body, else of Accept-Language', async () => {
      expect((await decide({}, { 'accept-language': 'de, es;q=0.8, en;q=0.9' })).locale).toBe('en-US')
      expect((await decide({}, { 'accept-language': 'es-ES' })).locale).toBe('es-MX')
      expect((await decide({ languages: ['en'] }, { 'accept-language': 'es-ES' })).locale).toBe('en-US')
    })

    it('say nothing of the segment unless asked to explain', async () => {
      const attributes = { state: 'CA' }
      const plain = await decide({ consent, attributes })
      expect(JSON.stringify(plain)).not.toContain('california')
      expect((await decide({ consent, attributes }, {}, '?explain=true')).explain?.leaf).toBe('california')
    })

    it('are refused outside the flight', async () => {
      world.setNowMs(Date.UTC(2027, 0, 1))
      const response = await world.ask({
        method: 'POST',
        url: '/v1/decisions',
        payload: { placement: PLACEMENT },
      })
      world.setNowMs(NOW_MS)
      expect([response.statusCode, response.json().code]).toEqual([404, 'NO_CAMPAIGN'])
    })
  })

  /** Where a click on a broad ad unit ends: the landing page, its own query kept, and codes for the analyst. */
  const landingOf = (adUnit: string | null) =>
    `${CAMPAIGN.landingUrl}&utm_source=polyad&utm_medium=display&utm_campaign=spring&utm_content=${adUnit}&utm_term=s1`

  describe('trackers', () => {
    it('count an impression and a click, and send the click to the landing page', async () => {
      const answer = await decide()
      const pixel = await world.ask({ url: path(answer.impression) })
      expect(pixel.headers).toMatchObject({
        'content-type': 'image/gif',
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'cross-origin',
      })
      expect(pixel.rawPayload.subarray(0, 6).toString()).toBe('GIF89a')
      const click = await world.ask({ url: path(answer.click) })
      expect([click.statusCode, click.headers.location]).toEqual([302, landingOf(answer.adUnit)])
      expect(await loggedOf(answer.decision)).toMatchObject([
        { type: 'impression', adUnit: answer.adUnit, campaign: 'spring', late: false },
        { type: 'click', late: false },
      ])
    })

    it('do not count a look by HEAD', async () => {
      const answer = await decide()
      await world.ask({ method: 'HEAD', url: path(answer.impression) })
      await world.ask({ method: 'HEAD', url: path(answer.click) })
      expect(await loggedOf(answer.decision)).toEqual([])
    })

    it('with a forged token: the pixel is a GIF, the click goes nowhere, nothing is counted', async () => {
      const answer = await decide()
      const token = forged(tokenOf(answer))
      const before = (await world.logged()).length
      expect((await world.ask({ url: `/t/i/${token}` })).statusCode).toBe(200)
      const click = await world.ask({ url: `/t/c/${token}` })
      expect([click.statusCode, click.json().code, click.headers.location]).toEqual([
        404,
        'TOKEN_INVALID',
        undefined,
      ])
      expect((await world.logged()).length).toBe(before)
    })

    it('with another key’s token for another page: no redirect', async () => {
      const token = signToken(new Uint8Array(32), {
        decision: 'd',
        campaign: 'spring',
        adUnit: 'a',
        landingUrl: 'https://evil.example/',
        issuedMs: NOW_MS,
        expiresMs: EXPIRED_MS,
      })
      expect((await world.ask({ url: `/t/c/${token}` })).headers.location).toBeUndefined()
    })

    it('that have expired still go to the landing page and are set aside as late', async () => {
      const answer = await decide()
      world.setNowMs(EXPIRED_MS)
      const click = await world.ask({ url: path(answer.click) })
      world.setNowMs(NOW_MS)
      expect([click.statusCode, click.headers.location]).toEqual([302, landingOf(answer.adUnit)])
      expect(await loggedOf(answer.decision)).toMatchObject([{ type: 'click', late: true }])
    })

    it('do not break a page when the log cannot be written', async () => {
      const answer = await decide()
      world.broken.log = true
      const [pixel, click] = [
        await world.ask({ url: path(answer.impression) }),
        await world.ask({ url: path(answer.click) }),
      ]
      world.broken.log = false
      expect([pixel.statusCode, click.statusCode]).toEqual([200, 302])
      expect(await loggedOf(answer.decision)).toEqual([])
    })
  })

  describe('events', () => {
    it('are in the log when they are acknowledged, and forged ones are named', async () => {
      const answer = await decide()
      const token = tokenOf(answer)
      const response = await post([
        { token, type: 'impression' },
        { token: forged(token), type: 'click' },
        { token, type: 'conversion', valueMicros: 19_990_000 },
      ])
      expect(response.json()).toEqual({
        accepted: 2,
        late: 0,
        apart: [],
        refused: [{ index: 1, code: 'TOKEN_INVALID' }],
      })
      expect(await loggedOf(answer.decision)).toMatchObject([
        { type: 'impression', id: eventId(answer.decision, 'impression'), valueMicros: null },
        { type: 'conversion', valueMicros: 19_990_000 },
      ])
    })

    it('that are all forged are refused as a whole', async () => {
      const response = await post([{ token: forged(tokenOf(await decide())), type: 'click' }])
      expect([response.statusCode, response.json().code]).toEqual([404, 'TOKEN_INVALID'])
    })

    it('may be several orders of one decision, each once, and a value in another currency is kept apart', async () => {
      const token = tokenOf(await decide())
      const sale = { token, type: 'conversion', valueMicros: 5_000_000 }
      const response = await post([
        { ...sale, orderId: '1' },
        { ...sale, orderId: '2', currency: 'USD' },
        { ...sale, orderId: '1' },
        { ...sale, orderId: '3', currency: 'EUR' },
      ])
      expect(response.json()).toEqual({
        accepted: 3,
        late: 0,
        apart: [{ index: 3, reason: 'currency' }],
        refused: [],
      })
      const logged = (await world.logged()).slice(-4) as EventRecord[]
      expect(new Set(logged.map(({ id }) => id)).size).toBe(3)
      expect(logged.map(({ valueMicros }) => valueMicros)).toEqual([5_000_000, 5_000_000, 5_000_000, null])
      expect(JSON.stringify(logged)).not.toContain('orderId')
    })

    it('are taken as of the time their sender knows, unless that cannot be', async () => {
      const answer = await decide()
      const token = tokenOf(answer)
      world.setNowMs(NOW_MS + 3_600_000)
      const click = { token, type: 'click' }
      const response = await post([
        { ...click, atMs: NOW_MS + 60_000 },
        { token, type: 'impression', atMs: NOW_MS + 3_600_000 + 299_000 },
        { token, type: 'viewable', atMs: NOW_MS + 3_600_000 + 301_000 },
        { token, type: 'conversion', atMs: NOW_MS - 301_000 },
      ])
      world.setNowMs(NOW_MS)
      expect(response.json()).toMatchObject({
        accepted: 2,
        apart: [
          { index: 2, reason: 'ahead' },
          { index: 3, reason: 'early' },
        ],
      })
      expect(
        (await loggedOf(answer.decision)).map(({ atMs, filtered }) => [atMs - NOW_MS, filtered]),
      ).toEqual([
        [60_000, null],
        [3_600_000, null],
        [3_600_000, 'ahead'],
        [-301_000, 'early'],
      ])
    })

    it('count on their own day after the campaign has ended', async () => {
      const answer = await decide()
      const ended = Date.parse(`${CAMPAIGN.flight.to}T00:00:00Z`) + 3 * 86_400_000
      expect(ended).toBeLessThan(EXPIRED_MS)
      world.setNowMs(ended)
      await world.ask({
        url: path(answer.impression),
        headers: { 'user-agent': 'Mozilla/5.0 Firefox/130.0' },
      })
      world.setNowMs(NOW_MS)
      const report = (await world.ask({ url: '/v1/campaigns/spring/report?by=day' })).json()
      const day = dayIn(CAMPAIGN.timeZone, ended)
      expect(report.totals.impressions).toBeGreaterThan(0)
      const rows = await world.ports.counters.rows({ campaign: 'spring', timeZone: CAMPAIGN.timeZone })
      expect(rows.filter((row) => row.day === day)).toMatchObject([{ decisions: 0, impressions: 1 }])
    })

    it('of sales may come from the landing page, by what the click told it and by nothing else', async () => {
      const landing = signToken(TOKEN_KEY, {
        decision: 'd-landing',
        campaign: 'spring',
        adUnit: 'x',
        landingUrl: 'https://shop.example/?ref=POLYAD_CLICK_ID&a=1',
        issuedMs: NOW_MS,
        expiresMs: EXPIRED_MS,
      })
      const headers = { 'user-agent': 'Mozilla/5.0 Firefox/130.0' }
      const click = await world.ask({ url: `/t/c/${landing}`, headers })
      const token = new URL(String(click.headers.location)).searchParams.get('ref')!
      expect(click.headers.location).toBe(`https://shop.example/?ref=${token}&a=1`)
      await world.ask({ url: `/t/x/${token}`, headers })
      await world.ask({ url: `/t/c/${token}`, headers })
      await world.ask({ url: `/t/i/${token}`, headers })
      expect((await post([{ token, type: 'click' }])).statusCode).toBe(404)
      expect((await loggedOf('d-landing')).map(({ type, via }) => [type, via])).toEqual([
        ['click', 'page'],
        ['conversion', 'page'],
      ])
    })

    it('that are late say so', async () => {
      const answer = await decide()
      world.setNowMs(EXPIRED_MS)
      const response = await post([{ token: tokenOf(answer), type: 'click' }])
      world.setNowMs(NOW_MS)
      expect(response.json()).toMatchObject({ accepted: 0, late: 1 })
    })

    it('are refused with a value that is not a conversion’s', async () => {
      const response = await post([{ token: tokenOf(await decide()), type: 'click', valueMicros: 1 }])
      expect([response.statusCode, response.json().code]).toEqual([400, 'INPUT_INVALID'])
    })

    it('are counted once, however often they are replayed and by whatever door', async () => {
      const clicks = async () =>
        (await world.ports.counters.rows({ campaign: 'spring', timeZone: 'UTC' })).reduce(
          (sum, row) => sum + row.clicks,
          0,
        )
      const report = () => world.ask({ url: '/v1/campaigns/spring/report' })
      expect((await report()).statusCode).toBe(200)
      const before = await clicks()
      const answer = await decide()
      const token = tokenOf(answer)
      for (let i = 0; i < 5; i++) {
        await post([
          { token, type: 'click' },
          { token, type: 'click' },
        ])
        await world.ask({ url: path(answer.click) })
      }
      await report()
      expect((await clicks()) - before).toBe(1)
    })
  })

  describe('ad units', () => {
    it('are listed by cell: places count in the cell, ranks on the whole line', async () => {
      const cell = 'segment=broad&locale=en-US&placement=iab-728x90'
      const whole = (await world.ask({ url: '/v1/campaigns/spring/ad-units?limit=500' })).json()
      const { count, items } = (await world.ask({ url: `/v1/campaigns/spring/ad-units?${cell}` })).json()
      const expected = whole.items.filter(
        (row: { segment: string; locale: string; placement: string }) =>
          row.segment === 'broad' && row.locale === 'en-US' && row.placement === 'iab-728x90',
      )
      expect(expected.length).toBeGreaterThan(0)
      expect([count, items]).toEqual([String(expected.length), expected])
      const none = await world.ask({
        url: `/v1/campaigns/spring/ad-units?${cell.replace('broad', 'nobody')}`,
      })
      expect(none.json()).toMatchObject({ count: '0', items: [] })
    })

    it('are shown in every format, under a sandbox where they are documents', async () => {
      const { adUnit } = await decide({ languages: ['en'] })
      const get = (format: string) => world.ask({ url: `/v1/ad-units/${adUnit}.${format}` })
      const jpg = await sharp((await get('jpg')).rawPayload).metadata()
      const png = await sharp((await get('png')).rawPayload).metadata()
      expect([jpg.format, jpg.width, jpg.height]).toEqual(['jpeg', 300, 250])
      expect([png.format, png.width, png.height]).toEqual(['png', 300, 250])
      for (const format of ['html', 'svg']) {
        const document = await get(format)
        expect(document.headers).toMatchObject({
          'content-security-policy': expect.stringMatching(
            /^sandbox(?!.*(scripts|same-origin)).*default-src 'none'/,
          ),
          'x-content-type-options': 'nosniff',
          'cross-origin-resource-policy': 'cross-origin',
        })
        expect(document.headers['x-frame-options']).toBeUndefined()
        expect(document.headers['cross-origin-opener-policy']).toBeUndefined()
        expect(document.body).toMatch(/Go outside|Hike more/)
      }
      expect((await get('json')).json()).toMatchObject({
        id: adUnit,
        campaign: 'spring',
        segment: 'broad',
        locale: 'en-US',
        placement: PLACEMENT,
        fields: { photo: { kind: 'image', file: 'assets/sky.png' } },
        texts: [{ slot: 'headline', outcome: expect.anything() }],
      })
    })

    it('count in their HTML by the token of their decision, and refuse another’s', async () => {
      const answer = await decide()
      const page = await world.ask({ url: path(answer.html) })
      expect(page.body).toContain(`href="${answer.click}"`)
      expect(page.body).toContain(`src="${answer.impression}"`)
      expect(page.headers['cache-control']).toBe('no-store')
      const preview = await world.ask({ url: path(answer.html).split('?')[0]! })
      expect(preview.body).toContain(`href="${CAMPAIGN.landingUrl}"`)
      expect(preview.body).not.toContain('/t/i/')
      const wide = await decide({ placement: 'iab-728x90' })
      const mixed = `/v1/ad-units/${answer.adUnit}.html?token=${tokenOf(wide)}`
      expect((await world.ask({ url: mixed })).statusCode).toBe(404)
    })

    it('are cached for ever under their content hash, else asked for again', async () => {
      const { adUnit } = await decide()
      const { jpg } = (await world.ask({ url: `/v1/ad-units/${adUnit}.json` })).json()
      expect((await world.ask({ url: path(jpg) })).headers['cache-control']).toContain('immutable')
      const plain = await world.ask({ url: path(jpg).split('?')[0]! })
      expect(plain.headers['cache-control']).toBe('no-cache')
      const again = await world.ask({
        url: path(jpg).split('?')[0]!,
        headers: { 'if-none-match': plain.headers.etag as string },
      })
      expect([again.statusCode, again.body]).toEqual([304, ''])
    })

    it.each(['1', 'zzzz', `1${'0'.repeat(20)}`, '../../etc/passwd', '%2e%2e'])(
      'are not found by the id %s',
      async (id) => {
        expect((await world.ask({ url: `/v1/ad-units/${id}.jpg` })).statusCode).toBe(404)
      },
    )

    it('come in windows whose rows are those of a generated file', async () => {
      const { plan } = await loadPlan(world.ports, 'spring', { publicUrl: PUBLIC_URL, fingerprint: 'test' })
      const file = Buffer.from(generateRange(plan, 0n, 16n, { format: 'jsonl' }))
        .toString()
        .trimEnd()
        .split('\n')
      const window = async (query: string) =>
        (await world.ask({ url: `/v1/campaigns/spring/ad-units${query}` })).json()
      const first = await window('?limit=5')
      const rest = await window('?from=5&limit=100')
      expect(first).toMatchObject({ campaign: 'spring', revision: 1, count: '32', from: '0', to: '5' })
      expect([...first.items, ...rest.items].slice(0, 16)).toEqual(file.map((line) => JSON.parse(line)))
      expect(rest.items).toHaveLength(27)
      expect(await window('?from=32')).toMatchObject({ status: 404, code: 'RANK_OUT_OF_RANGE' })
    })
  })

  it('tells sizes without giving a small segment away', async () => {
    const { items } = (await world.ask({ url: '/v1/segment-sizes' })).json() as {
      items: { id: string; people: number | string }[]
    }
    expect(Object.fromEntries(items.map(({ id, people }) => [id, people]))).toEqual({
      broad: 210,
      california: 120,
      oregon: 60,
      washington: '<50',
    })
  })

  it('counts in its metrics', async () => {
    await decide()
    const { body, headers } = await world.ask({ url: '/metrics' })
    expect(headers['content-type']).toContain('version=0.0.4')
    expect(body).toMatch(/^polyad_decisions_total\{arm="broad"\} [1-9]/m)
    expect(body).toMatch(/^polyad_decision_duration_seconds_bucket\{le="\+Inf"\} [1-9]/m)
    expect(body).toMatch(/^polyad_tokens_refused_total [1-9]/m)
  })
})

describe('campaigns that may not be served', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: false })
  })
  afterAll(() => world.close())

  const stateOf = async (name: string) =>
    (await world.ask({ url: '/v1/campaigns' }))
      .json()
      .items.find((item: { name: string }) => item.name === name)
  const decide = () => world.ask({ method: 'POST', url: '/v1/decisions', payload: { placement: PLACEMENT } })

  it('are not active until they are checked, and say why', async () => {
    expect(await stateOf('spring')).toMatchObject({ active: false, code: 'CHECK_MISSING' })
    expect((await decide()).json()).toMatchObject({ status: 404, code: 'NO_CAMPAIGN' })
  })

  it('are not active when the check refuses them, until that is overridden', async () => {
    const check = await world.ask({ method: 'POST', url: '/v1/campaigns/spring/check', payload: {} })
    expect(check.json()).toMatchObject({ verdict: 'refused' })
    expect(await stateOf('spring')).toMatchObject({ active: false, code: 'CHECK_REFUSED' })
    expect((await decide()).statusCode).toBe(404)
    await activate(world)
    expect(await stateOf('spring')).toMatchObject({ active: true, revision: 1 })
    expect((await decide()).statusCode).toBe(200)
  })

  it('go on with the last checked revision when a new one is written, which waits', async () => {
    const other = { ...CAMPAIGN, name: 'other' }
    await world.ask({ method: 'PUT', url: '/v1/campaigns/other', payload: other })
    const changed = { ...CAMPAIGN, landingUrl: 'https://shop.example/new' }
    await world.ask({ method: 'PUT', url: '/v1/campaigns/spring', payload: changed })
    expect(await stateOf('spring')).toMatchObject({
      active: true,
      revision: 2,
      servedRevision: 1,
      waiting: { code: 'CHECK_MISSING', reason: expect.stringContaining('not been checked') },
    })
    expect(await stateOf('other')).toMatchObject({ active: false, code: 'CHECK_MISSING' })
    const answer = (await decide()).json()
    expect(answer.revision).toBe(1)
    const click = await world.ask({ url: answer.click.slice(PUBLIC_URL.length) })
    expect(click.headers.location).toContain(CAMPAIGN.landingUrl)
    const refused = await world.ask({ method: 'POST', url: '/v1/campaigns/spring/check', payload: {} })
    expect(refused.json().warnings).toContainEqual(
      'Revision 1, the last one that a check let run, goes on being served until a newer one may.',
    )
    expect(await stateOf('spring')).toMatchObject({ servedRevision: 1, waiting: { code: 'CHECK_REFUSED' } })
    await activate(world)
    expect((await decide()).json().revision).toBe(2)
    const checks = await Promise.all(
      [1, 2].map((revision) => world.ask({ url: `/v1/campaigns/spring/check?revision=${revision}` })),
    )
    expect(checks.map((check) => check.json().revision)).toEqual([1, 2])
    expect(await stateOf('spring')).toMatchObject({ active: true })
    expect((await decide()).json().campaign).toBe('spring')
  })
})

describe('a listening server', () => {
  it('notices files that are edited beside it, and stops when it is closed', async () => {
    const world = await openWorld({ keys: false })
    await activate(world)
    const address = await listen(world.server, { host: '127.0.0.1', port: 0 }, { singleUser: true })
    const campaigns = async () =>
      ((await (await fetch(`${address}/v1/campaigns`)).json()) as { items: object[] }).items
    expect(await campaigns()).toMatchObject([{ name: 'spring', active: true, revision: 1 }])
    const file = join(world.folder, 'campaigns/spring.json')
    await writeFile(file, JSON.stringify({ ...CAMPAIGN, title: 'Spring again' }))
    await vi.waitFor(
      async () =>
        expect(await campaigns()).toMatchObject([
          { active: true, revision: 2, servedRevision: 1, waiting: { code: 'CHECK_MISSING' } },
        ]),
      { timeout: 10_000, interval: 100 },
    )
    await writeFile(file, '{ not json')
    await vi.waitFor(
      async () =>
        expect(await campaigns()).toMatchObject([
          { name: 'spring', problem: expect.any(String), servedRevision: 1 },
        ]),
      { timeout: 10_000, interval: 100 },
    )
    await world.close()
    await expect(fetch(`${address}/health/live`)).rejects.toThrow()
  })
})

describe('the state of a campaign', () => {
  it('is told when it begins and stops to be served, and nothing else', async () => {
    const world = await openWorld({ keys: false })
    await activate(world)
    const { ports } = world
    const told: string[] = []
    const serving = createServing({
      ports,
      secrets: { identityKey: IDENTITY_KEY, tokenKey: IDENTITY_KEY },
      stream: createStream('told'),
      publicUrl: PUBLIC_URL,
      fingerprint: 'test',
      onState: (state) =>
        told.push(
          state.active ? `served${state.waiting ? `, ${state.waiting.code} waits` : ''}` : state.code,
        ),
    })
    const write = (kind: 'campaign' | 'segment', name: string, body: object) =>
      ports.documents.write(kind, name, body).then(() => serving.refresh())
    await serving.refresh()
    await write('segment', 'unused', { name: 'unused', rule: { state: 'NY' } })
    await write('campaign', 'spring', { ...CAMPAIGN, title: 'Edited' })
    await write('campaign', 'spring', CAMPAIGN)
    expect(told).toEqual(['served', 'served, CHECK_MISSING waits', 'served'])
    await world.close()
  })
})

describe('a broken ledger', () => {
  it('keeps no other campaign from being served, and counts again when it is mended', async () => {
    const world = await openWorld({ keys: false })
    await activate(world)
    const ledger = join(world.folder, 'campaigns/broken.ledger.json')
    const served = async () => {
      await world.ask({ method: 'PUT', url: '/v1/campaigns/spring', payload: CAMPAIGN })
      return (await world.ask({ method: 'POST', url: '/v1/decisions', payload: { placement: PLACEMENT } }))
        .statusCode
    }
    for (const broken of ['{ not json', 'null', '{"campaignKey":1}']) {
      await writeFile(ledger, broken)
      await writeFile(
        join(world.folder, 'segments/new.json'),
        JSON.stringify({ name: 'new', rule: { state: broken } }),
      )
      expect([broken, await served()]).toEqual([broken, 200])
    }
    const own = JSON.parse(await readFile(join(world.folder, 'campaigns/spring.ledger.json'), 'utf8'))
    await writeFile(ledger, JSON.stringify({ ...own, campaign: 'broken' }))
    expect(await served()).toBe(404)
    const { items } = (await world.ask({ url: '/v1/campaigns' })).json()
    expect(items[0]).toMatchObject({ active: false, code: 'LEDGER_CONFLICT' })
    await rm(ledger)
    expect(await served()).toBe(200)
    await world.close()
  })
})

describe('an ad unit of an older revision', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: false })
  })
  afterAll(() => world.close())

  it('is still shown when the newest no longer makes it; one that none ever made is not', async () => {
    const [headline, photo] = CAMPAIGN.slots
    const { items } = (await world.ask({ url: '/v1/campaigns/spring/ad-units?limit=32' })).json() as {
      items: { id: string; slots: Record<string, string> }[]
    }
    const hike = items.find(({ slots }) => slots['headline'] === 'Hike more')!
    const exclude = [{ headline: ['hike'] }]
    const put = async (campaign: object) =>
      expect(
        (await world.ask({ method: 'PUT', url: '/v1/campaigns/spring', payload: campaign })).statusCode,
      ).toBe(200)
    await put({ ...CAMPAIGN, exclude })
    const json = await world.ask({ url: `/v1/ad-units/${hike.id}.json` })
    expect(json.json()).toMatchObject({ id: hike.id, revision: 1, choices: { headline: 'hike' } })
    expect((await world.ask({ url: `/v1/ad-units/${hike.id}.png` })).statusCode).toBe(200)

    // A new asset, excluded with one placement from its first day: its id can be made up, and is not shown.
    const camp = { id: 'camp', text: { en: 'Camp out', es: 'Acampa' } }
    const withCamp = { ...CAMPAIGN, slots: [{ ...headline!, assets: [...headline!.assets, camp] }, photo] }
    await put({ ...withCamp, exclude: [{ headline: ['camp'] }] })
    const { plan } = await loadPlan(world.ports, 'spring', { publicUrl: PUBLIC_URL, fingerprint: 'test' })
    const never = adUnitId(plan.ledger, {
      segment: 'broad',
      locale: 'en-US',
      placement: PLACEMENT,
      choices: { headline: 'camp', photo: 'sky' },
    })
    expect((await world.ask({ url: `/v1/ad-units/${never}.png` })).statusCode).toBe(404)
  })
})
