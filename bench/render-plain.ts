import sharp, { type OverlayOptions, type Sharp } from 'sharp'
import type { Scene, SceneImage } from '../templates/scene.ts'
import { sceneSvg } from '../templates/svg.ts'

/** JPEG bytes of a scene. */
export type PictureMaker = (scene: Scene) => Promise<Uint8Array>

/**
 * Pictures as one makes them with sharp: the photo is cropped, one SVG with all shapes and texts is drawn over it, the
 * logo goes on top, the result is encoded.
 *
 * @param files bytes by the hash that scenes name pictures by
 * @param options.keepCrops crop every picture once and keep its pixels
 */
export function createPlainPictures(
  files: ReadonlyMap<string, Uint8Array>,
  options: { readonly quality: number; readonly keepCrops: boolean },
): PictureMaker {
  const kept = new Map<string, Promise<OverlayOptions>>()
  const cropped = (image: SceneImage): Promise<OverlayOptions> => {
    const key = JSON.stringify(image)
    let crop = kept.get(key)
    if (!crop) {
      crop = pixelsOf(resized(image))
      kept.set(key, crop)
    }
    return crop
  }
  const resized = ({ file, box, fit }: SceneImage) =>
    sharp(files.get(file)).resize(box.width, box.height, { fit: fit === 'contain' ? 'inside' : 'cover' })

  const logoOver = async (image: SceneImage): Promise<OverlayOptions> => {
    const crop = options.keepCrops
      ? await cropped(image)
      : { input: await resized(image).png({ compressionLevel: 0 }).toBuffer(), raw: undefined }
    const height = crop.raw?.height ?? (await sharp(crop.input as Buffer).metadata()).height
    const top = image.box.top + Math.round((image.box.height - height) * image.focus.y)
    return { ...crop, left: image.box.left, top }
  }

  return async (scene) => {
    const [photo, ...others] = scene.layers.filter((layer) => layer.kind === 'image')
    const svg = sceneSvg({ ...scene, layers: scene.layers.filter((layer) => layer.kind !== 'image') })
    const over = [{ input: Buffer.from(svg) }, ...(await Promise.all(others.map(logoOver)))]
    const base = options.keepCrops ? await cropped(photo!) : undefined
    const canvas = base ? sharp(base.input as Buffer, { raw: base.raw! }) : resized(photo!)
    // The Huffman tables of our renderer, so that encoding costs both sides the same.
    return canvas
      .composite(over)
      .flatten()
      .jpeg({ quality: options.quality, optimiseCoding: false })
      .toBuffer()
  }
}

async function pixelsOf(picture: Sharp): Promise<OverlayOptions> {
  const { data, info } = await picture.ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return { input: data, raw: { width: info.width, height: info.height, channels: 4 } }
}
