import sharp from 'sharp'
import { PolyadError } from '../core/errors.ts'
import type { SceneImage } from './scene.ts'

/** Pixels of one layer, 4 bytes each (red, green, blue, alpha; not premultiplied), at a place on the canvas. */
export interface Raster {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

const FORMATS: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp'])

/**
 * A picture file cropped and scaled to its layer's box.
 *
 * The file is read from memory only, so that nothing in it can name another file, and is looked at before it is decoded.
 *
 * @param maxPixels most pixels the file may decode to
 * @throws PolyadError PICTURE_INVALID
 */
export async function rasteriseImage(
  bytes: Uint8Array,
  image: SceneImage,
  maxPixels: number,
): Promise<Raster> {
  const refuse = (problem: string, cause?: unknown) =>
    new PolyadError('PICTURE_INVALID', { file: image.file, problem }, { cause })
  const { width, height } = await pictureSize(bytes, maxPixels, refuse)
  const { box } = image
  try {
    const picture = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' })
      .autoOrient()
      .toColourspace('srgb')
      .ensureAlpha()
    if (image.fit === 'contain') {
      picture.resize(box.width, box.height, { fit: 'inside' })
    } else {
      const scale = Math.max(box.width / width, box.height / height)
      const scaled = { width: Math.ceil(width * scale), height: Math.ceil(height * scale) }
      picture.resize(scaled.width, scaled.height, { fit: 'fill' }).extract({
        left: cropStart(scaled.width, box.width, image.focus.x),
        top: cropStart(scaled.height, box.height, image.focus.y),
        width: box.width,
        height: box.height,
      })
    }
    const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true })
    return {
      left: box.left + Math.round((box.width - info.width) * image.focus.x),
      top: box.top + Math.round((box.height - info.height) * image.focus.y),
      width: info.width,
      height: info.height,
      rgba: data,
    }
  } catch (cause) {
    throw refuse(`it is damaged (${(cause as Error).message})`, cause)
  }
}

async function pictureSize(
  bytes: Uint8Array,
  maxPixels: number,
  refuse: (problem: string, cause?: unknown) => PolyadError,
): Promise<{ width: number; height: number }> {
  const metadata = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw refuse(bytes.length === 0 ? 'the file is empty' : 'it is not a picture', cause)
    })
  if (!FORMATS.has(metadata.format)) throw refuse(`${metadata.format} is not accepted`)
  const { width, height } = metadata.autoOrient
  if (width * height > maxPixels) {
    throw refuse(`it has ${width} x ${height} pixels, more than the ${maxPixels} allowed`)
  }
  return { width, height }
}

/** First column (or row) of the crop that keeps the focal point as near its middle as the picture allows. */
function cropStart(pictureSide: number, boxSide: number, focus: number): number {
  const ideal = Math.round(pictureSide * focus - boxSide / 2)
  return Math.min(Math.max(ideal, 0), pictureSide - boxSide)
}
