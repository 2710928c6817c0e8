import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { contrastRatio, textContrast } from '../../../templates/contrast.ts'
import { createLayerRasters } from '../../../templates/layer-rasters.ts'
import { createScene } from '../../../templates/scene.ts'
import type { Template, TextLayer } from '../../../templates/template.ts'
import { testFonts } from './banner.ts'

const fonts = await testFonts()

/** Black on the left, white from `share` of the width on. */
async function halves(share: number): Promise<Uint8Array> {
  const rgb = new Uint8Array(100 * 20 * 3)
  for (let at = 0; at < 100 * 20; at++) if (at % 100 >= share * 100) rgb.fill(255, at * 3, at * 3 + 3)
  return sharp(rgb, { raw: { width: 100, height: 20, channels: 3 } })
    .png()
    .toBuffer()
}

async function contrastOf(share: number, text: Partial<TextLayer>, words = 'WWWWWWWWWWWW') {
  const picture = await halves(share)
  const template: Template = {
    name: 'plain',
    slots: [{ name: 'head', kind: 'text' }],
    layers: [
      { id: 'photo', kind: 'image', file: 'photo.png', box: { left: 0, right: 0, top: 0, bottom: 0 } },
      {
        id: 'head',
        kind: 'text',
        slot: 'head',
        box: { left: 0, right: 0, top: 0, bottom: 0 },
        colour: '#ffffff',
        maxFontPx: 16,
        minFontPx: 4,
        align: 'middle',
        ...text,
      },
    ],
  }
  const placement = { id: 'p', title: 'P', widthPx: 200, heightPx: 40, maxBytes: undefined }
  const values = { head: { kind: 'text', text: words } } as const
  const scene = createScene({ template, placement, values, locale: 'en-US', fonts })
  return textContrast(scene, 'head', createLayerRasters({ fonts, readFile: async () => picture }))
}

describe('contrast', () => {
  it('is what WCAG gives for known pairs', () => {
    expect(contrastRatio([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 10)
    expect(contrastRatio([255, 255, 255], [0x77, 0x77, 0x77])).toBeCloseTo(4.478, 3)
    expect(contrastRatio([0x76, 0x76, 0x76], [255, 255, 255])).toBeCloseTo(4.542, 3)
    expect(contrastRatio([255, 0, 0], [255, 255, 255])).toBeCloseTo(3.998, 3)
  })

  it('is the same both ways, 1 at least and 21 at most', () => {
    const channel = fc.nat(255)
    const colour = fc.tuple(channel, channel, channel)
    fc.assert(
      fc.property(colour, colour, (a, b) => {
        const ratio = contrastRatio(a, b)
        expect(ratio).toBe(contrastRatio(b, a))
        expect(ratio).toBeGreaterThanOrEqual(1)
        expect(ratio).toBeLessThanOrEqual(21.0001)
      }),
    )
  })

  it('is that of the ground which all but a tenth of the text stands on', async () => {
    expect(await contrastOf(1, {})).toEqual({ ratio: 21, needed: 4.5 })
    expect(await contrastOf(0.5, {})).toEqual({ ratio: 1, needed: 4.5 })
    expect((await contrastOf(0.97, {}, 'W'.repeat(13)))!.ratio).toBe(21)
  })

  it("is with the layer's own background, and through both opacities", async () => {
    expect((await contrastOf(0, { background: '#000000' }))!.ratio).toBe(21)
    expect((await contrastOf(1, { colour: '#ffffff80' }))!.ratio).toBeCloseTo(
      contrastRatio([128, 128, 128], [0, 0, 0]),
      1,
    )
    expect((await contrastOf(1, { opacity: 0 }))!.ratio).toBe(1)
  })

  it('needs less of large text', async () => {
    expect((await contrastOf(1, { maxFontPx: 24 }, 'W'))!.needed).toBe(3)
    expect((await contrastOf(1, { maxFontPx: 23.5 }, 'W'))!.needed).toBe(4.5)
    expect((await contrastOf(1, { maxFontPx: 19, weight: 700 }, 'W'))!.needed).toBe(3)
  })
})
