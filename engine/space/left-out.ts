import { combinationRules } from '../campaign/combination-rules.ts'
import type { Plan } from '../campaign/plan.ts'
import type { Availability } from './availability.ts'
import { conflictOver } from './conflict.ts'
import type { Space } from './space.ts'

/** An asset that its `when` and copy allow somewhere, yet no ad unit has: the rules leave it out everywhere. */
export interface LeftOut {
  readonly slot: string
  readonly asset: string
  /** Pointers of a smallest set of rules that conflict over it, in the first cell where it is allowed. */
  readonly rules: readonly string[]
}

/** Assets that the rules of what goes with what leave out everywhere. One walk down the diagram for each slot. */
export function findLeftOut(plan: Plan, space: Space, availability: Availability): LeftOut[] {
  const { slots } = plan.campaign
  const rules = combinationRules(plan.campaign)
  if (rules.length === 0) return []
  return slots.flatMap(({ slot, assets }, slotAt) => {
    const counts = space.countBy(slot)
    return assets.flatMap(({ id }, asset): LeftOut[] => {
      if (counts.get(id) !== 0n) return []
      const options = firstOptionsWith(plan, availability, slotAt, asset)
      if (!options) return []
      const conflict = conflictOver(rules, options.with(slotAt, Int32Array.of(asset)))
      return [{ slot, asset: id, rules: conflict.map(({ pointer }) => pointer) }]
    })
  })
}

/** The options of the first cell in which an asset is one; undefined when there is none. */
function firstOptionsWith(
  plan: Plan,
  availability: Availability,
  slot: number,
  asset: number,
): readonly Int32Array[] | undefined {
  for (const segmentClass of availability.members.keys()) {
    for (const locale of plan.campaign.locales.keys()) {
      for (const placement of plan.placements.keys()) {
        const options = availability.optionsOf(segmentClass, locale, placement)
        if (options[slot]!.includes(asset)) return options
      }
    }
  }
  return undefined
}
