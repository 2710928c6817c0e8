import sharp from 'sharp'
import { canonicalJson } from '../core/canonical-json.ts'
import { PolyadError } from '../core/errors.ts'
import { type Canvas, cutToInk, layOver, type Raster } from './compose.ts'
import type { Fonts } from './fonts.ts'
import { createLayerCache } from './layer-cache.ts'
import { MAX_PICTURE_PIXELS, rasteriseImage } from './picture-input.ts'
import type { Scene, SceneImage, SceneLayer } from './scene.ts'
import { layerSvg } from './svg.ts'

// Pictures are small and made on several threads: one libvips thread each is faster, and our own cache holds layers.
sharp.concurrency(1)
sharp.cache(false)

export type PictureFormat = 'jpeg' | 'png'

interface PictureOptions {
  readonly format: PictureFormat
  /** JPEG only, 1..100, the first tried. Default 82. */
  readonly quality?: number
  /** Most bytes the placement allows: quality goes down the ladder until the picture is within. */
  readonly maxBytes?: number | undefined
}

interface Picture {
  readonly bytes: Uint8Array
  /** JPEG quality it was made with. */
  readonly quality: number | undefined
}

export interface Renderer {
  /**
   * @throws PolyadError PICTURE_INVALID for an input that is none, NOT_FOUND for one that is missing,
   *   PICTURE_TOO_LARGE when the lowest quality is over `maxBytes`
   */
  picture(scene: Scene, options: PictureOptions): Promise<Picture>
  /** The composed pixels: 3 bytes each, rows from the top. */
  pixels(scene: Scene): Promise<Uint8Array>
  /**
   * One image layer cropped to its box: as PNG for documents that hold their pictures, as JPEG on white for those who
   * lay out an ad themselves.
   */
  croppedImage(image: SceneImage, format?: PictureFormat): Promise<Uint8Array>
}

export interface RendererOptions {
  /** What scenes were measured with: the renderer makes sure that it draws with the same. */
  readonly fonts: Fonts
  /** Bytes of a picture by the name its scene gives it. */
  readonly readFile: (file: string) => Promise<Uint8Array | undefined>
  /** Most pixels an input picture may have. Default 50 million. */
  readonly maxPixels?: number
  /** Most bytes of rasterised layers kept, and as many of grounds. Default 64 MiB. */
  readonly cacheBytes?: number
}

const DEFAULT_CACHE_BYTES = 64 * 2 ** 20
const DEFAULT_QUALITY = 82
/** One set of tables for a whole picture, so steps are coarse: each makes about a fifth fewer bytes. */
const QUALITY_LADDER = [90, 82, 72, 60, 48, 36, 25]

/**
 * Makes pictures of scenes. Every layer is rasterised whole, once per distinct content, and kept; a picture is its
 * layers laid over each other and encoded. There is no other way from a scene to pixels; the ground that many pictures
 * share is kept laid.
 *
 * Fonts come from the fontconfig file set before sharp was imported (cli/boot.ts).
 */
export function createRenderer(options: RendererOptions): Renderer {
  const { fonts, readFile, maxPixels = MAX_PICTURE_PIXELS, cacheBytes = DEFAULT_CACHE_BYTES } = options
  const layers = createLayerCache<Raster>(cacheBytes, ({ rgba }) => rgba.length)
  const grounds = createLayerCache<Canvas>(cacheBytes, ({ rgb }) => rgb.length)
  let fontsChecked: Promise<void> | undefined

  const rasterised = (scene: Scene, layer: SceneLayer): Promise<Raster> =>
    layer.kind === 'image'
      ? imageRaster(layer)
      : layers.get(`${scene.widthPx}x${scene.heightPx} ${look(layer)}`, () => drawn(scene, layer))

  const imageRaster = (image: SceneImage): Promise<Raster> =>
    layers.get(look(image), async () => {
      const bytes = await readFile(image.file)
      if (!bytes) throw new PolyadError('NOT_FOUND', { what: 'picture', name: image.path })
      return rasteriseImage(bytes, image, maxPixels)
    })

  async function drawn(scene: Scene, layer: SceneLayer): Promise<Raster> {
    if (layer.kind === 'text') {
      fontsChecked ??= checkFonts(fonts)
      await fontsChecked
    }
    return vectorRaster(scene, layer)
  }

  async function lay(canvas: Canvas, scene: Scene, some: readonly SceneLayer[]): Promise<Canvas> {
    for (const layer of some) layOver(canvas, await rasterised(scene, layer), layer.opacity)
    return canvas
  }

  /** What lies under the first text, large and common to many pictures, is laid once and copied. */
  async function pixels(scene: Scene): Promise<Uint8Array> {
    const { widthPx, heightPx } = scene
    const firstText = scene.layers.findIndex(({ kind }) => kind === 'text')
    const under = firstText < 0 ? scene.layers : scene.layers.slice(0, firstText)
    const key = `${widthPx}x${heightPx} ${under.map((layer) => `${layer.opacity} ${look(layer)}`).join(' ')}`
    const ground = await grounds.get(key, () => {
      const blank = { widthPx, heightPx, rgb: new Uint8Array(widthPx * heightPx * 3).fill(255) }
      return lay(blank, scene, under)
    })
    const canvas = { widthPx, heightPx, rgb: ground.rgb.slice() }
    return (await lay(canvas, scene, scene.layers.slice(under.length))).rgb
  }

  return {
    pixels,
    async picture(scene, pictureOptions) {
      return encode(await pixels(scene), scene, pictureOptions)
    },
    async croppedImage(image, format = 'png') {
      const { rgba, width, height } = await imageRaster(image)
      const picture = sharp(rgba, { raw: { width, height, channels: 4 } })
      if (format === 'png') return picture.png().toBuffer()
      return picture.flatten({ background: '#ffffff' }).jpeg({ quality: DEFAULT_QUALITY }).toBuffer()
    },
  }
}

