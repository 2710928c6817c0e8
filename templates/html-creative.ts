import sharp from 'sharp'
import { PolyadError } from '../core/errors.ts'
import type { Raster } from './compose.ts'
import { htmlDocument } from './html.ts'
import { qualityLadder, type Renderer } from './raster.ts'
import type { Scene, SceneImage } from './scene.ts'

/** An HTML5 creative: `index.html`, and its pictures beside it or within it. */
export interface HtmlCreative {
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[]
  /** JPEG quality of its pictures, 1..100. */
  readonly quality: number
}

export interface HtmlCreativeOptions {
  /** Pictures within the document, as data URIs; else files beside it. */
  readonly selfContained: boolean
  /** Where a click goes unless the ad server sets `clickTag` to something else. */
  readonly clickUrl: string
  /** BCP 47 */
  readonly locale: string
  readonly title: string
  /** The quality tried first. */
  readonly quality?: number | undefined
  /** Most bytes of all files together: quality goes down the ladder until they are within. */
  readonly maxBytes?: number | undefined
}

/**
 * An ad as ad servers take it: one document with `ad.size` and `clickTag`, nothing fetched from elsewhere. A picture
 * without transparent pixels is a JPEG, another a PNG. Equal scenes and options give equal bytes.
 *
 * @throws PolyadError PICTURE_TOO_LARGE when it is over `maxBytes` at the lowest quality; as Renderer.croppedImage
 */
export async function htmlCreative(
  scene: Scene,
  renderer: Renderer,
  options: HtmlCreativeOptions,
): Promise<HtmlCreative> {
  const { maxBytes = Number.POSITIVE_INFINITY } = options
  let smallest = Number.POSITIVE_INFINITY
  for (const quality of qualityLadder(options.quality)) {
    const files = await creativeFiles(scene, renderer, options, quality)
    const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0)
    if (bytes <= maxBytes) return { files, quality }
    smallest = Math.min(smallest, bytes)
  }
  throw new PolyadError('PICTURE_TOO_LARGE', { format: 'HTML creative', bytes: smallest, maxBytes })
}

async function creativeFiles(
  scene: Scene,
  renderer: Renderer,
  { selfContained, ...links }: HtmlCreativeOptions,
  quality: number,
): Promise<HtmlCreative['files']> {
  const pictures = new Map<
    SceneImage,
    { readonly name: string; readonly type: string; readonly bytes: Uint8Array }
  >()
  for (const layer of scene.layers) {
    if (layer.kind !== 'image') continue
    const { bytes, type } = await encoded(await renderer.rasters.ofImage(layer), quality)
    pictures.set(layer, { name: `${layer.id}.${type === 'jpeg' ? 'jpg' : type}`, type, bytes })
  }
  const html = htmlDocument(scene, {
    ...links,
    clickTag: true,
    href(image) {
      const { name, type, bytes } = pictures.get(image)!
      return selfContained ? `data:image/${type};base64,${Buffer.from(bytes).toString('base64')}` : name
    },
  })
  const beside = selfContained ? [] : [...pictures.values()].map(({ name, bytes }) => ({ name, bytes }))
  return [{ name: 'index.html', bytes: Buffer.from(html) }, ...beside]
}

async function encoded(
  { rgba, width, height }: Raster,
  quality: number,
): Promise<{ bytes: Uint8Array; type: string }> {
  const picture = sharp(rgba, { raw: { width, height, channels: 4 } })
  if (!isOpaque(rgba)) return { bytes: await picture.png({ compressionLevel: 9 }).toBuffer(), type: 'png' }
  return { bytes: await picture.removeAlpha().jpeg({ quality, mozjpeg: true }).toBuffer(), type: 'jpeg' }
}

function isOpaque(rgba: Uint8Array): boolean {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] !== 255) return false
  return true
}
