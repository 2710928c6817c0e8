import { beforeAll, describe, expect, it } from 'vitest'
import type { Fonts } from '../../../templates/fonts.ts'
import { htmlDocument } from '../../../templates/html.ts'
import type { SlotValues } from '../../../templates/slot-values.ts'
import { sceneSvg } from '../../../templates/svg.ts'
import { bannerRenderer, bannerScene, testFonts, VALUES } from './banner.ts'
import { describeDifference, expectGoldenPicture, expectGoldenText } from './golden-files.ts'
import { decodePng } from './pictures.ts'

let fonts: Fonts
beforeAll(async () => {
  fonts = await testFonts()
})

const GERMAN: SlotValues = {
  ...VALUES,
  accent: { kind: 'colour', colour: '#0b7285' },
  headline: { kind: 'text', text: 'Sommer in Łódź & Umgebung, nur zwei Stunden von zu Hause' },
  offer: { kind: 'text', text: 'Jetzt buchen und 25 % sparen, <kostenlos> stornieren bis 14 Tage vorher' },
  cta: { kind: 'text', text: 'Jetzt entdecken' },
}

const PLACEMENTS_DRAWN = [
  'iab-300x250',
  'iab-728x90',
  'iab-160x600',
  'iab-970x250',
  'iab-300x600',
  'iab-320x50',
  'meta-feed-1080x1080',
]

describe('scenes as they were last looked at', () => {
  for (const id of PLACEMENTS_DRAWN) {
    it(`${id} in English and German`, () => {
      expectGoldenText(`photo-banner/${id}.svg`, sceneSvg(bannerScene(fonts, id)))
      expectGoldenText(`photo-banner/${id}-de.svg`, sceneSvg(bannerScene(fonts, id, GERMAN, 'de-DE')))
    })
  }

  it('an HTML document', () => {
    const html = htmlDocument(bannerScene(fonts, 'iab-300x250', GERMAN, 'de-DE'), {
      href: ({ file }) => `https://cdn.example/${file}`,
      clickUrl: 'https://shop.example/?from=ad&n=1',
      impressionUrl: 'https://t.example/i/abc',
      locale: 'de-DE',
      title: 'Sommer & Meer',
    })
    expectGoldenText('photo-banner/iab-300x250-de.html', html)
  })
})

describe('pixels as they were last looked at', () => {
  it.each([
    ['iab-300x250', VALUES, 'en-US'],
    ['iab-728x90', GERMAN, 'de-DE'],
    ['iab-320x50', VALUES, 'en-US'],
  ])('%s', async (id, values, locale) => {
    const { bytes } = await bannerRenderer(fonts).picture(bannerScene(fonts, id, values, locale), {
      format: 'png',
    })
    await expectGoldenPicture(`photo-banner/${id}.png`, bytes, decodePng)
  })

  it('the comparison sees one pixel that is off by one, and says where', () => {
    const rgb = new Uint8Array(10 * 4 * 3)
    const other = rgb.slice()
    other[(2 * 10 + 7) * 3 + 1] = 1
    expect(describeDifference({ width: 10, height: 4, rgb }, { width: 10, height: 4, rgb: other })).toBe(
      '1 pixels differ (2.500 %), by up to 1 of 255, from 7,2 to 7,2',
    )
  })
})
