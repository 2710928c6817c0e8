import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AD_SERVERS } from '../../../data/ad-servers.ts'
import type { BidSettings } from '../../../engine/campaign/bid-settings.ts'
import type { BidRequest } from '../../../engine/openrtb/bid-request.ts'
import { NO_BID_REASONS } from '../../../engine/openrtb/no-bid.ts'
import { verifyToken } from '../../../engine/tracking/token.ts'
import { DIRECT_DEAL, EXPANDABLE, MOBILE, SIMPLE_BANNER, VIDEO } from './examples.ts'
import { BID, bidderOf, bidOn, bidsOf, NOW_MS, PUBLIC_URL, planWith, reasonsOf, TOKEN_KEY } from './world.ts'

const usd = (units: number) => ({ amountMicros: Math.round(units * 1_000_000), currency: 'USD' })
const californian = { device: { geo: { region: 'CA' } } }
const outcome = (settings: Partial<BidSettings>, request: object) => {
  const bidding = bidOn(bidderOf([planWith({ ...BID, ...settings })]), request)
  const [bid] = bidsOf(bidding)
  return bid ? bid.price : reasonsOf(bidding).join()
}
const imp = (change: object) => ({ ...SIMPLE_BANNER, imp: [{ ...SIMPLE_BANNER.imp[0]!, ...change }] })

describe('the shapes of the standard’s examples', () => {
  it('a simple banner: a bid at the price rule, with everything an exchange asks for', () => {
    const bidding = bidOn(bidderOf([planWith()]), SIMPLE_BANNER)
    const [bid] = bidsOf(bidding)
    expect(bidding.response).toMatchObject({ id: SIMPLE_BANNER.id, cur: 'USD', bidid: bid!.id })
    expect(bid).toMatchObject({
      impid: '1',
      price: 2,
      w: 728,
      h: 90,
      mtype: 1,
      adomain: ['shop.example'],
      cat: ['IAB20-3'],
      cattax: 1,
      attr: [],
      cid: 'spring',
      langb: 'en-US',
      crid: expect.stringMatching(/^p[0-9a-f]{20}$/),
      iurl: `${PUBLIC_URL}/v1/ad-units/${bid!.adid}.jpg`,
    })
    expect(bid!.nurl).toMatch(
      /^https:\/\/ads\.example\/t\/w\/[\w-]+\?price=\$\{AUCTION_PRICE\}&cur=\$\{AUCTION_CURRENCY\}$/,
    )
    expect(bid!.burl).toContain('/t/b/')
    expect(bid!.lurl).toMatch(/\/t\/l\/[\w-]+\?code=\$\{AUCTION_LOSS\}$/)
    expect(bidding.records).toMatchObject([
      {
        v: 2,
        id: bid!.id,
        adUnit: bid!.adid,
        placement: 'wide',
        auction: { bidMicros: 2_000_000, chargedOn: 'billing' },
      },
    ])
  })

  it('an expandable banner with data of the person', () => {
    expect(outcome({}, EXPANDABLE)).toBe(2)
    expect(outcome({ creativeAttributes: [13] }, EXPANDABLE)).toBe('attribute')
  })

  it('a banner in an app: blocked categories, advertisers, attributes and ad types', () => {
    expect(outcome({}, MOBILE)).toBe(2)
    expect(outcome({ categories: ['IAB25-3'] }, MOBILE)).toBe('category')
    expect(outcome({ categories: ['IAB20', 'IAB7-39'] }, MOBILE)).toBe('category')
    // IAB7 holds IAB7-39, not the other way round; IAB2 is no part of IAB25.
    expect(outcome({ categories: ['IAB7'] }, MOBILE)).toBe(2)
    expect(outcome({ categories: ['IAB2'] }, MOBILE)).toBe(2)
    expect(outcome({ advertiserDomains: ['deals.rival.example'] }, MOBILE)).toBe('advertiser')
    expect(outcome({ advertiserDomains: ['notrival.example'] }, MOBILE)).toBe(2)
    expect(outcome({ creativeAttributes: [14] }, MOBILE)).toBe('attribute')
  })

  it('a video: no bid', () => {
    expect(outcome({}, VIDEO)).toBe('format')
  })

  it('a private auction: only the deals that are ours, at their floor', () => {
    const ours = { seat: 'Agency2', deals: ['AB-Agency1-0001', 'XY-Agency2-0001'] }
    expect(outcome({}, DIRECT_DEAL)).toBe('deal')
    expect(outcome({ deals: ours.deals }, DIRECT_DEAL)).toBe('deal')
    const bidding = bidOn(bidderOf([planWith({ ...BID, ...ours })]), DIRECT_DEAL)
    expect(bidsOf(bidding)).toMatchObject([{ dealid: 'XY-Agency2-0001', price: 2 }])
    expect(bidding.response!.seatbid[0]!.seat).toBe('Agency2')
    expect(outcome({ ...ours, prices: [{ costPerThousand: usd(1.99) }] }, DIRECT_DEAL)).toBe('floor')
  })
})

