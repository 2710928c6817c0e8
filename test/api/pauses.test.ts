import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { listen } from '../../api/server.ts'
import type { DecisionAnswer, NoAdAnswer } from '../../engine/decision/answer.ts'
import { pause } from '../../engine/delivery/pauses.ts'
import { signTag } from '../../engine/tags/tag-token.ts'
import { activate, BID, NOW_MS, openWorld, PUBLIC_URL, person, TOKEN_KEY, type World } from './world.ts'

const PLACEMENT = 'iab-300x250'
const HOUSE = { file: 'assets/sky.png' }

describe('pauses over HTTP', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: true, campaign: { bid: BID, houseAd: HOUSE } })
    await activate(world, world.key('buyer'))
  })
  afterAll(() => world.close())

  const send = (url: string, payload: object, key = world.key('buyer')) =>
    world.ask({ method: 'POST', url, payload, key })
  const stop = async (target: string, reason?: string) => {
    const response = await send('/v1/pauses', { target, ...(reason && { reason }) })
    expect(response.statusCode, response.body).toBe(200)
    return response.json()
  }
  const goOn = async (target: string) =>
    expect((await send('/v1/pauses/resume', { target })).statusCode).toBe(200)
  const decide = async (more: object = {}) =>
    (await send('/v1/decisions', { placement: PLACEMENT, ...more }, world.key('admin'))).json() as
      | DecisionAnswer
      | NoAdAnswer

  it('a campaign is in no decision, bid, tag or page from the answer on, and is there again afterwards', async () => {
    const before = (await decide()) as DecisionAnswer
    const unit = `/v1/ad-units/${before.adUnit}`
    const made = await stop('spring', 'the price is wrong')
    expect(made).toMatchObject({
      pause: { target: 'campaign:spring', reason: 'the price is wrong', atMs: NOW_MS, resumed: null },
      campaigns: ['spring'],
      exported: [],
    })
    expect(made.pause.by).toMatch(/^buyer key /)

    const refused = (await decide()) as NoAdAnswer
    expect(refused).toMatchObject({
      decision: null,
      adUnit: null,
      refusal: 'paused',
      html: null,
      impression: null,
      image: `${PUBLIC_URL}/v1/house-ads/spring/${PLACEMENT}.jpg`,
    })
    const nothing = await send(
      '/v1/decisions',
      { placement: PLACEMENT, acceptsNothing: true },
      world.key('admin'),
    )
    expect([nothing.statusCode, nothing.headers['polyad-refusal'], nothing.body]).toEqual([204, 'paused', ''])
    const page = (
      await send('/v1/decisions', {
        placements: [{ id: 'top', placement: PLACEMENT, format: 'html' }, { placement: 'iab-728x90' }],
      })
    ).json()
    expect(page.decisions).toMatchObject([
      { id: 'top', decision: null, refusal: 'paused', markup: expect.stringContaining(refused.image) },
      { decision: null, refusal: 'paused', widthPx: 728 },
    ])
    expect(page.decisions[0].markup).not.toContain('/t/')
    const wantsNone = { acceptsNothing: true, placements: [{ id: 'top', placement: PLACEMENT }] }
    expect((await send('/v1/decisions', wantsNone)).json()).toEqual({
      decisions: [{ id: 'top', placement: PLACEMENT, decision: null, refusal: 'paused' }],
    })
    const bid = await send(
      '/openrtb2',
      { id: 'a', imp: [{ id: '1', banner: { w: 300, h: 250 } }] },
      world.key('admin'),
    )
    expect(bid.statusCode).toBe(204)
    const tag = await world.ask({
      url: `/v1/tags/${signTag(TOKEN_KEY, { campaign: 'spring', placement: PLACEMENT })}`,
    })
    expect(tag.json()).toMatchObject({ html: null, click: null, impression: null, image: refused.image })
    for (const format of ['html', 'jpg', 'svg', 'png']) {
      const page = await world.ask({ url: `${unit}.${format}` })
      expect(page.statusCode).toBe(302)
      expect(page.headers).toMatchObject({
        location: refused.image,
        'polyad-paused': 'campaign:spring',
        'cache-control': 'no-store',
      })
    }
    expect((await world.ask({ url: `${unit}/pictures/photo.jpg?w=30&h=30` })).statusCode).toBe(302)
    // Whoever has a key sees what was stopped.
    expect((await world.ask({ url: `${unit}.png`, key: world.key('creative') })).statusCode).toBe(200)
    const house = await world.ask({ url: refused.image.slice(PUBLIC_URL.length) })
    expect([house.statusCode, house.headers['content-type']]).toEqual([200, 'image/jpeg'])

    await goOn('campaign:spring')
    expect((await decide()).adUnit).not.toBeNull()
    expect((await world.ask({ url: `${unit}.jpg` })).statusCode).toBe(200)
    const logged = (await world.logged()).filter(({ type }) => type === 'decision')
    // Nothing that was refused is in the log.
    expect(logged).toHaveLength(2)
    expect((await world.ask({ url: '/metrics', key: world.key('admin') })).body).toContain(
      'polyad_refusals_total{refusal="paused"} 6',
    )
  })

  it('an asset is drawn no more; of what it was the only one, the house ad is left', async () => {
    const { assets } = await stop('asset:go')
    expect(assets).toEqual([
      { campaign: 'spring', slot: 'headline', asset: 'go', isDefault: true, othersLeft: 1 },
    ])
    for (let i = 0; i < 20; i++) {
      const { explain } = (
        await world.ask({
          method: 'POST',
          url: '/v1/decisions?explain=true',
          payload: { placement: PLACEMENT },
          key: world.key('admin'),
        })
      ).json()
      expect(explain.choices.headline).toBe('hike')
      expect(explain.propensity.slots.headline).toBe(1)
    }
    await stop('asset:spring/photo/sky')
    expect(await decide()).toMatchObject({ refusal: 'paused' })
    await goOn('asset:go')
    await goOn('asset:spring/photo/sky')
  })

  it('a segment leaves its people to broad', async () => {
    const asked = () =>
      world
        .ask({
          method: 'POST',
          url: '/v1/decisions?explain=true',
          payload: {
            placement: PLACEMENT,
            person: person('CA-1'),
            consent: { personalise: true },
            attributes: { state: 'CA' },
          },
          key: world.key('admin'),
        })
        .then((response) => response.json().explain.leaf)
    expect(await asked()).toBe('california')
    await stop('segment:california')
    expect(await asked()).toBeNull()
    await goOn('segment:california')
  })

  it('refuses what is not there, with the nearest name, and whoever may not', async () => {
    const detail = async (target: string) => (await send('/v1/pauses', { target })).json()
    expect(await detail('sprung')).toMatchObject({ status: 404, detail: expect.stringContaining('"spring"') })
    expect(await detail('asset:hikke')).toMatchObject({
      status: 404,
      detail: expect.stringContaining('"hike"'),
    })
    expect(await detail('segment:nowhere')).toMatchObject({ status: 404 })
    for (const wrong of ['segment:broad', 'asset:', 'campaign:a/b', 'thing:x', 'asset:a/b/c/d', ' ']) {
      expect((await detail(wrong)).status, wrong).toBe(400)
    }
    expect((await send('/v1/pauses/resume', { target: 'spring' })).json()).toMatchObject({ status: 404 })
    expect((await send('/v1/pauses', { target: 'spring' }, world.key('analyst'))).statusCode).toBe(403)
    expect((await send('/v1/pauses/resume', { target: 'spring' }, world.key('creative'))).statusCode).toBe(
      403,
    )
  })

  it('keeps who and when of what is over, and is not paused twice', async () => {
    await stop('spring', 'first')
    expect((await stop('campaign:spring', 'second')).pause.reason).toBe('first')
    await goOn('spring')
    const { pauses } = (await world.ask({ url: '/v1/pauses', key: world.key('analyst') })).json()
    expect(pauses[0]).toMatchObject({ target: 'campaign:spring', reason: 'first', resumed: { atMs: NOW_MS } })
    expect(pauses.filter(({ resumed }: { resumed: unknown }) => resumed === null)).toEqual([])
  })

  it('takes in a pause that another process stored, within a second', { timeout: 20_000 }, async () => {
    await listen(world.server, { host: '127.0.0.1', port: 0 }, { singleUser: false })
    await pause(world.ports, 'spring', { by: 'another process', reason: null })
    await vi.waitFor(async () => expect(await decide()).toMatchObject({ refusal: 'paused' }), {
      timeout: 10_000,
      interval: 50,
    })
    await goOn('spring')
  })
})

