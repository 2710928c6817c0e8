import { layOver } from './compose.ts'
import type { LayerRasters } from './layer-rasters.ts'
import type { Scene, SceneText } from './scene.ts'

/** How well a text stands out from what is under it. */
export interface Contrast {
  /** Nine tenths of the ground under the text reach this ratio, 1 to 21. */
  readonly ratio: number
  /** What WCAG asks of a text of this size: 4.5, or 3 of large text. */
  readonly needed: number
}

/** WCAG's large text: 18 pt, or 14 pt bold, at 96 pixels an inch. */
const LARGE_PX = 24
const LARGE_BOLD_PX = (14 * 96) / 72
const STEP_PX = 3
/** Share of the ground that may be worse: a few bright pixels of a photo make no text hard to read. */
const TAIL = 0.1

/**
 * Contrast of a text layer with the pixels under its lines, sampled every third pixel: images and shapes below it, then
 * its own background. Other texts are not laid. Undefined where the layer draws no line.
 *
 * @see WCAG 2.2, success criterion 1.4.3, https://www.w3.org/TR/WCAG22/#contrast-minimum
 */
export async function textContrast(
  scene: Scene,
  layerId: string,
  rasters: LayerRasters,
): Promise<Contrast | undefined> {
  const at = scene.layers.findIndex(({ id }) => id === layerId)
  const layer = scene.layers[at]
  if (layer?.kind !== 'text' || layer.lines.length === 0) return undefined
  const { widthPx, heightPx } = scene
  const canvas = { widthPx, heightPx, rgb: new Uint8Array(widthPx * heightPx * 3).fill(255) }
  for (const below of scene.layers.slice(0, at)) {
    if (below.kind !== 'text') layOver(canvas, await rasters.of(scene, below), below.opacity)
  }
  const ratios: number[] = []
  for (const [x, y] of pointsUnder(layer, scene)) {
    const from = (y * widthPx + x) * 3
    const pixel: Rgb = [canvas.rgb[from]!, canvas.rgb[from + 1]!, canvas.rgb[from + 2]!]
    const ground = layer.background ? over(layer.background.fill, layer.opacity, pixel) : pixel
    ratios.push(contrastRatio(over(layer.colour, layer.opacity, ground), ground))
  }
  if (ratios.length === 0) return undefined
  ratios.sort((a, b) => a - b)
  const isLarge = layer.fontPx >= (layer.weight >= 700 ? LARGE_BOLD_PX : LARGE_PX)
  return { ratio: ratios[Math.floor(ratios.length * TAIL)]!, needed: isLarge ? 3 : 4.5 }
}

type Rgb = readonly [red: number, green: number, blue: number]

/** Contrast ratio of two colours, 1 to 21. */
export function contrastRatio(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((one, other) => other - one) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** Relative luminance of sRGB, 0 to 1. */
function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/** #rrggbb or #rrggbbaa over a pixel. */
function over(colour: string, opacity: number, ground: Rgb): Rgb {
  const part = (from: number) => Number.parseInt(colour.slice(from, from + 2), 16)
  const alpha = (colour.length > 7 ? part(7) / 255 : 1) * opacity
  const mixed = (from: number, below: number) => part(from) * alpha + below * (1 - alpha)
  return [mixed(1, ground[0]), mixed(3, ground[1]), mixed(5, ground[2])]
}

/** Points of the canvas under the lines, from about the height of capitals to the baseline. */
function* pointsUnder(
  { lines, fontPx }: SceneText,
  { widthPx, heightPx }: Scene,
): Generator<readonly [x: number, y: number]> {
  for (const { leftPx, baselinePx, widthPx: linePx } of lines) {
    const bottom = Math.min(heightPx, Math.ceil(baselinePx))
    const right = Math.min(widthPx, Math.ceil(leftPx + linePx))
    for (let y = Math.max(0, Math.floor(baselinePx - 0.75 * fontPx)); y < bottom; y += STEP_PX) {
      for (let x = Math.max(0, Math.floor(leftPx)); x < right; x += STEP_PX) yield [x, y]
    }
  }
}
