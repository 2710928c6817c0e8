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

export type PictureFormat = 'jpeg' | 'png'

export interface PictureOptions {
  readonly format: PictureFormat
  /** JPEG only, 1..100, the first tried. Default 82. */
  readonly quality?: number
  /** JPEG only. Default 4:2:0. */
  readonly chromaSubsampling?: ChromaSubsampling
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
  /** What pictures are laid of. */
  readonly rasters: LayerRasters
}

/** One set of tables for a whole picture, so steps are coarse: each makes about a fifth fewer bytes. */
const QUALITY_LADDER = [90, 82, 72, 60, 48, 36, 25]
const DEFAULT_QUALITY = 82

/** The qualities tried for a JPEG with a weight limit, best first. */
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
    const { chromaSubsampling = '4:2:0' } = options
    for (const quality of qualityLadder(options.quality)) {
      const { frame, rows } = await encodeRows(pixels, scene, { quality, chromaSubsampling })
      // As spliced pictures are (splice/splicer.ts), so that it does not matter who made one.
      const bytes = joinBands(pictureHead(frame, scene.heightPx), [bandOf(rows, 0, rows.length)])
      if (bytes.length <= maxBytes) return { bytes, quality }
      smallest = Math.min(smallest, bytes.length)
    }
  }
  throw new PolyadError('PICTURE_TOO_LARGE', { format, bytes: smallest, maxBytes })
}
