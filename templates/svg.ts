import { escapeAttribute, escapeText } from './escape.ts'
import type { PixelBox } from './layout.ts'
import type {
  CanvasSize,
  Scene,
  SceneGradient,
  SceneImage,
  SceneLayer,
  SceneShape,
  SceneText,
} from './scene.ts'

export interface SvgOptions {
  /**
   * Where a document finds the picture of an image layer: an address, a data URI, or (default) its content hash as
   * a fragment. A picture already cropped to the box is shown exactly; another is cropped by the viewer, which knows
   * only thirds of `focus`.
   */
  readonly href?: (image: SceneImage) => string
}

/** The scene as one SVG document: same scene, same text. */
export function sceneSvg(scene: Scene, options: SvgOptions = {}): string {
  return svgDocument(scene, scene.layers, options)
}

/** One layer alone on its scene's canvas. */
export function layerSvg(canvas: CanvasSize, layer: SceneLayer): string {
  return svgDocument(canvas, [layer], {})
}

function svgDocument(
  { widthPx, heightPx }: CanvasSize,
  layers: readonly SceneLayer[],
  options: SvgOptions,
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}">`,
    ...layers.map((layer) => layerElement(layer, options)),
    '</svg>\n',
  ].join('\n')
}

function layerElement(layer: SceneLayer, options: SvgOptions): string {
  const opacity = layer.opacity < 1 ? ` opacity="${decimal(layer.opacity)}"` : ''
  return `<g id="${escapeAttribute(layer.id)}"${opacity}>\n${content(layer, options)}\n</g>`
}

function content(layer: SceneLayer, options: SvgOptions): string {
  switch (layer.kind) {
    case 'image':
      return imageElement(layer, options)
    case 'shape':
      return shapeElements(layer)
    case 'text':
      return textElements(layer)
  }
}

function imageElement(layer: SceneImage, { href = (image) => `#${image.file}` }: SvgOptions): string {
  const third = (share: number) => (share < 1 / 3 ? 'Min' : share > 2 / 3 ? 'Max' : 'Mid')
  const { x, y } = layer.focus
  const align = `x${third(x)}Y${third(y)} ${layer.fit === 'contain' ? 'meet' : 'slice'}`
  return `<image ${boxAttributes(layer.box)} preserveAspectRatio="${align}" href="${escapeAttribute(href(layer))}"/>`
}

function shapeElements(layer: SceneShape): string {
  const { fill } = layer
  if (typeof fill === 'string') return rectangle(layer.box, layer.radiusPx, paint('fill', fill))
  const id = `${layer.id}-fill`
  return [
    gradientElement(id, fill, layer.box),
    rectangle(layer.box, layer.radiusPx, `fill="url(#${escapeAttribute(id)})"`),
  ].join('\n')
}

function gradientElement(id: string, gradient: SceneGradient, box: PixelBox): string {
  const [from, to] = gradientLine(gradient.angleDegrees, box)
  return [
    `<linearGradient id="${escapeAttribute(id)}" gradientUnits="userSpaceOnUse" x1="${decimal(from.x)}" y1="${decimal(from.y)}" x2="${decimal(to.x)}" y2="${decimal(to.y)}">`,
    `<stop offset="0" ${paint('stop', gradient.from)}/>`,
    `<stop offset="1" ${paint('stop', gradient.to)}/>`,
    '</linearGradient>',
  ].join('')
}

/**
 * Ends of a gradient through the middle of a box, just long enough that its corners get the pure colours, as CSS has it.
 *
 * @see https://www.w3.org/TR/css-images-3/#linear-gradients
 */
function gradientLine(angleDegrees: number, box: PixelBox) {
  const angle = (angleDegrees * Math.PI) / 180
  const x = Math.cos(angle)
  const y = Math.sin(angle)
  const half = (Math.abs(box.width * x) + Math.abs(box.height * y)) / 2
  const middle = { x: box.left + box.width / 2, y: box.top + box.height / 2 }
  return [
    { x: middle.x - x * half, y: middle.y - y * half },
    { x: middle.x + x * half, y: middle.y + y * half },
  ] as const
}

function textElements(layer: SceneText): string {
  const parts: string[] = []
  if (layer.background) {
    parts.push(rectangle(layer.box, layer.background.radiusPx, paint('fill', layer.background.fill)))
  }
  const style = `font-size="${decimal(layer.fontPx)}" font-weight="${layer.weight}" ${paint('fill', layer.colour)}`
  for (const line of layer.lines) {
    const runs = line.runs.map(
      (run) =>
        `<tspan x="${decimal(run.leftPx)}" font-family="${escapeAttribute(run.family)}">${escapeText(drawnText(run))}</tspan>`,
    )
    // geometricPrecision: without it glyphs snap to whole pixels and lines get wider than they were measured.
    parts.push(
      `<text y="${decimal(line.baselinePx)}" ${style} text-rendering="geometricPrecision" xml:space="preserve">${runs.join('')}</text>`,
    )
  }
  return parts.join('\n')
}

/**
 * A run from right to left stands between marks of that direction: they draw nothing, and signs at its ends are
 * mirrored and put as if its line were around it.
 */
function drawnText({ text, direction }: SceneText['lines'][number]['runs'][number]): string {
  return direction === 'rtl' ? `\u200f${text}\u200f` : text
}

function rectangle(box: PixelBox, radiusPx: number, fill: string): string {
  const corners = radiusPx > 0 ? ` rx="${decimal(radiusPx)}"` : ''
  return `<rect ${boxAttributes(box)}${corners} ${fill}/>`
}

function boxAttributes(box: PixelBox): string {
  return `x="${box.left}" y="${box.top}" width="${box.width}" height="${box.height}"`
}

/** #rrggbbaa as a colour and an opacity, which every SVG reader understands. */
function paint(kind: 'fill' | 'stop', colour: string): string {
  const name = kind === 'fill' ? 'fill' : 'stop-color'
  const solid = `${name}="${escapeAttribute(colour.slice(0, 7))}"`
  if (colour.length === 7) return solid
  return `${solid} ${kind}-opacity="${decimal(Number.parseInt(colour.slice(7), 16) / 255)}"`
}

/** At most three decimals, so that texts compare equal. */
function decimal(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}
