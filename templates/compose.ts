/** Pixels of one layer, 4 bytes each (red, green, blue, alpha; not premultiplied), at a place on the canvas. */
export interface Raster {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

/** An opaque picture, 3 bytes a pixel, rows from the top. */
export interface Canvas {
  readonly widthPx: number
  readonly heightPx: number
  readonly rgb: Uint8Array
}

/** A whole canvas cut down to the pixels that are not transparent. */
export function cutToInk(rgba: Uint8Array, width: number, height: number): Raster {
  let left = width
  let right = 0
  let top = height
  let bottom = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (rgba[(y * width + x) * 4 + 3] === 0) continue
      if (x < left) left = x
      if (x >= right) right = x + 1
      if (y < top) top = y
      bottom = y + 1
    }
  }
  if (right === 0) return { left: 0, top: 0, width: 0, height: 0, rgba: new Uint8Array(0) }
  const ink = { left, top, width: right - left, height: bottom - top }
  const cut = new Uint8Array(ink.width * ink.height * 4)
  for (let y = 0; y < ink.height; y++) {
    const from = ((top + y) * width + left) * 4
    cut.set(rgba.subarray(from, from + ink.width * 4), y * ink.width * 4)
  }
  return { ...ink, rgba: cut }
}

/** Lays a layer over an opaque canvas (source over), in integers: the same on every machine. */
export function layOver(canvas: Canvas, raster: Raster, opacity: number): void {
  const strength = Math.round(opacity * 256)
  const fromX = Math.max(0, raster.left)
  const toX = Math.min(canvas.widthPx, raster.left + raster.width)
  const fromY = Math.max(0, raster.top)
  const toY = Math.min(canvas.heightPx, raster.top + raster.height)
  const { rgba } = raster
  const { rgb } = canvas
  for (let y = fromY; y < toY; y++) {
    let source = ((y - raster.top) * raster.width + (fromX - raster.left)) * 4
    let target = (y * canvas.widthPx + fromX) * 3
    for (let x = fromX; x < toX; x++, source += 4, target += 3) {
      const alpha = (rgba[source + 3]! * strength) >> 8
      if (alpha === 0) continue
      if (alpha === 255) {
        rgb[target] = rgba[source]!
        rgb[target + 1] = rgba[source + 1]!
        rgb[target + 2] = rgba[source + 2]!
        continue
      }
      const rest = 255 - alpha
      rgb[target] = dividedBy255(rgba[source]! * alpha + rgb[target]! * rest)
      rgb[target + 1] = dividedBy255(rgba[source + 1]! * alpha + rgb[target + 1]! * rest)
      rgb[target + 2] = dividedBy255(rgba[source + 2]! * alpha + rgb[target + 2]! * rest)
    }
  }
}

/** Rounded quotient of an integer from 0 to 255 * 255, without a division: Blinn 1995, IEEE CG&A 15(2):78-82. */
function dividedBy255(value: number): number {
  const biased = value + 128
  return (biased + (biased >> 8)) >> 8
}
