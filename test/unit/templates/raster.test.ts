import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Fonts } from '../../../templates/fonts.ts'
import { inspectPicture } from '../../../templates/picture-input.ts'
import { createRenderer, type Renderer } from '../../../templates/raster.ts'
import type { Scene, SceneImage, SceneLayer } from '../../../templates/scene.ts'
import { layerSvg, sceneSvg } from '../../../templates/svg.ts'
import { bannerRenderer, bannerScene, testFonts } from './banner.ts'
import { photo } from './pictures.ts'

let fonts: Fonts
let renderer: Renderer
beforeAll(async () => {
  fonts = await testFonts()
  renderer = bannerRenderer(fonts)
})

const BOX = { left: 0, top: 0, width: 40, height: 20 }
const IMAGE: SceneImage = {
  kind: 'image',
  id: 'photo',
  path: 'assets/x.png',
  file: 'x',
  box: BOX,
  opacity: 1,
  fit: 'cover',
  focus: { x: 0.5, y: 0.5 },
}

function sceneOf(...layers: SceneLayer[]): Scene {
  return { widthPx: BOX.width, heightPx: BOX.height, layers, texts: [] }
}

function rendererOf(bytes: Uint8Array | undefined): Renderer {
  return createRenderer({ fonts, readFile: async () => bytes })
}

async function pixelAt(scene: Scene, x: number, y: number, of = renderer): Promise<number[]> {
  const at = (y * scene.widthPx + x) * 3
  return [...(await of.pixels(scene)).subarray(at, at + 3)]
}

/** Red, green and blue thirds, side by side or, turned by its EXIF, below each other. */
async function thirds(orientation?: number): Promise<Uint8Array> {
  const rgb = new Uint8Array(90 * 30 * 3)
  for (let at = 0; at < 90 * 30; at++) rgb[at * 3 + Math.floor((at % 90) / 30)] = 255
  const picture = sharp(rgb, { raw: { width: 90, height: 30, channels: 3 } })
  return (orientation ? picture.withMetadata({ orientation }) : picture).png().toBuffer()
}

