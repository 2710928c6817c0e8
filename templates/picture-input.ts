import sharp, { type OutputInfo, type Sharp } from 'sharp'
import { PolyadError } from '../core/errors.ts'
import type { Raster } from './compose.ts'
import type { SceneImage } from './scene.ts'

const FORMATS: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp'])

/** Most pixels a picture may decode to: 50 megapixels, 200 MB in memory. */
export const MAX_PICTURE_PIXELS = 50_000_000

export interface PictureFile {
  readonly format: string
  /** As seen, after its EXIF orientation. */
  readonly widthPx: number
  readonly heightPx: number
}

/**
 * Looks at a picture without decoding it.
 *
 * @param path names it in messages
 * @throws PolyadError PICTURE_INVALID when it is not a JPEG, PNG or WebP, or has more than `maxPixels`
 */
export async function inspectPicture(
  bytes: Uint8Array,
  path: string,
  maxPixels = MAX_PICTURE_PIXELS,
): Promise<PictureFile> {
  const refuse = (problem: string, cause?: unknown) =>
    new PolyadError('PICTURE_INVALID', { file: path, problem }, { cause })
  // sharp throws at once at no bytes at all.
  if (bytes.length === 0) throw refuse('the file is empty')
  const metadata = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw refuse('it is not a picture', cause)
    })
  if (!FORMATS.has(metadata.format)) throw refuse(`the format ${metadata.format} is not accepted`)
  const { width, height } = metadata.autoOrient
  if (width * height > maxPixels) {
    throw refuse(`it has ${width} x ${height} pixels, more than the ${maxPixels} allowed`)
  }
  return { format: metadata.format, widthPx: width, heightPx: height }
}

/**
 * Decodes a picture once, so that a damaged one is told before anything is drawn with it.
 *
 * @param path names it in messages
 * @throws PolyadError PICTURE_INVALID
 */
export async function requirePicture(bytes: Uint8Array, path: string): Promise<void> {
  await inspectPicture(bytes, path)
  await decoded(sharp(bytes, { limitInputPixels: MAX_PICTURE_PIXELS, failOn: 'error' }).resize(16), path)
}

/**
 * A picture file cropped and scaled to its layer's box. It is read from memory only, so that nothing in it can name
 * another file.
 *
 * @throws PolyadError PICTURE_INVALID
 */
export async function rasteriseImage(
  bytes: Uint8Array,
  image: SceneImage,
  maxPixels: number,
): Promise<Raster> {
  const { widthPx, heightPx } = await inspectPicture(bytes, image.path, maxPixels)
  const { box } = image
  const picture = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' })
    .autoOrient()
    .toColourspace('srgb')
    .ensureAlpha()
  if (image.fit === 'contain') {
    picture.resize(box.width, box.height, { fit: 'inside' })
  } else {
    const scale = Math.max(box.width / widthPx, box.height / heightPx)
    const scaled = { width: Math.ceil(widthPx * scale), height: Math.ceil(heightPx * scale) }
    picture.resize(scaled.width, scaled.height, { fit: 'fill' }).extract({
      left: cropStart(scaled.width, box.width, image.focus.x),
      top: cropStart(scaled.height, box.height, image.focus.y),
      width: box.width,
      height: box.height,
    })
  }
  const { data, info } = await decoded(picture, image.path)
  return {
    left: box.left + Math.round((box.width - info.width) * image.focus.x),
    top: box.top + Math.round((box.height - info.height) * image.focus.y),
    width: info.width,
    height: info.height,
    rgba: data,
  }
}

function decoded(picture: Sharp, path: string): Promise<{ data: Buffer; info: OutputInfo }> {
  return picture
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: Error) => {
      const problem = `it is damaged (${cause.message})`
      throw new PolyadError('PICTURE_INVALID', { file: path, problem }, { cause })
    })
}

/** First column (or row) of the crop that keeps the focal point as near its middle as the picture allows. */
function cropStart(pictureSide: number, boxSide: number, focus: number): number {
  const ideal = Math.round(pictureSide * focus - boxSide / 2)
  return Math.min(Math.max(ideal, 0), pictureSide - boxSide)
}
