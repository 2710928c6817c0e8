import sharp from 'sharp'
import { PolyadError } from '../core/errors.ts'
import { type Canvas, layOver } from './compose.ts'
import { bandOf, joinBands, pictureHead } from './jpeg/assemble.ts'
import { type ChromaSubsampling, encodeRows } from './jpeg/encode.ts'
import { createLayerCache } from './layer-cache.ts'
import {
  createLayerRasters,
  DEFAULT_CACHE_BYTES,
  type LayerRasterOptions,
  type LayerRasters,
  lookText,
} from './layer-rasters.ts'
import type { Scene, SceneImage, SceneLayer } from './scene.ts'

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'avif'

export interface PictureSettings {
  readonly format: PictureFormat
  /** 1..100, the first tried; not of PNG. Default 82, of AVIF 60. */
  readonly quality?: number | undefined
  /** JPEG only. Default 4:2:0. */
  readonly chromaSubsampling?: ChromaSubsampling | undefined
  /** JPEG only: fewest bytes (mozjpeg) instead of the fastest. */
  readonly smallest?: boolean | undefined
}

interface PictureOptions extends PictureSettings {
  /** Most bytes the placement allows: quality goes down the ladder until the picture is within. */
  readonly maxBytes?: number | undefined
}

/** Whether a picture is put together of bands that others share (splice/), or else is encoded whole. */
export function isSpliced({
  format,
  smallest,
}: {
  readonly format: string
  readonly smallest?: boolean | undefined
}): boolean {
  return format === 'jpeg' && !smallest
}

interface Picture {
  readonly bytes: Uint8Array
  /** Quality it was made with, where its format has one. */
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
  /** What pictures are laid of. */
  readonly rasters: LayerRasters
}

/** One set of tables for a whole picture, so steps are coarse: each makes about a fifth fewer bytes. */
const QUALITY_LADDER = [90, 82, 72, 60, 48, 36, 25]
const DEFAULT_QUALITY = 82
/** About what JPEG's 82 looks like. */
const DEFAULT_AVIF_QUALITY = 60

/** The quality that is tried first; undefined where the format has none. */
export function firstQuality({
  format,
  quality,
}: {
  readonly format: string
  readonly quality?: number | undefined
}): number | undefined {
  if (format === 'png' || format === 'native') return undefined
  return quality ?? (format === 'avif' ? DEFAULT_AVIF_QUALITY : DEFAULT_QUALITY)
}

/** The qualities tried for a picture with a weight limit, best first. */
export function qualityLadder(first = DEFAULT_QUALITY): readonly number[] {
  return [first, ...QUALITY_LADDER.filter((step) => step < first)]
}

/**
 * Makes pictures of scenes. Every layer is rasterised whole, once per distinct content, and kept; a picture is its
 * layers laid over each other and encoded; the ground that many pictures share is kept laid. Splicing (splice/) makes
 * the same bytes of the same layers.
 *
 * Fonts come from the fontconfig file set before sharp was imported (cli/boot.ts).
 */
export function createRenderer(options: LayerRasterOptions): Renderer {
  const { cacheBytes = DEFAULT_CACHE_BYTES } = options
  const rasters = createLayerRasters(options)
  const grounds = createLayerCache<Canvas>(cacheBytes, ({ rgb }) => rgb.length)

  async function lay(canvas: Canvas, scene: Scene, some: readonly SceneLayer[]): Promise<Canvas> {
    for (const layer of some) layOver(canvas, await rasters.of(scene, layer), layer.opacity)
    return canvas
  }

  /** What lies under the first text, large and common to many pictures, is laid once and copied. */
  async function pixels(scene: Scene): Promise<Uint8Array> {
    const { widthPx, heightPx } = scene
    const firstText = scene.layers.findIndex(({ kind }) => kind === 'text')
    const under = firstText < 0 ? scene.layers : scene.layers.slice(0, firstText)
    const key = `${widthPx}x${heightPx} ${under.map((layer) => `${layer.opacity} ${lookText(layer)}`).join(' ')}`
    const ground = await grounds.get(key, () => {
      const blank = { widthPx, heightPx, rgb: new Uint8Array(widthPx * heightPx * 3).fill(255) }
      return lay(blank, scene, under)
    })
    const canvas = { widthPx, heightPx, rgb: ground.rgb.slice() }
    return (await lay(canvas, scene, scene.layers.slice(under.length))).rgb
  }

  return {
    rasters,
    pixels,
    async picture(scene, pictureOptions) {
      return encode(await pixels(scene), scene, pictureOptions)
    },
    async croppedImage(image, format = 'png') {
      const { rgba, width, height } = await rasters.ofImage(image)
      const picture = sharp(rgba, { raw: { width, height, channels: 4 } })
      if (format === 'png') return picture.png().toBuffer()
      return picture.flatten({ background: '#ffffff' }).jpeg({ quality: DEFAULT_QUALITY }).toBuffer()
    },
  }
}

async function encode(pixels: Uint8Array, scene: Scene, options: PictureOptions): Promise<Picture> {
  const { format, maxBytes = Number.POSITIVE_INFINITY } = options
  let smallest = Number.POSITIVE_INFINITY
  for await (const picture of attempts(pixels, scene, options)) {
    if (picture.bytes.length <= maxBytes) return picture
    smallest = Math.min(smallest, picture.bytes.length)
  }
  throw new PolyadError('PICTURE_TOO_LARGE', { format, bytes: smallest, maxBytes })
}

/** A picture in its format, best first. */
async function* attempts(
  pixels: Uint8Array,
  scene: Scene,
  options: PictureSettings,
): AsyncGenerator<Picture> {
  const raw = { width: scene.widthPx, height: scene.heightPx, channels: 3 } as const
  const { format, chromaSubsampling = '4:2:0' } = options
  if (format === 'png') {
    for (const palette of [false, true]) {
      const bytes = await sharp(pixels, { raw }).png({ palette, compressionLevel: 9 }).toBuffer()
      yield { bytes, quality: undefined }
    }
    return
  }
  for (const quality of qualityLadder(firstQuality(options))) {
    if (format === 'webp') yield { bytes: await sharp(pixels, { raw }).webp({ quality }).toBuffer(), quality }
    else if (format === 'avif') {
      yield { bytes: await sharp(pixels, { raw }).avif({ quality, effort: AVIF_EFFORT }).toBuffer(), quality }
    } else if (options.smallest) {
      const settings = { quality, chromaSubsampling, mozjpeg: true }
      yield { bytes: await sharp(pixels, { raw }).jpeg(settings).toBuffer(), quality }
    } else {
      const { frame, rows } = await encodeRows(pixels, scene, { quality, chromaSubsampling })
      // As spliced pictures are (splice/splicer.ts), so that it does not matter who made one.
      yield { bytes: joinBands(pictureHead(frame, scene.heightPx), [bandOf(rows, 0, rows.length)]), quality }
    }
  }
}

/** libaom's own default takes several times as long for some percent fewer bytes. */
const AVIF_EFFORT = 2
