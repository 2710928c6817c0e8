import { slotsInOrder } from '../campaign/ad-unit-id.ts'
import { CELL_NUMBERS, createIdEncoder, type IdEncoder } from '../campaign/id-codec.ts'
import type { Plan } from '../campaign/plan.ts'
import { ABSENT } from '../space/diagram.ts'

/** Ids of ad units given by position; only what changed since the call before is spelt again. */
export interface UnitIdEncoder {
  /** As IdEncoder: the id, overwritten by the next call. */
  readonly ascii: Uint8Array
  /**
   * @param values positions as a cursor of the space has them
   * @param changed first level whose value may differ from the call before; 0 in the first call
   * @returns length of the id
   */
  encode(values: Int32Array, changed: number): number
  /** Characters of the last id that were the same in the one before. */
  kept(): number
}

export function createUnitIdEncoder(plan: Plan): UnitIdEncoder {
  const ordinals = ordinalsByLevel(plan)
  const numberOfLevel = numbersByLevel(plan)
  const encoder: IdEncoder = createIdEncoder(CELL_NUMBERS + slotsInOrder(plan.ledger).length)
  encoder.numbers[0] = plan.ledger.campaignKey
  return {
    ascii: encoder.ascii,
    kept: encoder.kept,
    encode(values, changed) {
      let first = encoder.numbers.length
      for (let level = changed; level < values.length; level++) {
        const value = values[level]!
        const at = numberOfLevel[level]!
        encoder.numbers[at] = value === ABSENT ? 0 : ordinals[level]![value]!
        if (at < first) first = at
      }
      return encoder.encode(first)
    },
  }
}

/** Permanent ordinals by level of the diagram, then by position. */
export function ordinalsByLevel({ campaign, ledger, placements, segments }: Plan): readonly number[][] {
  return [
    segments.map(({ id }) => ledger.segments[id]!),
    campaign.locales.map((locale) => ledger.locales[locale]!),
    placements.map(({ id }) => ledger.placements[id]!),
    ...campaign.slots.map(({ slot, assets }) => assets.map(({ id }) => ledger.assets[slot]![id]!)),
  ]
}

/** Which of an id's numbers each level is: an id has slots in the ledger's order, which may differ from the campaign's. */
export function numbersByLevel({ campaign, ledger }: Plan): readonly number[] {
  const slots = slotsInOrder(ledger)
  return [1, 2, 3, ...campaign.slots.map(({ slot }) => CELL_NUMBERS + slots.indexOf(slot))]
}
