import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOKEN_LIFETIME_MS } from '../../engine/decision/answer.ts'
import type { Bid } from '../../engine/openrtb/bid-response.ts'
import { gppString, tcString } from '../unit/consent/strings.ts'
import { activate, BID, NOW_MS, openWorld, PUBLIC_URL, type World } from './world.ts'

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile Safari/604.1'

describe('auctions', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: true, campaign: { bid: BID } })
    await activate(world, world.key('buyer'))
  })
  afterAll(() => world.close())

  const request = (change: object = {}, banner: object = {}) => ({
    id: 'auction-1',
    imp: [{ id: '1', bidfloor: 0.5, banner: { format: [{ w: 300, h: 250 }], ...banner } }],
    site: { domain: 'news.example' },
    device: { ua: IPHONE, geo: { country: 'USA', region: 'CA' }, language: 'en' },
    user: { id: 'reader-1' },
    ext: { fields: 'of the exchange' },
    ...change,
  })
  const post = (payload: object, query = '', key = world.key('exchange')) =>
    world.ask({ method: 'POST', url: `/openrtb2${query}`, payload, key })
  const bidOn = async (payload: object = request()): Promise<Bid> => {
    const response = await post(payload)
    expect(response.statusCode, response.body).toBe(200)
    return response.json().seatbid[0].bid[0]
  }
  /** Fetches an address of a bid as the exchange or the page would, macros replaced. */
  const fetched = async (address: string, price = '3.25') => {
    const url = address
      .slice(PUBLIC_URL.length)
      .replace('${AUCTION_PRICE}', price)
      .replace('${AUCTION_CURRENCY}', 'USD')
      .replace('${AUCTION_LOSS}', '102')
    return (await world.ask({ url, headers: { 'user-agent': IPHONE } })).statusCode
  }
  const inMarkup = (adm: string, path: string) => new RegExp(`"(${PUBLIC_URL}${path}[\\w-]+)"`).exec(adm)![1]!
  const report = async () =>
    (await world.ask({ url: '/v1/campaigns/spring/report', key: world.key('analyst') })).json()
  const metrics = async () => (await world.ask({ url: '/metrics', key: world.key('admin') })).body

  it('from a bid to spend: the bid is logged first, the impression counted, the price of the burl paid', async () => {
    const before = await report()
    const bid = await bidOn()
    expect(bid).toMatchObject({ price: 4, w: 300, h: 250, adomain: ['shop.example'] })
    const [record] = (await world.logged()).slice(-1)
    expect(record).toMatchObject({
      v: 2,
      id: bid.id,
      leaf: 'california',
      arm: expect.stringMatching(/^(narrow|broad-control)$/),
      auction: { bidMicros: 4_000_000, chargedOn: 'billing' },
    })
    expect(await fetched(bid.nurl, '3.5')).toBe(204)
    expect(await fetched(inMarkup(bid.adm, '/t/i/'))).toBe(200)
    expect(await fetched(bid.burl)).toBe(204)
    // Again, dearer, and by whoever has the address: once, and at the price that came first.
    world.setNowMs(NOW_MS + 1)
    expect([await fetched(bid.burl, '4'), await fetched(bid.burl, '0.01')]).toEqual([204, 204])
    const after = await report()
    expect(after.totals.impressions - before.totals.impressions).toBe(1)
    expect(after.totals.spendMicros - before.totals.spendMicros).toBe(3_250)
    expect(after.pace.spentMicros).toBe(after.totals.spendMicros)
    expect(after.rows.every((row: { spendMicros: unknown }) => row.spendMicros === null)).toBe(true)
    world.setNowMs(NOW_MS)
  })

  it('nobody makes up spend: no forged token, none of a page, no price over the bid, no macro left as it was', async () => {
    const before = await report()
    const bid = await bidOn()
    const page = inMarkup(bid.adm, '/t/i/').split('/').at(-1)!
    for (const type of ['w', 'b', 'l']) {
      for (const token of ['forged', page]) {
        const response = await world.ask({ url: `/t/${type}/${token}?price=1` })
        expect([response.statusCode, response.json().code]).toEqual([404, 'TOKEN_INVALID'])
      }
    }
    for (const price of ['4.000001', '999', 'AUDIT', '${AUCTION_PRICE}', '', '1e9']) {
      expect(await fetched(bid.burl, price), price).toBe(204)
    }
    const after = await report()
    expect(after.totals.spendMicros).toBe(before.totals.spendMicros)
    expect(after.eventsApart).toContainEqual({ type: 'billing', reason: 'price', events: 1 })
    // What is wrong takes no place: the true price still counts.
    expect(await fetched(bid.burl, '4')).toBe(204)
    expect((await report()).totals.spendMicros - before.totals.spendMicros).toBe(4_000)
    // The token of a notice is none of a page.
    const notice = bid.burl.split('/').at(-1)!.split('?')[0]!
    expect((await world.ask({ url: `/t/c/${notice}` })).statusCode).toBe(404)
  })

  it('tests are in the log, and neither they nor their events are in any number', async () => {
    const before = await report()
    const bid = await bidOn(request({ test: 1 }))
    expect((await world.logged()).at(-1)).toMatchObject({ id: bid.id, test: true })
    await fetched(inMarkup(bid.adm, '/t/i/'))
    await fetched(bid.burl)
    expect((await report()).totals).toEqual(before.totals)
  })

  it('losses and late notices are kept', async () => {
    const bid = await bidOn()
    expect(await fetched(bid.lurl)).toBe(204)
    expect((await world.logged()).at(-1)).toMatchObject({ type: 'loss', decision: bid.id, lossCode: 102 })
    const before = await report()
    world.setNowMs(NOW_MS + TOKEN_LIFETIME_MS)
    expect(await fetched(bid.burl)).toBe(204)
    world.setNowMs(NOW_MS)
    const after = await report()
    expect([after.totals.spendMicros, after.lateEvents]).toEqual([
      before.totals.spendMicros,
      before.lateEvents + 1,
    ])
  })

  it('no bid is 204 without a body, and the metrics say why', async () => {
    const reasonsBefore = await metrics()
    const none: [string, object][] = [
      ['size', request({}, { format: [{ w: 301, h: 250 }] })],
      ['floor', request({ imp: [{ id: '1', bidfloor: 4.01, banner: { w: 300, h: 250 } }] })],
      ['category', request({ bcat: ['IAB20'] })],
      ['advertiser', request({ badv: ['shop.example'] })],
      ['format', request({ imp: [{ id: '1', video: { mimes: ['video/mp4'] } }] })],
      ['time', request({ tmax: 15 })],
    ]
    for (const [reason, payload] of none) {
      const response = await post(payload)
      expect([response.statusCode, response.body], reason).toEqual([204, ''])
      expect(await metrics()).toContain(`polyad_no_bids_total{reason="${reason}"} 1`)
      expect(reasonsBefore).not.toContain(`reason="${reason}"`)
    }
    // An imp without a bid does not keep the others from one.
    const [imp] = request().imp
    const mixed = await post(
      request({
        imp: [
          { ...imp!, id: 'a', bidfloor: 9 },
          { ...imp!, id: 'b' },
        ],
      }),
    )
    expect(mixed.json().seatbid[0].bid.map(({ impid }: Bid) => impid)).toEqual(['b'])
  })

  it('a log too slow for tmax is no bid in time', async () => {
    const { append } = world.ports.eventLog
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    Object.assign(world.ports.eventLog, {
      append: async (records: Parameters<typeof append>[0]) => {
        await held
        return append(records)
      },
    })
    const response = await post(request({ tmax: 60 }))
    release()
    Object.assign(world.ports.eventLog, { append })
    expect(response.statusCode).toBe(204)
  })

  it('bears with fields it does not know, and with nulls, and refuses what is no bid request', async () => {
    expect(
      (await post(request({ source: { schain: {} }, at: 500, user: null, regs: null }))).statusCode,
    ).toBe(200)
    for (const payload of [
      {},
      { id: '1', imp: [] },
      request({ imp: [{ banner: {} }] }),
      request({ tmax: '80' }),
    ]) {
      const response = await post(payload)
      expect([response.statusCode, response.json().code], JSON.stringify(payload)).toEqual([
        400,
        'INPUT_INVALID',
      ])
    }
    const native = await post(request({ imp: [{ id: '7', native: { request: '{' } }] }))
    expect(native.json().detail).toContain('native request: imp "7": it is no JSON')
    expect((await post(request(), '?adServer=xandra')).json().detail).toContain('did you mean xandr?')
  })

  it('reads consent strings before anything personal, and counts why not', async () => {
    const leafOf = async (more: object) => {
      await bidOn(request(more))
      return (await world.logged()).at(-1) as { leaf: string | null }
    }
    const withConsent = (consent: string) => ({ regs: { gdpr: 1 }, user: { id: 'reader-1', consent } })
    expect((await leafOf(withConsent(tcString()))).leaf).toBe('california')
    expect((await leafOf(withConsent(tcString({ purposes: [1, 2] })))).leaf).toBeNull()
    expect(
      (await leafOf({ regs: { gpp: gppString({ usnat: { SaleOptOut: 2 } }), gpp_sid: [7] } })).leaf,
    ).toBe('california')
    expect(
      (await leafOf({ regs: { gpp: gppString({ usca: { SaleOptOut: 1 } }), gpp_sid: [8] } })).leaf,
    ).toBeNull()
    const counted = await metrics()
    for (const reason of ['tcf-purposes', 'gpp-opt-out']) {
      expect(counted).toContain(`polyad_no_personal_use_total{reason="${reason}"} 1`)
    }
  })

  it('takes role keys of exchanges alone, and those nothing else', async () => {
    for (const role of ['creative', 'analyst', 'buyer'] as const) {
      expect((await post(request(), '', world.key(role))).statusCode).toBe(403)
    }
    expect((await post(request(), '', world.key('admin'))).statusCode).toBe(200)
    expect((await world.ask({ method: 'POST', url: '/openrtb2', payload: request() })).statusCode).toBe(401)
    const exchange = world.key('exchange')
    const decision = { method: 'POST', url: '/v1/decisions', payload: { placement: 'iab-300x250' } } as const
    for (const ask of [{ url: '/v1/campaigns' }, { url: '/v1/campaigns/spring/report' }, decision]) {
      expect((await world.ask({ ...ask, key: exchange })).statusCode, ask.url).toBe(403)
    }
  })

  it('puts the click macro of an ad server before our link', async () => {
    const response = await post(request(), '?adServer=dv360')
    expect(response.json().seatbid[0].bid[0].adm).toContain('<a href="${CLICK_URL}http%3A%2F%2F127.0.0.1')
  })

  it('offers native ads, with the pictures of their slots in the size asked for', async () => {
    const native = {
      request: JSON.stringify({
        ver: '1.2',
        assets: [
          { id: 1, required: 1, title: { len: 25 } },
          { id: 2, required: 1, img: { type: 3, w: 200, h: 100 } },
          { id: 3, required: 1, data: { type: 1, len: 25 } },
        ],
      }),
    }
    const bid = await bidOn(request({ imp: [{ id: '1', native }] }))
    const adm = JSON.parse(bid.adm)
    expect(adm.assets[2].data.value).toBe('The Shop')
    const url = adm.assets[1].img.url.slice(PUBLIC_URL.length)
    const picture = await world.ask({ url })
    expect(picture.headers['content-type']).toBe('image/jpeg')
    expect(picture.headers['cross-origin-resource-policy']).toBe('cross-origin')
    const { default: sharp } = await import('sharp')
    expect(await sharp(picture.rawPayload).metadata()).toMatchObject({
      width: 200,
      height: 100,
      format: 'jpeg',
    })
    const status = async (of: string) => (await world.ask({ url: of })).statusCode
    expect(await status(url.replace('photo.jpg', 'headline.jpg'))).toBe(404)
    expect(await status(url.replace('photo.jpg', 'photo.png'))).toBe(404)
    expect(await status(url.replace('w=200', 'w=2001'))).toBe(400)
  })
})
