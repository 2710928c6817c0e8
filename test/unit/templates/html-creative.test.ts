import { beforeAll, describe, expect, it } from 'vitest'
import type { Fonts } from '../../../templates/fonts.ts'
import { htmlCreative } from '../../../templates/html-creative.ts'
import { createScene } from '../../../templates/scene.ts'
import { BANNER, bannerRenderer, placement, testFonts, VALUES } from './banner.ts'

let fonts: Fonts
beforeAll(async () => {
  fonts = await testFonts()
})

const make = (over: Partial<Parameters<typeof htmlCreative>[2]> = {}) => {
  const scene = createScene({
    template: BANNER,
    placement: placement('iab-300x250'),
    values: VALUES,
    locale: 'en-US',
    fonts,
  })
  return htmlCreative(scene, bannerRenderer(fonts), {
    selfContained: false,
    clickUrl: 'https://shop.example/?a=1&b=</script>',
    locale: 'en-US',
    title: '<b>Trips</b>',
    ...over,
  })
}
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

describe('an HTML5 creative', () => {
  it('has the size, clickTag on a line of its own, and its pictures beside it', async () => {
    const { files } = await make()
    expect(files.map(({ name }) => name)).toEqual(['index.html', 'photo.jpg', 'logo.png'])
    const html = text(files[0]!.bytes)
    expect(html).toContain('<meta name="ad.size" content="width=300,height=250">')
    expect(html).toContain(
      '\n<script>var clickTag = "https://shop.example/?a=1\\u0026b=%3C/script%3E";</script>\n',
    )
    expect(html).toContain('src="photo.jpg"')
    expect(html.match(/<script/g)).toHaveLength(1)
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//)
  })

  it('in one file holds its pictures', async () => {
    const { files } = await make({ selfContained: true })
    expect(files).toHaveLength(1)
    expect(text(files[0]!.bytes)).toContain('src="data:image/jpeg;base64,')
  })

  it('has equal bytes each time, and no address that is not http', async () => {
    expect(await make()).toEqual(await make())
    const { files } = await make({ clickUrl: 'javascript:alert(1)' })
    expect(text(files[0]!.bytes)).toContain('var clickTag = "";')
  })

  it('meets a weight limit by quality, or says that it cannot', async () => {
    const weight = ({ files }: Awaited<ReturnType<typeof make>>) =>
      files.reduce((sum, { bytes }) => sum + bytes.length, 0)
    const best = await make()
    const lighter = await make({ maxBytes: weight(best) - 1 })
    expect(lighter.quality).toBeLessThan(best.quality)
    expect(weight(lighter)).toBeLessThan(weight(best))
    await expect(make({ maxBytes: 500 })).rejects.toMatchObject({ code: 'PICTURE_TOO_LARGE' })
  })
})
