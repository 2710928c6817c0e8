import { PolyadError } from '../core/errors.ts'
import type { Direction } from './direction.ts'
import { isCopyOnly, type Placement } from './placement.ts'
import type { Box, Layer, Length, Template } from './template.ts'

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
 * @param direction rtl: left and right change sides, but for layers that say no
 * @throws PolyadError INPUT_INVALID when a box is not determined, or is empty or far larger than this placement
 */
export function layOut(
  template: Template,
  placement: Placement,
  direction: Direction = 'ltr',
): readonly PlacedLayer[] {
  if (isCopyOnly(placement)) return []
  const byPlacement = known.get(template) ?? new Map<string, readonly PlacedLayer[]>()
  known.set(template, byPlacement)
  const key = `${placement.id} ${placement.widthPx} ${placement.heightPx} ${direction}`
  const before = byPlacement.get(key)
  if (before) return before

  const placed = shownLayers(template, placement.id).map((layer) => ({
    layer,
    box: placedBox(template, placement, layer, direction),
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

function placedBox(template: Template, placement: Placement, layer: Layer, direction: Direction): PixelBox {
  const box = pixelBox(template, placement, layer)
  if (direction === 'ltr' || layer.mirror === false) return box
  return { ...box, left: placement.widthPx - box.left - box.width }
}

/** What boxes within the safe area are told in. */
export function safeBox({ safeAreas = {} }: Template, placement: Placement): PixelBox {
  const { id, widthPx, heightPx, safeArea } = placement
  const own = Object.hasOwn(safeAreas, id) ? safeAreas[id] : undefined
  const ofTable = safeArea && {
    left: safeArea.leftPx,
    top: safeArea.topPx,
    right: safeArea.rightPx,
    bottom: safeArea.bottomPx,
  }
  const insets = own ?? ofTable ?? safeAreas['default'] ?? {}
  const [left, right] = edges(insets.left ?? 0, undefined, insets.right ?? 0, widthPx)
  const [top, bottom] = edges(insets.top ?? 0, undefined, insets.bottom ?? 0, heightPx)
  return { left, top, width: right - left, height: bottom - top }
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
  const { widthPx, heightPx } = placement
  const room =
    box.within === 'safe'
      ? safeBox(template, placement)
      : { left: 0, top: 0, width: widthPx, height: heightPx }
  if (room.width < 1 || room.height < 1)
    throw refuse(`lies in a safe area of ${room.width} x ${room.height} pixels`)
  const [left, right] = edges(box.left, box.width, box.right, room.width).map(
    (edge) => edge + room.left,
  ) as Edges
  const [top, bottom] = edges(box.top, box.height, box.bottom, room.height).map(
    (edge) => edge + room.top,
  ) as Edges
  if (right <= left || bottom <= top) throw refuse(`is empty (${right - left} x ${bottom - top} pixels)`)
  const [width, height] = [right - left, bottom - top]
  if (width > MOST_CANVASES * widthPx || height > MOST_CANVASES * heightPx) {
    throw refuse(
      `is ${width} x ${height} pixels, more than ${MOST_CANVASES} times the sides of the placement`,
    )
  }
  return { left, top, width, height }
}

type Edges = [start: number, end: number]

/** Both edges along one side of the canvas, rounded to whole pixels so that pictures stay sharp. */
function edges(
  start: Length | undefined,
  size: Length | undefined,
  end: Length | undefined,
  sidePx: number,
): Edges {
  const sizePx = size === undefined ? undefined : pixels(size, sidePx)
  const fromPx = start === undefined ? undefined : pixels(start, sidePx)
  const toPx = end === undefined ? undefined : sidePx - pixels(end, sidePx)
  return [Math.round(fromPx ?? toPx! - sizePx!), Math.round(toPx ?? fromPx! + sizePx!)]
}

function pixels(length: Length, sidePx: number): number {
  return typeof length === 'number' ? length : (Number.parseFloat(length) / 100) * sidePx
}
