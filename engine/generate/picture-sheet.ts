import type { ChromaSubsampling } from '../../templates/jpeg/encode.ts'
import { mcuHeightPx } from '../../templates/jpeg/encode.ts'
import { layerSlots } from '../../templates/layer-slots.ts'
import { layOut } from '../../templates/layout.ts'
import { type Placement, requireCanvas } from '../../templates/placement.ts'
import type { Renderer } from '../../templates/raster.ts'
import type { Scene } from '../../templates/scene.ts'
import type { CacheSection } from '../../templates/splice/band-cache.ts'
import { createChains } from '../../templates/splice/chains.ts'
import { planBands } from '../../templates/splice/plan-bands.ts'
import { createSplicer, type SplicedPicture } from '../../templates/splice/splicer.ts'
import type { Plan } from '../campaign/plan.ts'
import { ABSENT } from '../space/diagram.ts'
import { createCopyTable } from './copy-table.ts'

/** Positions of an ad unit as a cursor has them: segment, locale, placement, then the slots. */
const FIRST_SLOT = 3

export interface SheetOptions {
  readonly locale: number
  readonly placement: number
  readonly chromaSubsampling: ChromaSubsampling
  /** About how many pictures will be asked for in all: what is worth preparing depends on it. */
  readonly pictures: number
  readonly renderer: Renderer
  readonly cache: { readonly coded: CacheSection; readonly grounds: CacheSection }
}

/** The ad units of one placement and locale, which share a canvas. */
export interface PictureSheet {
  readonly placement: Placement
  /**
   * Adds an ad unit to those whose pictures are made next.
   *
   * @param values positions as a cursor has them
   * @param changed first level whose value may differ from the ad unit added before; 0 if that was of another sheet
   * @param sceneOf its scene; asked only when a layer looks as none did before
   */
  add(values: Int32Array, changed: number, sceneOf: () => Scene): void
  /** Pictures of what was added, in that order; the last quality's where none is within `maxBytes`. Begins anew. */
  take(qualities: readonly number[], maxBytes: number): Promise<SplicedPicture[]>
  /** It remembers so much that a new one should take its place. */
  isFull(): boolean
}

/**
 * How a layer looks depends on the values of its slots alone (templates/layer-slots.ts), so a scene is made once for
 * each combination of them, not for each ad unit.
 */
export function createPictureSheet(plan: Plan, options: SheetOptions): PictureSheet {
  const { campaign, template } = plan
  const placement = plan.placements[options.placement]!
  requireCanvas(placement)
  const { widthPx, heightPx } = placement
  const placed = layOut(template, placement)
  const slotNames = campaign.slots.map(({ slot }) => slot)
  const slotsOfLayer = placed.map(({ layer }) =>
    layerSlots(layer)
      .map((name) => slotNames.indexOf(name))
      .filter((slot) => slot >= 0),
  )
  const numberings = campaign.slots.map((_, slot) => createValueNumbers(plan, slot, options))
  const { renderer, chromaSubsampling } = options
  const splicer = createSplicer({
    widthPx,
    heightPx,
    chromaSubsampling,
    cache: options.cache,
    rasterOf: (layer) => renderer.rasters.of(placement, layer),
    bands: planBands({
      widthPx,
      heightPx,
      rowPx: mcuHeightPx({ chromaSubsampling }),
      pictures: options.pictures,
      layers: placed.map(({ layer, box }) => ({
        topPx: box.top,
        bottomPx: box.top + box.height,
        slots: layerSlots(layer),
      })),
      values: Object.fromEntries(slotNames.map((name, slot) => [name, numberings[slot]!.count])),
    }),
  })

  const depth = placed.length
  const numbers = new Int32Array(campaign.slots.length)
  /** Of each layer the values of its slots, and the look they gave. */
  const combinations = createChains(depth)
  const lookOf: number[] = []
  let looks = new Int32Array(64 * depth)
  let count = 0

  function lookIn(layer: number, sceneOf: () => Scene): number {
    let combination = combinations.start(layer)
    for (const slot of slotsOfLayer[layer]!) combination = combinations.after(combination, numbers[slot]!)
    const known = lookOf[combination]
    if (known !== undefined) return known
    const { id } = placed[layer]!.layer
    const shown = sceneOf().layers.find((each) => each.id === id)
    const look = shown ? splicer.lookOf(shown) : 0
    lookOf[combination] = look
    return look
  }

  return {
    placement,
    add(values, changed, sceneOf) {
      if ((count + 1) * depth > looks.length) {
        const larger = new Int32Array(2 * looks.length)
        larger.set(looks)
        looks = larger
      }
      const isNew = count === 0 || changed < FIRST_SLOT
      const firstSlot = isNew ? 0 : changed - FIRST_SLOT
      for (let slot = firstSlot; slot < numbers.length; slot++) {
        numbers[slot] = numberings[slot]!.numberOf(values[FIRST_SLOT + slot]!, values[0]!)
      }
      let scene: Scene | undefined
      const sceneOnce = () => {
        scene ??= sceneOf()
        return scene
      }
      const at = count * depth
      for (let layer = 0; layer < depth; layer++) {
        const isSame = !isNew && slotsOfLayer[layer]!.every((slot) => slot < firstSlot)
        looks[at + layer] = isSame ? looks[at - depth + layer]! : lookIn(layer, sceneOnce)
      }
      count++
    },
    take(qualities, maxBytes) {
      const used = looks.slice(0, count * depth)
      count = 0
      return splicer.pictures(used, depth, qualities, maxBytes)
    },
    isFull: () => splicer.isFull() || combinations.size() > MAX_COMBINATIONS,
  }
}

const MAX_COMBINATIONS = 1_000_000

/** Numbers for what a slot shows in one locale and placement: segments that share a text share its number. 0: nothing. */
function createValueNumbers(
  plan: Plan,
  slot: number,
  { locale, placement }: Pick<SheetOptions, 'locale' | 'placement'>,
) {
  const copy = createCopyTable(plan)
  const { assets } = plan.campaign.slots[slot]!
  const entries = assets.map((_, asset) => copy.entry(slot, asset, locale, placement))
  const bases: number[] = []
  let count = 1
  for (const entry of entries) {
    bases.push(count)
    count += entry ? entry.texts.length : 1
  }
  return {
    count,
    numberOf(asset: number, segment: number): number {
      if (asset === ABSENT) return 0
      const entry = entries[asset]
      return bases[asset]! + (entry ? entry.classOf[segment]! : 0)
    },
  }
}