describe('caps and pacing over a restart', () => {
  it('are where they were', async () => {
    const campaign = {
      frequencyCaps: { limits: [{ of: 'campaign' as const, most: 1, days: 1 }] },
      pacing: { speed: 'fast' as const, impressions: 3 },
    }
    const world = await openWorld({ keys: false, campaign })
    try {
      await activate(world)
      const decide = async (name: string, ask = world.ask) =>
        (
          await ask({
            method: 'POST',
            url: '/v1/decisions',
            payload: { placement: PLACEMENT, person: person(name), consent: { personalise: true } },
          })
        ).json() as DecisionAnswer | NoAdAnswer
      const { impression } = (await decide('CA-1')) as DecisionAnswer
      expect((await decide('CA-1')).decision).not.toBeNull()
      await world.ask({ url: impression.slice(PUBLIC_URL.length), headers: { 'user-agent': 'Mozilla/5.0' } })
      expect(await decide('CA-1')).toMatchObject({ refusal: 'capped' })

      const again = await world.restarted()
      try {
        const decideAgain = (name: string) => decide(name, again.ask)
        expect(await decideAgain('CA-1')).toMatchObject({ refusal: 'capped' })
        // One was seen and one is still held back, so there is one left.
        expect((await decideAgain('CA-2')).decision).not.toBeNull()
        expect(await decideAgain('CA-3')).toMatchObject({ refusal: 'spent' })
        const state = (await again.ask({ url: '/v1/delivery' })).json()
        expect(state.campaigns).toMatchObject([{ campaign: 'spring', pacing: { counted: 1, held: 2 } }])
      } finally {
        await again.close()
      }
    } finally {
      await world.close()
    }
  })
})