/** What decides the pixels of a layer, as a text. */
function look(layer: SceneLayer): string {
  return canonicalJson({ ...layer, id: undefined, path: undefined, opacity: undefined })
}

/**
 * A font that fontconfig does not find is replaced without a word. So one text is drawn and its width compared.
 *
 * @throws PolyadError FONTS_NOT_USED
 */
async function checkFonts(fonts: Fonts): Promise<void> {
  const text = 'Wide MWM'
  const fontPx = 40
  const leftPx = 20
  const measured = fonts.measure(text, 700)
  const widthPx = measured.widthEm * fontPx
  const run = { leftPx, family: measured.runs[0]!.family, text }
  const canvas = { left: 0, top: 0, width: 400, height: 80 }
  const layer = {
    kind: 'text',
    id: 'probe',
    box: canvas,
    opacity: 1,
    colour: '#000000',
    weight: 700,
    fontPx,
    lines: [{ leftPx, baselinePx: 60, widthPx, runs: [run] }],
  } as const
  const scene = { widthPx: canvas.width, heightPx: canvas.height, layers: [layer], texts: [] }
  const ink = await vectorRaster(scene, layer)
  // Side bearings of W and M are under a tenth of an em together; other families differ by far more.
  if (Math.abs(ink.width - widthPx) > fontPx / 10) {
    throw new PolyadError('FONTS_NOT_USED', { expectedPx: Math.round(widthPx), drawnPx: ink.width })
  }
}

/** Shapes and texts, drawn on the whole canvas and then cut to their ink: a smaller window would blur otherwise. */
async function vectorRaster(scene: Scene, layer: SceneLayer): Promise<Raster> {
  const svg = layerSvg(scene, { ...layer, opacity: 1 })
  const { data, info } = await sharp(Buffer.from(svg))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return cutToInk(data, info.width, info.height)
}

async function encode(pixels: Uint8Array, scene: Scene, options: PictureOptions): Promise<Picture> {
  const raw = { width: scene.widthPx, height: scene.heightPx, channels: 3 } as const
  const { format, maxBytes = Number.POSITIVE_INFINITY } = options
  let smallest = Number.POSITIVE_INFINITY
  if (format === 'png') {
    for (const palette of [false, true]) {
      const bytes = await sharp(pixels, { raw }).png({ palette, compressionLevel: 9 }).toBuffer()
      if (bytes.length <= maxBytes) return { bytes, quality: undefined }
      smallest = Math.min(smallest, bytes.length)
    }
  } else {
    const first = options.quality ?? DEFAULT_QUALITY
    for (const quality of [first, ...QUALITY_LADDER.filter((step) => step < first)]) {
      // Fixed Huffman tables: the same tables for every picture of a placement, as bands will need.
      const bytes = await sharp(pixels, { raw }).jpeg({ quality, optimiseCoding: false }).toBuffer()
      if (bytes.length <= maxBytes) return { bytes, quality }
      smallest = Math.min(smallest, bytes.length)
    }
  }
  throw new PolyadError('PICTURE_TOO_LARGE', { format, bytes: smallest, maxBytes })
}
