import sharp from 'sharp'
import { canonicalJson } from '../core/canonical-json.ts'
import { PolyadError } from '../core/errors.ts'
import { cutToInk, type Raster } from './compose.ts'
import type { Fonts } from './fonts.ts'
import { createLayerCache } from './layer-cache.ts'
import { MAX_PICTURE_PIXELS, rasteriseImage } from './picture-input.ts'
import type { CanvasSize, SceneImage, SceneLayer } from './scene.ts'
import { layerSvg } from './svg.ts'

// Pictures are small and made on several threads: one libvips thread each is faster, and our own cache holds layers.
sharp.concurrency(1)
sharp.cache(false)

export interface LayerRasterOptions {
  /** What scenes were measured with: it is made sure that texts are drawn with the same. */
  readonly fonts: Fonts
  /** Bytes of a picture by the name its scene gives it. */
  readonly readFile: (file: string) => Promise<Uint8Array | undefined>
  /** Most pixels an input picture may have. Default 50 million. */
  readonly maxPixels?: number
  /** Most bytes of pixels kept. Default 64 MiB. */
  readonly cacheBytes?: number
}

/** Pixels of layers, each made whole, once per distinct content, and kept. */
export interface LayerRasters {
  /**
   * @throws PolyadError PICTURE_INVALID for an input that is none, NOT_FOUND for one that is missing, FONTS_NOT_USED
   */
  of(canvas: CanvasSize, layer: SceneLayer): Promise<Raster>
  /** A picture depends on no canvas. */
  ofImage(image: SceneImage): Promise<Raster>
}

export const DEFAULT_CACHE_BYTES = 64 * 2 ** 20

export function createLayerRasters(options: LayerRasterOptions): LayerRasters {
  const { fonts, readFile, maxPixels = MAX_PICTURE_PIXELS, cacheBytes = DEFAULT_CACHE_BYTES } = options
  const layers = createLayerCache<Raster>(cacheBytes, ({ rgba }) => rgba.length)
  let fontsChecked: Promise<void> | undefined

  const ofImage = (image: SceneImage): Promise<Raster> =>
    layers.get(lookText(image), async () => {
      const bytes = await readFile(image.file)
      if (!bytes) throw new PolyadError('NOT_FOUND', { what: 'picture', name: image.path })
      return rasteriseImage(bytes, image, maxPixels)
    })

  async function drawn(canvas: CanvasSize, layer: SceneLayer): Promise<Raster> {
    if (layer.kind === 'text') {
      fontsChecked ??= checkFonts(fonts)
      await fontsChecked
    }
    return vectorRaster(canvas, layer)
  }

  return {
    ofImage,
    of: (canvas, layer) =>
      layer.kind === 'image'
        ? ofImage(layer)
        : layers.get(`${canvas.widthPx}x${canvas.heightPx} ${lookText(layer)}`, () => drawn(canvas, layer)),
  }
}

/** What decides the pixels of a layer before its opacity, as a text. */
export function lookText(layer: SceneLayer): string {
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
  const direction = 'ltr'
  const run = { leftPx, family: measured.runs[0]!.family, direction, text } as const
  const canvas = { left: 0, top: 0, width: 400, height: 80 }
  const layer = {
    kind: 'text',
    id: 'probe',
    box: canvas,
    opacity: 1,
    colour: '#000000',
    weight: 700,
    fontPx,
    lines: [{ text, direction, leftPx, baselinePx: 60, widthPx, runs: [run] }],
  } as const
  const ink = await vectorRaster({ widthPx: canvas.width, heightPx: canvas.height }, layer)
  // Side bearings of W and M are under a tenth of an em together; other families differ by far more.
  if (Math.abs(ink.width - widthPx) > fontPx / 10) {
    throw new PolyadError('FONTS_NOT_USED', { expectedPx: Math.round(widthPx), drawnPx: ink.width })
  }
}

/** Shapes and texts, drawn on the whole canvas and then cut to their ink: a smaller window would blur otherwise. */
async function vectorRaster(canvas: CanvasSize, layer: SceneLayer): Promise<Raster> {
  const svg = layerSvg(canvas, { ...layer, opacity: 1 })
  const { data, info } = await sharp(Buffer.from(svg))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return cutToInk(data, info.width, info.height)
}
