import sharp from 'sharp'

/** Differences within a few pixels are how two programs draw the same letter; what is left after it is a difference. */
const BLUR_SIGMA_PX = 3

/**
 * How far two pictures of the same size are apart where they are furthest: 0 the same, 255 black against white, after
 * blurring both, so that a letter drawn half a pixel aside counts little and a line that is missing counts much.
 */
export async function largestDifference(a: Uint8Array, b: Uint8Array): Promise<number> {
  const [first, second] = await Promise.all([blurred(a), blurred(b)])
  if (first.info.width !== second.info.width || first.info.height !== second.info.height) {
    throw new Error('the pictures differ in size')
  }
  return first.data.reduce((most, value, at) => Math.max(most, Math.abs(value - second.data[at]!)), 0)
}

function blurred(picture: Uint8Array) {
  return sharp(picture)
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .blur(BLUR_SIGMA_PX)
    .raw()
    .toBuffer({ resolveWithObject: true })
}
