import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bandOf, joinBands, pictureHead } from '../../templates/jpeg/assemble.ts'
import { codeRowsApart } from '../../templates/jpeg/coded-rows.ts'
import { describeInBrowser, openBrowser } from './chromium.ts'

describeInBrowser('a JPEG whose rows are coded apart', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  it('is read by a browser as the whole-picture encoding is, to the pixel', async () => {
    const page = await browser.newPage()
    for (const [photo, width, height] of [
      ['coast', 300, 250],
      ['city-dusk', 728, 90],
      ['forest-road', 160, 600],
    ] as const) {
      for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
        const whole = await sharp(`examples/demo/assets/${photo}.jpg`)
          .resize(width, height)
          .jpeg({ quality: 82, chromaSubsampling, optimiseCoding: false })
          .toBuffer()
        const { frame, rows } = codeRowsApart(whole)
        const apart = joinBands(pictureHead(frame, height), [bandOf(rows, 0, rows.length)])
        const [expected, shown] = [await decoded(page, whole), await decoded(page, apart)]
        expect(expected.length).toBe(width * height * 4)
        expect(shown.equals(expected)).toBe(true)
        expect(new Set(shown).size).toBeGreaterThan(50)
      }
    }
  })
})

/** The pixels that a browser makes of a JPEG, 4 bytes each. */
async function decoded(page: Page, jpeg: Uint8Array): Promise<Buffer> {
  const url = `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`
  const text = await page.evaluate(async (address) => {
    const image = new Image()
    image.src = address
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.width
    canvas.height = image.height
    const context = canvas.getContext('2d')!
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, image.width, image.height)
    let binary = ''
    for (const value of data) binary += String.fromCharCode(value)
    return btoa(binary)
  }, url)
  return Buffer.from(text, 'base64')
}
