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

/** The options of a cell by slot, as Availability gives them. */
type Options = ReturnType<Availability['optionsOf']>

/**
 * Assets that the rules of what goes with what leave out everywhere. Costs a count and a pass over the cells, and a
 * search for each that is told.
 *
 * @param most how many are told; `more` counts the others
 */
export function findLeftOut(
  plan: Plan,
  space: Space,
  availability: Availability,
  most: number,
): { readonly told: readonly LeftOut[]; readonly more: number } {
  const rules = combinationRules(plan.campaign)
  if (rules.length === 0) return { told: [], more: 0 }
  const firstOptions = findFirstOptions(plan, availability)
  const found = plan.campaign.slots.flatMap(({ slot, assets }, slotAt) => {
    const counts = space.countBy(slot)
    return assets.flatMap(({ id }, asset) => {
      const options = counts.get(id) === 0n ? firstOptions[slotAt]!.get(asset) : undefined
      return options ? [{ slot, asset: id, options: options.with(slotAt, Int32Array.of(asset)) }] : []
    })
  })
  const told = found.slice(0, most).map(({ slot, asset, options }) => ({
    slot,
    asset,
    rules: conflictOver(rules, options).map(({ pointer }) => pointer),
  }))
  return { told, more: found.length - told.length }
}

/** By slot and asset position: the options of the first cell in which the asset is one. */
function findFirstOptions(plan: Plan, availability: Availability): Map<number, Options>[] {
  const first = plan.campaign.slots.map(() => new Map<number, Options>())
  // Cells share their lists of options, so each list is read once.
  const read = new Set<Int32Array>()
  for (const segmentClass of availability.members.keys()) {
    for (const locale of plan.campaign.locales.keys()) {
      for (const placement of plan.placements.keys()) {
        const options = availability.optionsOf(segmentClass, locale, placement)
        for (const [slot, list] of options.entries()) {
          if (read.has(list)) continue
          read.add(list)
          for (const asset of list) if (!first[slot]!.has(asset)) first[slot]!.set(asset, options)
        }
      }
    }
  }
  return first
}