describe('a bid', () => {
  it('is never under the floor, to the last micro', () => {
    const at = (price: number, floor: number) =>
      outcome({ prices: [{ costPerThousand: usd(price) }] }, imp({ bidfloor: floor }))
    expect(at(0.29, 0.29)).toBe(0.29)
    expect(at(0.29, 0.2900001)).toBe('floor')
    expect(at(2.3, 2.3)).toBe(2.3)
    expect(at(2.3, 2.300000000001)).toBe('floor')
    expect(at(0, 0)).toBe('floor')
  })

  it('is in the currency of its campaign, where that is taken', () => {
    expect(outcome({}, { ...imp({ bidfloorcur: 'EUR' }), cur: ['USD'] })).toBe('currency')
    expect(outcome({}, { ...imp({ bidfloor: 0, bidfloorcur: 'EUR' }), cur: ['USD'] })).toBe(2)
    expect(outcome({}, { ...SIMPLE_BANNER, cur: ['EUR'] })).toBe('currency')
    expect(outcome({}, { ...SIMPLE_BANNER, cur: null })).toBe(2)
    const euro = { total: { ...usd(1000), currency: 'EUR' }, costPerThousand: { ...usd(2), currency: 'EUR' } }
    const inEuro = (request: object) =>
      bidOn(bidderOf([planWith(BID, { budget: euro })]), request).response?.cur
    expect([inEuro({ ...SIMPLE_BANNER, cur: null }), inEuro(imp({ bidfloorcur: 'EUR' }))]).toEqual([
      undefined,
      undefined,
    ])
    expect(inEuro({ ...imp({ bidfloorcur: 'EUR' }), cur: ['USD', 'EUR'] })).toBe('EUR')
  })

  it('is from a seat that may bid', () => {
    const listed = (lists: object) => ({ ...SIMPLE_BANNER, ...lists })
    expect(outcome({}, listed({ wseat: ['a'] }))).toBe('seat')
    expect(outcome({ seat: 'a' }, listed({ wseat: ['b', 'a'] }))).toBe(2)
    expect(outcome({ seat: 'a' }, listed({ bseat: ['a'] }))).toBe('seat')
    expect(outcome({}, listed({ bseat: ['a'], wseat: [] }))).toBe(2)
  })

  it('keeps to allowed categories, and to none it cannot tell', () => {
    expect(outcome({}, { ...SIMPLE_BANNER, acat: ['IAB20'] })).toBe(2)
    expect(outcome({}, { ...SIMPLE_BANNER, acat: ['IAB21'] })).toBe('category')
    expect(outcome({}, { ...SIMPLE_BANNER, bcat: ['653'], cattax: 7 })).toBe('category')
    expect(
      outcome({ categories: ['653'], categoryTaxonomy: 7 }, { ...SIMPLE_BANNER, bcat: ['654'], cattax: 7 }),
    ).toBe(2)
    expect(outcome({}, { ...SIMPLE_BANNER, bcat: [], cattax: 7 })).toBe(2)
  })

  it('is by https where that is asked for', () => {
    const plain = { ...planWith(), publicUrl: 'http://ads.example' }
    expect(reasonsOf(bidOn(bidderOf([plain]), imp({ secure: 1 })))).toEqual(['secure'])
    expect(bidsOf(bidOn(bidderOf([plain]), imp({ secure: 0 })))).toHaveLength(1)
  })

  it('speaks the language of the device, as far as it is allowed', () => {
    const spoken = (request: object) => {
      const bidding = bidOn(bidderOf([planWith()]), { ...SIMPLE_BANNER, ...request })
      return bidsOf(bidding)[0]?.langb ?? reasonsOf(bidding)[0]
    }
    expect(spoken({ device: { language: 'es' } })).toBe('es-MX')
    expect(spoken({ device: { language: 'es' }, wlang: ['en'] })).toBe('en-US')
    expect(spoken({ wlangb: ['es-ES'] })).toBe('es-MX')
    expect(spoken({ wlang: ['de'] })).toBe('language')
    expect(spoken({ site: { content: { language: 'es' } } })).toBe('es-MX')
  })

  it('is priced by the leaf matched and the placement, first rule first', () => {
    const prices = [
      { segment: 'states/CA', placement: 'tall', costPerThousand: usd(9) },
      { segment: 'states', costPerThousand: usd(5) },
      { segment: 'broad', costPerThousand: usd(1.5) },
    ]
    const tall = { banner: { format: [{ w: 160, h: 600 }] } }
    expect(outcome({ prices }, SIMPLE_BANNER)).toBe(1.5)
    expect(outcome({ prices }, { ...SIMPLE_BANNER, ...californian })).toBe(5)
    expect(outcome({ prices }, { ...imp(tall), ...californian })).toBe(9)
    expect(outcome({ prices: prices.slice(0, 2) }, imp(tall))).toBe(2)
  })

  it('costs the same in both arms, so that both meet the same auctions', () => {
    const prices = [{ segment: 'states', costPerThousand: usd(5) }]
    const bidder = bidderOf([planWith({ ...BID, prices }, { broadControlShare: 0.4, holdoutShare: 0.2 })])
    const seen = new Map<string, Set<number>>()
    let holdouts = 0
    for (let i = 0; i < 300; i++) {
      const request = { ...SIMPLE_BANNER, ...californian, user: { id: `person ${i}` } }
      const bidding = bidOn(bidder, request)
      const [record] = bidding.records
      const again = bidOn(bidder, { ...request, imp: [{ ...SIMPLE_BANNER.imp[0], bidfloor: 4.99 }] })
      expect(again.records[0]!.arm).toBe(record!.arm)
      seen.set(record!.arm, (seen.get(record!.arm) ?? new Set()).add(record!.auction!.bidMicros))
      if (record!.arm !== 'holdout') continue
      holdouts++
      expect([bidding.response, ...reasonsOf(bidding)]).toEqual([undefined, 'holdout'])
    }
    expect([...seen.keys()].sort()).toEqual(['broad-control', 'holdout', 'narrow'])
    for (const prices of seen.values()) expect([...prices]).toEqual([5_000_000])
    expect(holdouts).toBeGreaterThan(30)
    // Under the floor nobody is drawn, whatever arm they are in.
    expect(bidOn(bidder, { ...imp({ bidfloor: 6 }), ...californian }).records).toEqual([])
  })

  it('of a targeted campaign is made for people of its segments only', () => {
    const plan = planWith(BID, { mode: 'targeted' })
    expect(reasonsOf(bidOn(bidderOf([plan]), SIMPLE_BANNER))).toEqual(['audience'])
    expect(bidsOf(bidOn(bidderOf([plan]), { ...SIMPLE_BANNER, ...californian }))).toHaveLength(1)
  })

  it('leads over a link of ours, behind the macro of an ad server where one is named', () => {
    const bidder = bidderOf([planWith()])
    const link = (adServer?: string) => {
      const bidding = bidder.bid(
        SIMPLE_BANNER as BidRequest,
        adServer === undefined ? undefined : AD_SERVERS[adServer],
      )
      return /<a href="([^"]+)"/.exec(bidsOf(bidding)[0]!.adm)![1]!
    }
    const token = /^https:\/\/ads\.example\/t\/c\/([\w-]+)$/.exec(link())![1]!
    expect(verifyToken(TOKEN_KEY, token, NOW_MS)).toMatchObject({
      status: 'valid',
      payload: { landingUrl: expect.stringContaining('https://shop.example/sale?utm_source=polyad') },
    })
    expect(link('xandr')).toMatch(/^\$\{CLICK_URL\}https%3A%2F%2Fads\.example%2Ft%2Fc%2F[\w-]+$/)
  })

  it('is written as the publisher takes it: picture, frame, with a script or without', () => {
    const markup = (banner: object) => {
      const bidding = bidOn(
        bidderOf([planWith()]),
        imp({ banner: { ...SIMPLE_BANNER.imp[0]!.banner, ...banner } }),
      )
      return bidsOf(bidding)[0]?.adm ?? reasonsOf(bidding)[0]!
    }
    expect(markup({})).toMatch(/<a [^>]*><img [^>]*width="728" height="90"[^>]*><\/a><img [^>]*\/t\/i\//)
    expect(markup({})).toMatch(
      /<script async src="https:\/\/ads\.example\/v1\/tag\.js" data-viewable=".*\/t\/v\/[\w-]+" data-share="0\.5">/,
    )
    expect(markup({ btype: [3] })).not.toContain('<script')
    expect(markup({ btype: [2] })).toContain('<iframe')
    expect(markup({ mimes: ['text/html'] })).toContain('<iframe')
    expect(markup({ btype: [2, 4] })).toBe('ad-type')
    expect(markup({ mimes: ['image/gif'] })).toBe('ad-type')
  })

  it('of a test marks its decision as one', () => {
    const [record] = bidOn(bidderOf([planWith()]), { ...SIMPLE_BANNER, test: 1 }).records
    expect(record).toMatchObject({ test: true })
    expect(bidOn(bidderOf([planWith()]), SIMPLE_BANNER).records[0]).not.toHaveProperty('test')
  })

  it('is not made where nothing is offered at auctions, or the flight is over', () => {
    const plan = planWith()
    const { bid: _, ...direct } = plan.campaign
    expect(reasonsOf(bidOn(bidderOf([{ ...plan, campaign: direct }]), SIMPLE_BANNER))).toEqual(['campaign'])
    const over = planWith(BID, { flight: { from: '2026-01-01', to: '2026-03-01' } })
    expect(reasonsOf(bidOn(bidderOf([over]), SIMPLE_BANNER))).toEqual(['campaign'])
    expect(reasonsOf(bidOn(bidderOf([planWith()]), { ...SIMPLE_BANNER, dooh: { id: 'screen' } }))).toEqual([
      'format',
    ])
  })

  it('is asked of the campaigns of the highest priority first', () => {
    const plans = ['low', 'high', 'higher'].map((name, priority) => planWith(BID, { name, priority }))
    const bidder = bidderOf(plans)
    const asked = Array.from({ length: 20 }, () => bidsOf(bidOn(bidder, SIMPLE_BANNER)).map(({ cid }) => cid))
    expect(new Set(asked.flat())).toEqual(new Set(['higher']))
  })

  it('is one an imp, of all campaigns in turn, and one currency a response', () => {
    const named = (name: string, currency: string) => {
      const plan = planWith(BID, {
        name,
        budget: {
          total: { amountMicros: 9_000_000, currency },
          costPerThousand: { amountMicros: 2_000_000, currency },
        },
      })
      return plan
    }
    const bidder = bidderOf([named('one', 'USD'), named('two', 'USD'), named('three', 'EUR')])
    const imps = Array.from({ length: 8 }, (_, at) => ({ ...SIMPLE_BANNER.imp[0], bidfloor: 0, id: `${at}` }))
    const campaigns = new Set<string>()
    for (let i = 0; i < 20; i++) {
      const { response } = bidOn(bidder, { ...SIMPLE_BANNER, cur: ['USD', 'EUR'], imp: imps })
      const bids = response!.seatbid.flatMap(({ bid }) => bid)
      expect(bids.map(({ impid }) => impid)).toEqual(imps.map(({ id }) => id))
      expect(new Set(bids.map(({ id }) => id)).size).toBe(8)
      for (const { cid } of bids) campaigns.add(cid)
      if (response!.cur === 'EUR') expect(new Set(bids.map(({ cid }) => cid))).toEqual(new Set(['three']))
      else expect(bids.map(({ cid }) => cid)).not.toContain('three')
    }
    expect([...campaigns].sort()).toEqual(['one', 'three', 'two'])
  })
})