describe('pictures', () => {
  it('lays layers over each other, with opacity, on white', async () => {
    const shape = { kind: 'shape', radiusPx: 0, box: BOX, opacity: 1 } as const
    const red = { ...shape, id: 'a', fill: '#ff0000' } as const
    const half = { ...shape, id: 'b', fill: '#0000ff', opacity: 0.5 } as const
    expect(await pixelAt(sceneOf(), 0, 0)).toEqual([255, 255, 255])
    expect(await pixelAt(sceneOf(red), 39, 19)).toEqual([255, 0, 0])
    expect(await pixelAt(sceneOf(red, half), 20, 10)).toEqual([128, 0, 127])
    expect(await pixelAt(sceneOf({ ...red, fill: '#ff000080' }), 20, 10)).toEqual([255, 127, 127])
    expect(
      await pixelAt(sceneOf({ ...red, box: { left: 30, top: -5, width: 60, height: 10 } }), 39, 4),
    ).toEqual([255, 0, 0])
  })

  it('runs a gradient from its first colour to its second, the way its angle says', async () => {
    const gradient = (angleDegrees: number): Scene =>
      sceneOf({
        kind: 'shape',
        id: 'a',
        box: BOX,
        opacity: 1,
        radiusPx: 0,
        fill: { from: '#000000', to: '#ffffff', angleDegrees },
      })
    const [left, right] = [await pixelAt(gradient(0), 0, 10), await pixelAt(gradient(0), 39, 10)]
    expect(left[0]).toBeLessThan(10)
    expect(right[0]).toBeGreaterThan(245)
    expect((await pixelAt(gradient(90), 20, 0))[0]).toBeLessThan(15)
    expect((await pixelAt(gradient(90), 20, 19))[0]).toBeGreaterThan(240)
  })

  it('crops a picture around its focus', async () => {
    const of = rendererOf(await thirds())
    const square = { left: 0, top: 0, width: 20, height: 20 }
    const at = (x: number) => pixelAt(sceneOf({ ...IMAGE, box: square, focus: { x, y: 0.5 } }), 10, 10, of)
    expect(await at(0)).toEqual([255, 0, 0])
    expect(await at(0.5)).toEqual([0, 255, 0])
    expect(await at(1)).toEqual([0, 0, 255])
  })

  it('puts a whole picture where its focus says in the free room of its box', async () => {
    const of = rendererOf(await thirds())
    const whole = (y: number) =>
      sceneOf({ ...IMAGE, fit: 'contain', box: { ...BOX, width: 30 }, focus: { x: 0, y } })
    expect(await pixelAt(whole(0), 2, 2, of)).toEqual([255, 0, 0])
    expect(await pixelAt(whole(0), 2, 15, of)).toEqual([255, 255, 255])
    expect(await pixelAt(whole(1), 2, 15, of)).toEqual([255, 0, 0])
  })

  it('turns a picture as its EXIF says', async () => {
    const of = rendererOf(await thirds(6))
    const tall = { left: 0, top: 0, width: 6, height: 18 }
    expect(await pixelAt(sceneOf({ ...IMAGE, box: tall }), 3, 2, of)).toEqual([255, 0, 0])
    expect(await pixelAt(sceneOf({ ...IMAGE, box: tall }), 3, 15, of)).toEqual([0, 0, 255])
  })

  it('layer by layer comes to what librsvg makes of the whole document, within rounding', async () => {
    const scene = bannerScene(fonts, 'iab-300x250')
    const drawn = { ...scene, layers: scene.layers.filter(({ kind }) => kind !== 'image') }
    const whole = await sharp(Buffer.from(sceneSvg(drawn)))
      .flatten({ background: '#ffffff' })
      .raw()
      .toBuffer()
    const layered = await renderer.pixels(drawn)
    let worst = 0
    for (const [at, value] of layered.entries()) worst = Math.max(worst, Math.abs(value - whole[at]!))
    // The two partly transparent veils are rounded to 8 bits once each here, and at other places by librsvg.
    expect(worst).toBeLessThanOrEqual(3)
    expect(layerSvg(scene, scene.layers[1]!)).toContain('linearGradient')
  })

  it('gives the same bytes again, and from a renderer that has seen nothing', async () => {
    const scene = bannerScene(fonts, 'iab-320x50')
    for (const format of ['jpeg', 'png'] as const) {
      const first = await renderer.picture(scene, { format })
      expect(await renderer.picture(scene, { format })).toEqual(first)
      expect(await bannerRenderer(fonts).picture(scene, { format })).toEqual(first)
    }
  })

  it('tells grounds apart that differ in opacity alone', async () => {
    const scene = bannerScene(fonts, 'iab-320x50')
    const faded = {
      ...scene,
      layers: scene.layers.map((layer) => (layer.kind === 'image' ? { ...layer, opacity: 0.5 } : layer)),
    }
    const whole = await renderer.pixels(scene)
    const half = await renderer.pixels(faded)
    expect(half).not.toEqual(whole)
    expect(half).toEqual(await bannerRenderer(fonts).pixels(faded))
  })

  it('works with a cache that holds nothing', async () => {
    const files = { readFile: async () => photo() }
    const scene = bannerScene(fonts, 'iab-320x50')
    const small = createRenderer({ fonts, ...files, cacheBytes: 0 })
    expect(await small.pixels(scene)).toEqual(await createRenderer({ fonts, ...files }).pixels(scene))
  })
})

