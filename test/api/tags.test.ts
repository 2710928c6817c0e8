import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signTag } from '../../engine/tags/tag-token.ts'
import { activate, NOW_MS, openWorld, PUBLIC_URL, TOKEN_KEY, type World } from './world.ts'

const PAGE = 'https://news.example'
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile Safari/604.1'

describe('ad tags', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: true })
    await activate(world, world.key('buyer'))
  })
  afterAll(() => world.close())

  const token = signTag(TOKEN_KEY, { campaign: 'spring', placement: 'iab-728x90' })
  const ask = (of = token) => world.ask({ url: `/v1/tags/${of}?cb=123`, headers: { origin: PAGE } })

  it('choose an ad by context only, for a page of any origin, and log it first', async () => {
    const response = await ask()
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'cross-origin',
    })
    const ad = response.json()
    expect(ad).toMatchObject({ widthPx: 728, heightPx: 90, viewableShare: 0.5, viewableMs: 1000 })
    expect(ad.html).toMatch(`${PUBLIC_URL}/v1/ad-units/`)
    const [record] = (await world.logged()).slice(-1)
    expect(record).toMatchObject({ type: 'decision', campaign: 'spring', arm: 'broad', person: null })
  })

  it('with a token that is not ours, or of another kind, show nothing', async () => {
    const ofOthers = signTag(new Uint8Array(32), { campaign: 'spring', placement: 'iab-728x90' })
    for (const wrong of ['forged', `${token}A`, ofOthers]) {
      const response = await ask(wrong)
      expect([response.statusCode, response.json().code], wrong).toEqual([404, 'TOKEN_INVALID'])
    }
    const { click } = (await ask()).json()
    expect((await ask(click.split('/').at(-1))).statusCode).toBe(400)
  })

  it('end with the flight of the campaign', async () => {
    world.setNowMs(Date.UTC(2027, 0, 1))
    const response = await ask()
    world.setNowMs(NOW_MS)
    expect([response.statusCode, response.json().code]).toEqual([404, 'NO_CAMPAIGN'])
  })

  it('have a script and a frame that any page may embed, and that never change', async () => {
    const script = await world.ask({ url: '/v1/tag.js', headers: { origin: PAGE } })
    expect(script.headers['content-type']).toContain('text/javascript')
    const frame = await world.ask({ url: '/v1/tag.html' })
    expect(frame.headers['content-security-policy']).toContain("script-src 'self'")
    for (const { headers } of [script, frame]) {
      expect(headers).toMatchObject({
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': 'public, max-age=3600',
      })
      expect(headers['x-frame-options']).toBeUndefined()
    }
  })

  describe('and events of robots and browsers that fetch ahead', () => {
    const fetched = async (address: string, headers: Record<string, string>) =>
      (await world.ask({ url: address.slice(PUBLIC_URL.length), headers })).statusCode

    it('are kept apart with their reason, and take nobody’s place', async () => {
      const { impression, viewable, click } = (await ask()).json()
      const robot = {
        'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      }
      const ahead = { 'user-agent': IPHONE, 'sec-purpose': 'prefetch;prerender' }
      const person = { 'user-agent': IPHONE }
      expect(await fetched(impression, robot)).toBe(200)
      expect(await fetched(click, robot)).toBe(302)
      expect(await fetched(click, { ...person, purpose: 'prefetch' })).toBe(403)
      expect(await fetched(impression, ahead)).toBe(200)
      expect(await fetched(impression, person)).toBe(200)
      world.setNowMs(NOW_MS + 200)
      expect(await fetched(click, person)).toBe(302)
      world.setNowMs(NOW_MS + 1_500)
      expect(await fetched(viewable, person)).toBe(200)
      expect(await fetched(click, person)).toBe(302)
      world.setNowMs(NOW_MS + 1_700)
      expect(await fetched(click, person)).toBe(302)
      world.setNowMs(NOW_MS + 60_000)
      expect(await fetched(click, person)).toBe(302)
      expect(await fetched(impression, person)).toBe(200)
      world.setNowMs(NOW_MS)

      const report = (
        await world.ask({ url: '/v1/campaigns/spring/report', key: world.key('analyst') })
      ).json()
      expect(report.totals).toMatchObject({ impressions: 1, viewable: 1, clicks: 1 })
      expect(report.eventsApart).toEqual([
        { type: 'click', reason: 'bot', events: 1 },
        { type: 'click', reason: 'double-click', events: 1 },
        { type: 'click', reason: 'prefetch', events: 1 },
        { type: 'click', reason: 'repeat', events: 1 },
        { type: 'click', reason: 'too-soon', events: 1 },
        { type: 'impression', reason: 'bot', events: 1 },
        { type: 'impression', reason: 'prefetch', events: 1 },
        { type: 'impression', reason: 'repeat', events: 1 },
      ])
    })
  })
})
