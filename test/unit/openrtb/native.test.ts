import { describe, expect, it } from 'vitest'
import type { BidSettings } from '../../../engine/campaign/bid-settings.ts'
import { NATIVE, NATIVE_MARKUP_REQUEST, SIMPLE_BANNER } from './examples.ts'
import { BID, bidderOf, bidOn, bidsOf, PUBLIC_URL, planWith, reasonsOf } from './world.ts'

const SETTINGS: BidSettings = {
  ...BID,
  native: {
    placement: 'native',
    title: 'headline',
    image: 'photo',
    icon: 'logo',
    description: 'line',
    callToAction: 'callToAction',
    sponsoredBy: 'Open Road',
  },
}

const asked = (request: object, own: Partial<NonNullable<BidSettings['native']>> = {}) => {
  const native = { ...SETTINGS.native!, ...own }
  const bidding = bidOn(bidderOf([planWith({ ...SETTINGS, native })]), {
    ...NATIVE,
    imp: [{ id: '1', native: { request: JSON.stringify(request) } }],
  })
  const [bid] = bidsOf(bidding)
  return { bidding, bid, adm: bid && JSON.parse(bid.adm), reason: reasonsOf(bidding)[0] }
}
const assets = (...list: object[]) => ({ ...NATIVE_MARKUP_REQUEST, assets: list })

describe('a native bid', () => {
  it('fills the assets of the standard’s example, with trackers of the events it offers', () => {
    const bidding = bidOn(bidderOf([planWith(SETTINGS)]), NATIVE)
    const [bid] = bidsOf(bidding)
    expect(bid).toMatchObject({ mtype: 4, price: 2, langb: 'en-US', cid: 'spring' })
    expect(bid).not.toHaveProperty('w')
    const picture = (slot: string, w: number, h: number) => ({
      url: `${PUBLIC_URL}/v1/ad-units/${bid!.adid}/pictures/${slot}.jpg?w=${w}&h=${h}`,
      w,
      h,
    })
    const adm = JSON.parse(bid!.adm)
    expect(adm).toEqual({
      ver: '1.2',
      assets: [
        { id: 123, required: 1, title: { text: expect.stringMatching(/^Text h\d$/) } },
        { id: 128, required: 0, img: picture('photo', 836, 627) },
        { id: 124, required: 1, img: picture('logo', 50, 50) },
        { id: 126, required: 1, data: { value: 'Open Road' } },
        { id: 127, required: 1, data: { value: 'Text l1' } },
      ],
      link: { url: expect.stringMatching(/^https:\/\/ads\.example\/t\/c\/[\w-]+$/) },
      eventtrackers: [
        { event: 1, method: 1, url: expect.stringMatching(/\/t\/i\/[\w-]+$/) },
        { event: 2, method: 1, url: expect.stringMatching(/\/t\/v\/[\w-]+$/) },
      ],
    })
    expect(bidding.records).toMatchObject([{ placement: 'native' }])
  })

  it('takes the request as text or object, and the root that version 1.0 had', () => {
    const bidder = bidderOf([planWith(SETTINGS)])
    const on = (request: unknown) =>
      bidsOf(bidOn(bidder, { ...NATIVE, imp: [{ id: '1', native: { request } }] }))[0]!
    expect(JSON.parse(on(NATIVE_MARKUP_REQUEST).adm).assets).toHaveLength(5)
    const old = { native: { ver: '1.0', assets: NATIVE_MARKUP_REQUEST.assets } }
    expect(JSON.parse(on(JSON.stringify(old)).adm)).toMatchObject({
      native: { ver: '1.0', imptrackers: [expect.stringContaining('/t/i/')] },
    })
    for (const wrong of ['{', '[]', { assets: [] }, 7]) {
      expect(() => on(wrong), JSON.stringify(wrong)).toThrow(/native request: imp "1"/)
    }
  })

  it('cuts no text: an asset that is too long is left out, and no bid is made where it must be there', () => {
    const short = (required: number) =>
      assets(...NATIVE_MARKUP_REQUEST.assets, { id: 1, required, data: { type: 12, len: 3 } })
    expect(asked(short(0)).adm.assets.map(({ id }: { id: number }) => id)).not.toContain(1)
    const { bidding, reason } = asked(short(1))
    expect(reason).toBe('native')
    // The ad unit was drawn: the person stays in their arm, as if the auction were lost.
    expect(bidding.records).toHaveLength(1)
    expect(asked(assets({ id: 1, required: 1, data: { type: 1, len: 4 } })).reason).toBe('native')
  })

  it('is not made for assets we have not, before anything is drawn', () => {
    const without: object[] = [
      { id: 1, required: 1, video: { mimes: ['video/mp4'] } },
      { id: 1, required: 1, data: { type: 3 } },
      { id: 1, required: 1, img: { type: 3, w: 5_000, h: 400 } },
      { id: 1, required: 1, img: { type: 500, w: 50, h: 50 } },
      { id: 1, required: 1, img: { type: 3, w: 50, h: 50, mimes: ['image/gif'] } },
    ]
    for (const asset of without) {
      const { bidding, reason } = asked(assets(asset))
      expect([reason, bidding.records.length], JSON.stringify(asset)).toEqual(['native', 0])
      expect(
        asked(assets({ ...asset, required: 0 }, { id: 2, required: 1, title: { len: 25 } })).adm.assets,
      ).toHaveLength(1)
    }
  })

  it.each([
    [{ type: 3 }, 1198, 627],
    [{ type: 3, hmin: 200 }, 382, 200],
    [{ type: 3, wmin: 382 }, 382, 200],
    [{ type: 1, wmin: 80 }, 80, 80],
    [{ w: 300, h: 250, wmin: 1, hmin: 1 }, 300, 250],
  ])('has pictures of the size asked for: %j', (img, w, h) => {
    expect(asked(assets({ id: 1, required: 1, img })).adm.assets[0].img).toMatchObject({ w, h })
  })

  it('keeps to blocked attributes, and to campaigns that have native settings', () => {
    const blocked = bidOn(bidderOf([planWith({ ...SETTINGS, creativeAttributes: [13] })]), NATIVE)
    expect(reasonsOf(blocked)).toEqual(['attribute'])
    expect(reasonsOf(bidOn(bidderOf([planWith()]), NATIVE))).toEqual(['format'])
  })

  it('stands beside a banner: the imp that offers both gets one', () => {
    const both = { ...NATIVE, imp: [{ ...NATIVE.imp[0], ...SIMPLE_BANNER.imp[0] }] }
    expect(bidsOf(bidOn(bidderOf([planWith(SETTINGS)]), both))).toMatchObject([{ mtype: 1 }])
    const odd = { ...both, imp: [{ ...both.imp[0], banner: { w: 1, h: 1 } }] }
    expect(bidsOf(bidOn(bidderOf([planWith(SETTINGS)]), odd))).toMatchObject([{ mtype: 4 }])
  })
})
