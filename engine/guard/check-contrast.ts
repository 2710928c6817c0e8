import { textContrast } from '../../templates/contrast.ts'
import type { Fonts } from '../../templates/fonts.ts'
import { createLayerRasters } from '../../templates/layer-rasters.ts'
import { colourSlot, layerColours, layerSlots } from '../../templates/layer-slots.ts'
import { layOut, type PixelBox, type PlacedLayer } from '../../templates/layout.ts'
import { createScene } from '../../templates/scene.ts'
import type { SlotValue } from '../../templates/slot-values.ts'
import type { TextLayer } from '../../templates/template.ts'
import type { Plan } from '../campaign/plan.ts'
import { createCopyTable } from '../generate/copy-table.ts'
import { assetValue } from '../generate/unit-values.ts'
import type { Ports } from '../ports/ports.ts'
import { createAvailability } from '../space/availability.ts'
import type { CheckReport } from './check-report.ts'
import { type UsedText, usedTexts } from './used-texts.ts'

type ContrastCheck = NonNullable<CheckReport['contrast']>

/** Some seconds: a picture is decoded once for each placement it is shown in. */
const MAX_COMBINATIONS = 1000
const MAX_LISTED = 100

interface Combination {
  readonly placement: number
  readonly layer: string
  readonly text: UsedText
  /** Assets of the pictures and colours under the text, and of its own colour. */
  readonly choices: readonly { readonly slot: string; readonly asset: string; readonly value: SlotValue }[]
}

/**
 * Contrast of texts with what is under them, as advice: each text layer in each placement, with its longest text, over
 * each combination of the pictures and colours that lie under it, whatever segments and rules show it.
 */
export async function checkContrast(
  plan: Plan,
  { blobs }: Pick<Ports, 'blobs'>,
  fonts: Fonts,
  maxCombinations = MAX_COMBINATIONS,
): Promise<ContrastCheck> {
  const rasters = createLayerRasters({ fonts, readFile: (hash) => blobs.get(hash) })
  const all = combinations(plan)
  const poor: ContrastCheck['poor'] = []
  for (const { placement, layer, text, choices } of all.slice(0, maxCombinations)) {
    const scene = createScene({
      template: withLayers(plan, layer, choices),
      placement: plan.placements[placement]!,
      values: {
        ...Object.fromEntries(choices.map(({ slot, value }) => [slot, value])),
        [text.slot]: { kind: 'text', text: text.text },
      },
      locale: text.locale,
      fonts,
      files: plan.files,
    })
    const found = await textContrast(scene, layer, rasters)
    if (!found || found.ratio >= found.needed) continue
    poor.push({
      placement: plan.placements[placement]!.id,
      layer,
      on: choices.map(({ slot, asset }) => `${slot}/${asset}`),
      ratio: Math.round(found.ratio * 10) / 10,
      needed: found.needed,
    })
  }
  poor.sort((a, b) => a.ratio / a.needed - b.ratio / b.needed)
  return {
    checked: Math.min(all.length, maxCombinations),
    skipped: Math.max(0, all.length - maxCombinations),
    poorCount: poor.length,
    poor: poor.slice(0, MAX_LISTED),
  }
}

/** The template with the text layer, and of the others those whose slots are chosen. */
function withLayers({ template }: Plan, text: string, choices: Combination['choices']): Plan['template'] {
  const chosen = new Set(choices.map(({ slot }) => slot))
  return {
    ...template,
    layers: template.layers.filter(
      (layer) =>
        layer.id === text || (layer.kind !== 'text' && layerSlots(layer).every((slot) => chosen.has(slot))),
    ),
  }
}

function combinations(plan: Plan): Combination[] {
  const { campaign, placements, template } = plan
  const copy = createCopyTable(plan)
  const availability = createAvailability(plan, copy)
  const texts = usedTexts(plan, copy, availability)
  const longest = new Map<string, UsedText>()
  for (const used of texts) {
    const key = `${used.slot} ${used.placement}`
    if (used.text.length > (longest.get(key)?.text.length ?? 0)) longest.set(key, used)
  }

  /** Assets of a slot that some segment may show there, one for each distinct picture or colour. */
  function optionsOf(slot: string, placement: number): Combination['choices'] {
    const slotAt = campaign.slots.findIndex((each) => each.slot === slot)
    const allowed = new Set(
      [...availability.members.keys()].flatMap((segmentClass) =>
        campaign.locales.flatMap((_, locale) => [
          ...(availability.optionsOf(segmentClass, locale, placement)[slotAt] ?? []),
        ]),
      ),
    )
    const seen = new Set<string>()
    return (campaign.slots[slotAt]?.assets ?? []).flatMap((asset, at) => {
      const value = allowed.has(at) ? assetValue(asset, undefined) : undefined
      const key = asset.file ?? asset.colour ?? ''
      if (!value || seen.has(key)) return []
      seen.add(key)
      return [{ slot, asset: asset.id, value }]
    })
  }

  return placements.flatMap((placement, at) => {
    const placed = layOut(template, placement)
    return placed.flatMap(({ layer, box }, index) => {
      if (layer.kind !== 'text') return []
      const text = longest.get(`${layer.slot} ${at}`)
      if (!text) return []
      const slots = slotsUnder(layer, box, placed.slice(0, index))
      const options = slots.map((slot) => optionsOf(slot, at)).filter((each) => each.length > 0)
      return product(options).map((choices) => ({ placement: at, layer: layer.id, text, choices }))
    })
  })
}

function slotsUnder(layer: TextLayer, box: PixelBox, below: readonly PlacedLayer[]): readonly string[] {
  const own = layerColours(layer).flatMap((colour) => colourSlot(colour) ?? [])
  const under = below
    .filter((each) => each.layer.kind !== 'text' && intersects(each.box, box))
    .flatMap((each) => layerSlots(each.layer))
  return [...new Set([...own, ...under])]
}

function intersects(a: PixelBox, b: PixelBox): boolean {
  return (
    a.left < b.left + b.width &&
    b.left < a.left + a.width &&
    a.top < b.top + b.height &&
    b.top < a.top + a.height
  )
}

/** Every way to take one of each, but no more than are ever looked at. */
function product<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>(
    (ways, list) => ways.flatMap((way) => list.map((each) => [...way, each])).slice(0, MAX_COMBINATIONS + 1),
    [[]],
  )
}
