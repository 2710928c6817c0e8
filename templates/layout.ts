import { PolyadError } from '../core/errors.ts'
import { isCopyOnly, type Placement } from './placement.ts'
import type { Box, Layer, Template } from './template.ts'

/** Whole pixels of the canvas, from its top left corner. A box may reach over the edges; its sides are at least 1. */
export interface PixelBox {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** A layer as this placement shows it: overrides applied, box known. */
export interface PlacedLayer {
  readonly layer: Layer
  readonly box: PixelBox
}

/** A picture is decoded to the size of its box, so a box of any size would be memory of any size. */
const MOST_CANVASES = 4

const known = new WeakMap<Template, Map<string, readonly PlacedLayer[]>>()

/**
 * The layers of a template in one placement with their boxes, back to front; none where the placement is copy alone.
 * Remembered per template object.
 *
 * @throws PolyadError INPUT_INVALID when a box is not determined, or is empty or far larger than this placement
 */
export function layOut(template: Template, placement: Placement): readonly PlacedLayer[] {
  if (isCopyOnly(placement)) return []
  const byPlacement = known.get(template) ?? new Map<string, readonly PlacedLayer[]>()
  known.set(template, byPlacement)
  const key = `${placement.id} ${placement.widthPx} ${placement.heightPx}`
  const before = byPlacement.get(key)
  if (before) return before

  const placed = shownLayers(template, placement.id).map((layer) => ({
    layer,
    box: pixelBox(template, placement, layer),
  }))
  byPlacement.set(key, placed)
  return placed
}

/**
 * The layers that a placement shows, its overrides applied, back to front: without hidden ones and those of a slot that
 * the placement does not have.
 */
export function shownLayers(template: Template, placementId: string): Layer[] {
  const absent = new Set(
    template.slots.filter((slot) => slot.absentIn?.includes(placementId)).map((slot) => slot.name),
  )
  return template.layers
    .map((layer) => overridden(template, placementId, layer))
    .filter(
      (layer) => !layer.hidden && !('slot' in layer && layer.slot !== undefined && absent.has(layer.slot)),
    )
}

/** A layer with what the placement changes of it; each value is replaced whole, the box too. */
export function overridden(template: Template, placementId: string, layer: Layer): Layer {
  const changes = template.placements?.[placementId]?.[layer.id]
  return changes ? ({ ...layer, ...changes } as Layer) : layer
}

/** Why a box does not say where it is, or undefined when it does. */
export function boxProblem(box: Box): string | undefined {
  const across = [box.left, box.width, box.right].filter((each) => each !== undefined).length
  const down = [box.top, box.height, box.bottom].filter((each) => each !== undefined).length
  if (across !== 2) return `needs two of left, width and right, and has ${across}`
  if (down !== 2) return `needs two of top, height and bottom, and has ${down}`
  return undefined
}

function pixelBox(template: Template, placement: Placement, { id, box }: Layer): PixelBox {
  const refuse = (problem: string) =>
    new PolyadError('INPUT_INVALID', {
      what: 'template',
      where: `${template.name}: layer ${id} in ${placement.id}`,
      problem: `its box ${problem}`,
      mend: `change "box" of the layer, or override it under placements/${placement.id}/${id}`,
    })
  const undetermined = boxProblem(box)
  if (undetermined) throw refuse(undetermined)
  const [left, right] = edges(box.left, box.width, box.right, placement.widthPx)
  const [top, bottom] = edges(box.top, box.height, box.bottom, placement.heightPx)
  if (right <= left || bottom <= top) throw refuse(`is empty (${right - left} x ${bottom - top} pixels)`)
  const [width, height] = [right - left, bottom - top]
  if (width > MOST_CANVASES * placement.widthPx || height > MOST_CANVASES * placement.heightPx) {
    throw refuse(
      `is ${width} x ${height} pixels, more than ${MOST_CANVASES} times the sides of the placement`,
    )
  }
  return { left, top, width, height }
}

type Length = number | string

/** Both edges along one side of the canvas, rounded to whole pixels so that pictures stay sharp. */
function edges(
  start: Length | undefined,
  size: Length | undefined,
  end: Length | undefined,
  sidePx: number,
): [number, number] {
  const sizePx = size === undefined ? undefined : pixels(size, sidePx)
  const fromPx = start === undefined ? undefined : pixels(start, sidePx)
  const toPx = end === undefined ? undefined : sidePx - pixels(end, sidePx)
  return [Math.round(fromPx ?? toPx! - sizePx!), Math.round(toPx ?? fromPx! + sizePx!)]
}

function pixels(length: Length, sidePx: number): number {
  return typeof length === 'number' ? length : (Number.parseFloat(length) / 100) * sidePx
}
