import sharp from 'sharp'

/** A stand-in for a photograph: hills under a sky, the same pixels everywhere. */
export function photo(): Promise<Uint8Array> {
  const width = 480
  const height = 360
  const rgb = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const ridge = 200 - 40 * Math.sin(x / 70) - 22 * Math.sin(x / 23 + 1)
      const near = 265 - 25 * Math.sin(x / 110 + 2)
      const at = (y * width + x) * 3
      rgb.set(y > near ? [32, 84, 61] : y > ridge ? [86, 104, 138] : [120 + y / 3, 170 + y / 5, 225], at)
    }
  }
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

/** A white ring on nothing, twice as wide as high. */
export function logo(): Promise<Uint8Array> {
  const width = 120
  const height = 60
  const rgba = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const distance = Math.hypot((x - 59.5) / 2, y - 29.5)
      if (distance > 18 && distance < 28) rgba.set([255, 255, 255, 255], (y * width + x) * 4)
    }
  }
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer()
}

/** The pixels of a PNG without alpha, as golden pictures are compared. */
export async function decodePng(png: Uint8Array) {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, rgb: data }
}
