import type { SlotValue, SlotValues } from '../../templates/slot-values.ts'
import type { Asset } from '../campaign/campaign.ts'
import type { Plan } from '../campaign/plan.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import type { CopyTable } from './copy-table.ts'

/**
 * What each slot of an ad unit shows: its final text, picture or colour. Absent slots are left out; so is a slot whose
 * asset the plan no longer has, or whose copy cannot be rendered here (a retired ad unit).
 */
export function unitValues(plan: Plan, copy: CopyTable, unit: AdUnit): SlotValues {
  const values: Record<string, SlotValue> = {}
  for (const { slot, assets } of plan.campaign.slots) {
    const id = Object.hasOwn(unit.choices, slot) ? unit.choices[slot] : undefined
    const asset = id === undefined ? undefined : assets.find((each) => each.id === id)
    const value = asset && assetValue(asset, copy.text(slot, asset.id, unit))
    if (value) values[slot] = value
  }
  return values
}

/** What an asset shows, given its rendered text; undefined when there is none. */
export function assetValue(asset: Asset, text: string | undefined): SlotValue | undefined {
  if (asset.file !== undefined) return { kind: 'image', file: asset.file, focus: asset.focus }
  if (asset.colour !== undefined) return { kind: 'colour', colour: asset.colour }
  return text === undefined ? undefined : { kind: 'text', text }
}

/** A slot's value as one text: the text itself, the picture's path, the colour. */
export function shown(value: SlotValue): string {
  switch (value.kind) {
    case 'text':
      return value.text
    case 'image':
      return value.file
    case 'colour':
      return value.colour
  }
}