describe('any request', () => {
  const SIZES = [
    [728, 90],
    [160, 600],
    [300, 250],
  ] as const
  const size = fc.constantFrom(...SIZES).map(([w, h]) => ({ w, h }))
  /** Mostly absent, or hardly any request would be bid on. */
  const some = <T>(...values: T[]) =>
    fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.subarray(values) })
  const anyImp = fc.record(
    {
      id: fc.constant('x'),
      banner: fc.record(
        {
          format: fc.option(fc.array(fc.oneof(size, fc.constant({ wratio: 6, hratio: 5 }))), { nil: null }),
          w: fc.constantFrom(728, 160, 300, null),
          h: fc.constantFrom(90, 600, 250, null),
          btype: some(1, 2, 3, 4),
          battr: some(1, 9, 13, 14),
          mimes: some('image/jpeg', 'text/html', 'image/gif'),
        },
        { requiredKeys: [] },
      ),
      bidfloor: fc.oneof(
        fc.constantFrom(0, 1.999999, 2, 2.000001),
        fc.double({ min: 0, max: 6, noNaN: true }),
      ),
      bidfloorcur: fc.constantFrom('USD', 'USD', null, 'EUR'),
      secure: fc.constantFrom(0, 1, null, null),
    },
    { requiredKeys: ['id', 'banner'] },
  )
  const anyRequest = fc.record(
    {
      id: fc.string({ minLength: 1 }),
      imp: fc
        .array(anyImp, { minLength: 1, maxLength: 4 })
        .map((imps) => imps.map((each, at) => ({ ...each, id: `${at}` }))),
      cur: some('USD', 'EUR'),
      bcat: some('IAB20', 'IAB20-3', 'IAB1', '653'),
      acat: some('IAB20', 'IAB3'),
      cattax: fc.constantFrom(1, 7, null),
      badv: some('shop.example', 'SHOP.example', 'www.shop.example', 'example', 'other.example'),
      wseat: some('ours', 'others'),
      bseat: some('ours', 'others'),
      wlang: some('en', 'de'),
      device: fc.record({
        geo: fc.record({ region: fc.constantFrom('CA', 'OR') }),
        lmt: fc.constantFrom(0, 1),
      }),
      user: fc.record({ id: fc.string() }),
      regs: fc.record({ coppa: fc.constantFrom(0, 1, null), gdpr: fc.constantFrom(0, 1, null) }),
    },
    { requiredKeys: ['id', 'imp'] },
  )
  const anySettings = fc.record(
    {
      seat: fc.constant('ours'),
      advertiserDomains: fc.constantFrom<string[]>(['shop.example'], ['news.example', 'a.shop.example']),
      categories: fc.constantFrom<string[]>(['IAB20-3'], ['IAB3', 'IAB1-1']),
      creativeAttributes: fc.subarray([1, 9, 13]),
      prices: fc.array(
        fc.record(
          {
            segment: fc.constantFrom('states', 'broad', 'states/CA'),
            placement: fc.constantFrom('wide', 'tall'),
            costPerThousand: fc.integer({ min: 0, max: 10_000_000 }).map((micros) => usd(micros / 1e6)),
          },
          { requiredKeys: ['costPerThousand'] },
        ),
        { maxLength: 3 },
      ),
    },
    { requiredKeys: ['advertiserDomains', 'categories'] },
  )

  it('gets bids over no floor, block or size, as valid JSON; personal only where that is allowed', () => {
    let bought = 0
    fc.assert(
      fc.property(anyRequest, anySettings, fc.boolean(), (request, settings, https) => {
        const plan = {
          ...planWith({ ...BID, ...settings }),
          publicUrl: https ? PUBLIC_URL : 'http://ads.example',
        }
        const bidding = bidOn(bidderOf([plan]), request)
        const bids = bidsOf(bidding)
        expect(bids.length + bidding.noBids.length).toBe(request.imp.length)
        for (const { reason } of bidding.noBids) expect(NO_BID_REASONS).toContain(reason)
        const prices = [2, ...(settings.prices ?? []).map((each) => each.costPerThousand.amountMicros / 1e6)]
        for (const bid of bids) {
          bought++
          const of = request.imp.find(({ id }) => id === bid.impid)!
          const { format } = of.banner as { format?: object[] | null }
          const asked = format && format.length > 0 ? format : [of.banner]
          expect(asked).toContainEqual(expect.objectContaining({ w: bid.w, h: bid.h }))
          expect(bid.price).toBeGreaterThan(0)
          expect(bid.price).toBeGreaterThanOrEqual(of.bidfloor ?? 0)
          expect(prices).toContain(bid.price)
          if (of.bidfloor) expect(of.bidfloorcur ?? 'USD').toBe(bidding.response!.cur)
          if (request.cur?.length) expect(request.cur).toContain(bidding.response!.cur)
          for (const attribute of of.banner.battr ?? []) expect(bid.attr).not.toContain(attribute)
          for (const blocked of request.bcat ?? []) {
            for (const cat of bid.cat) expect(`${cat}-`.startsWith(`${blocked}-`)).toBe(false)
          }
          if (request.acat?.length) {
            for (const cat of bid.cat) {
              expect(request.acat.some((each) => `${cat}-`.startsWith(`${each}-`))).toBe(true)
            }
          }
          for (const blocked of request.badv ?? []) {
            const bare = blocked.toLowerCase().replace(/^www\./, '')
            for (const domain of bid.adomain) expect(`.${domain}`.endsWith(`.${bare}`)).toBe(false)
          }
          if (request.wseat?.length) expect(request.wseat).toContain(settings.seat)
          if (settings.seat !== undefined) expect(request.bseat ?? []).not.toContain(settings.seat)
          if (of.secure === 1) expect(bid.adm).not.toContain('http://')
          if (of.banner.btype?.includes(3)) expect(bid.adm).not.toContain('<script')
          if (of.banner.btype?.includes(4)) expect(bid.adm).not.toContain('<iframe')
        }
        const { regs, device } = request
        if (regs?.coppa === 1 || regs?.gdpr === 1 || device?.lmt === 1) {
          for (const record of bidding.records)
            expect(record).toMatchObject({ person: null, leaf: null, arm: 'broad' })
        }
        // What is offered is in the log, under the id of its bid.
        const logged = bidding.records.map(({ id }) => id)
        for (const { id } of bids) expect(logged).toContain(id)
      }),
      { numRuns: 300 },
    )
    expect(bought).toBeGreaterThan(50)
  })
})