describe('encoding', () => {
  /** Huffman table segments (DHT, marker FFC4) of a JPEG, joined. */
  function huffmanTables(jpeg: Uint8Array): string {
    const tables: string[] = []
    for (let at = 2; jpeg[at + 1] !== 0xda; ) {
      const length = jpeg[at + 2]! * 256 + jpeg[at + 3]!
      if (jpeg[at + 1] === 0xc4)
        tables.push(Buffer.from(jpeg.subarray(at + 4, at + 2 + length)).toString('hex'))
      at += 2 + length
    }
    return tables.join(' ')
  }

  it('codes every JPEG with the same tables', async () => {
    const tables = await Promise.all(
      ['iab-300x250', 'iab-728x90'].map(async (id) =>
        huffmanTables((await renderer.picture(bannerScene(fonts, id), { format: 'jpeg' })).bytes),
      ),
    )
    expect(tables[0]).toBe(tables[1])
    expect(tables[0]!.length).toBeGreaterThan(800)
  })

  it('goes down in quality until the placement allows the bytes', async () => {
    const scene = bannerScene(fonts, 'iab-300x250')
    const best = await renderer.picture(scene, { format: 'jpeg', quality: 90 })
    const within = await renderer.picture(scene, {
      format: 'jpeg',
      quality: 90,
      maxBytes: best.bytes.length - 1,
    })
    expect(best.quality).toBe(90)
    const exact = { format: 'jpeg', quality: 90, maxBytes: best.bytes.length } as const
    expect((await renderer.picture(scene, exact)).quality).toBe(90)
    expect(within.quality).toBe(82)
    expect(within.bytes.length).toBeLessThan(best.bytes.length)
    await expect(renderer.picture(scene, { format: 'jpeg', maxBytes: 500 })).rejects.toMatchObject({
      code: 'PICTURE_TOO_LARGE',
    })
  })

  it('makes a PNG with a palette when the whole one is too large', async () => {
    const scene = bannerScene(fonts, 'iab-300x250')
    const whole = await renderer.picture(scene, { format: 'png' })
    const less = await renderer.picture(scene, { format: 'png', maxBytes: whole.bytes.length - 1 })
    expect((await sharp(whole.bytes).metadata()).isPalette).toBe(false)
    expect((await sharp(less.bytes).metadata()).isPalette).toBe(true)
  })

  it('gives the size of its placement', async () => {
    for (const id of ['iab-160x600', 'meta-feed-1080x1080']) {
      const scene = bannerScene(fonts, id)
      const { format, width, height } = await sharp(
        (await renderer.picture(scene, { format: 'jpeg' })).bytes,
      ).metadata()
      expect([format, width, height]).toEqual(['jpeg', scene.widthPx, scene.heightPx])
    }
  })
})

describe('what is not a picture', () => {
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>',
  )

  it.each<[string, Uint8Array, string]>([
    ['text', Buffer.from('hello'), 'it is not a picture'],
    ['nothing', new Uint8Array(0), 'the file is empty'],
    ['SVG', svg, 'the format svg is not accepted'],
  ])('%s is refused', async (_name, bytes, problem) => {
    await expect(rendererOf(bytes).pixels(sceneOf(IMAGE))).rejects.toMatchObject({
      code: 'PICTURE_INVALID',
      message: expect.stringMatching(new RegExp(`^assets/x.png cannot be used as a picture: ${problem}`)),
    })
  })

  it('a picture cut off in the middle is refused', async () => {
    const whole = await photo()
    const half = rendererOf(whole.subarray(0, whole.length >> 1))
    await expect(half.pixels(sceneOf(IMAGE))).rejects.toMatchObject({
      code: 'PICTURE_INVALID',
      message: expect.stringContaining('it is damaged'),
    })
  })

  it('a picture of too many pixels is refused before it is decoded', async () => {
    const large = createRenderer({ fonts, readFile: async () => photo(), maxPixels: 1000 })
    await expect(large.pixels(sceneOf(IMAGE))).rejects.toMatchObject({
      code: 'PICTURE_INVALID',
      message: expect.stringContaining('480 x 360 pixels, more than the 1000 allowed'),
    })
  })

  it('a missing picture is named by its path', async () => {
    await expect(rendererOf(undefined).pixels(sceneOf(IMAGE))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('assets/x.png'),
    })
  })

  it('a failure is not kept: the next try reads the file again', async () => {
    const answers = [undefined, await photo()]
    const late = createRenderer({ fonts, readFile: async () => answers.shift() })
    await expect(late.pixels(sceneOf(IMAGE))).rejects.toThrow()
    await expect(late.pixels(sceneOf(IMAGE))).resolves.toHaveLength(40 * 20 * 3)
  })

  it('tells the size of one that is', async () => {
    expect(await inspectPicture(await thirds(6), 'x.png')).toEqual({
      format: 'png',
      widthPx: 30,
      heightPx: 90,
    })
  })
})
