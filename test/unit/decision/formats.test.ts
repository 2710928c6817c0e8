import { describe, expect, it } from 'vitest'
import { type Formatted, formatted } from '../../../engine/decision/formats.ts'
import { BID, planWith } from '../openrtb/world.ts'

const TITLE = 'headline'
const plan = planWith({ ...BID, native: { placement: 'wide', title: TITLE, sponsoredBy: 'The Shop' } })
const answer: Formatted = {
  adUnit: '1unit',
  widthPx: 728,
  heightPx: 90,
  fields: Object.fromEntries(
    plan.campaign.slots.map(({ slot, assets: [asset] }) => [
      slot,
      asset!.file === undefined
        ? { kind: 'text' as const, text: `Text of ${slot}` }
        : { kind: 'image' as const, file: asset!.file },
    ]),
  ),
  image: 'https://ads.example/v1/ad-units/1unit.jpg',
  html: 'https://ads.example/v1/ad-units/1unit.html?token="><script>',
  click: 'https://ads.example/t/c/token',
  impression: 'https://ads.example/t/i/token',
  viewable: 'https://ads.example/t/v/token',
}
const house: Formatted = { ...answer, adUnit: null, fields: {}, html: null, click: null }

describe('an answer as HTML', () => {
  it('is a frame of the document, measured, with every address escaped', () => {
    const { markup } = formatted(answer, plan, 'html')
    expect(markup).toBe(
      '<div style="position:relative;width:728px;height:90px">' +
        '<iframe src="https://ads.example/v1/ad-units/1unit.html?token=&quot;&gt;&lt;script&gt;" width="728" height="90" ' +
        'title="Advertisement" scrolling="no" frameborder="0" sandbox="allow-popups allow-popups-to-escape-sandbox" ' +
        'style="border:0"></iframe></div>' +
        `<script async src="${plan.publicUrl}/v1/tag.js" data-viewable="https://ads.example/t/v/token" data-share="0.5"></script>`,
    )
  })

  it('of a house ad is its picture and the pixel, or the picture alone where nothing is counted', () => {
    const { markup } = formatted(house, plan, 'html')
    expect(markup).toContain(`<img src="${answer.image}" width="728" height="90"`)
    expect(markup).toContain(`<img src="${answer.impression}" width="1" height="1"`)
    expect(markup).not.toContain('<iframe')
    const uncounted = formatted({ ...house, impression: null, viewable: null }, plan, 'html').markup
    expect(uncounted).not.toMatch(/token|script/)
  })
})

describe('an answer as a native ad', () => {
  it('has an asset for each slot that is there, the title by the setting of bids', () => {
    const { native } = formatted(answer, plan, 'native')
    expect(native!.assets.map(({ ext }) => ext!.slot)).toEqual(plan.campaign.slots.map(({ slot }) => slot))
    expect(native!.assets.find(({ ext }) => ext!.slot === TITLE)).toMatchObject({
      title: { text: `Text of ${TITLE}` },
    })
    const { [TITLE]: _absent, ...fields } = answer.fields
    const without = formatted({ ...answer, fields }, plan, 'native').native!
    expect(without.assets.length).toBe(native!.assets.length - 1)
  })

  it('of a house ad is one picture without a link', () => {
    expect(formatted(house, plan, 'native').native).toEqual({
      ver: '1.2',
      assets: [{ id: 1, img: { url: answer.image, w: 728, h: 90 } }],
      eventtrackers: [
        { event: 1, method: 1, url: answer.impression },
        { event: 2, method: 1, url: answer.viewable },
      ],
    })
    const uncounted = { ...house, impression: null, viewable: null }
    expect(formatted(uncounted, plan, 'native').native!.eventtrackers).toEqual([])
  })
})

describe('an answer as JSON', () => {
  it('has nothing more', () => {
    expect(formatted(answer, plan, 'json')).toEqual({})
  })
})
