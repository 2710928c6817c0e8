import { BROAD_ID } from '../../../segments/segment.ts'
import { DEFAULTS } from '../../campaign/campaign.ts'
import type { Plan } from '../../campaign/plan.ts'
import { createCopyTable } from '../../generate/copy-table.ts'
import type { WiderSegments } from '../../reporting/wider-segments.ts'
import { createAvailability } from '../../space/availability.ts'

/**
 * Which segment's ads the people of merged leaves get: the nearest wider one that the plan has, at or above the k floor,
 * whose ads say and use nothing that would not be certain of the leaf; else broad. A leaf that the plan does not have is
 * left out.
 */
export function servedBy(
  plan: Plan,
  merged: readonly string[],
  widerOf: WiderSegments,
): ReadonlyMap<string, string> {
  const positions = new Map(plan.segments.map(({ id }, at) => [id, at]))
  const leaves = merged.filter((leaf) => leaf !== BROAD_ID && positions.has(leaf))
  if (leaves.length === 0) return new Map()
  const floor = plan.campaign.kFloor ?? DEFAULTS.kFloor
  const suits = suitability(plan)
  const isMerged = new Set(leaves)
  return new Map(
    leaves.map((leaf) => {
      const into = widerOf(leaf).find((id) => {
        const at = positions.get(id)
        if (at === undefined || id === BROAD_ID || isMerged.has(id)) return false
        return plan.segments[at]!.people >= floor && suits(at, positions.get(leaf)!)
      })
      return [leaf, into ?? BROAD_ID]
    }),
  )
}

/**
 * Whether the ads of a wider segment may be shown to a leaf's people. A remainder is certain not to hold its surviving
 * leaves, so its ads may be for those who are not of the leaf.
 */
function suitability(plan: Plan): (wider: number, leaf: number) => boolean {
  const { segments, placements, campaign } = plan
  const availability = createAvailability(plan, createCopyTable(plan))
  return (wider, leaf) => {
    const known = segments[leaf]!.certain
    for (const [name, value] of Object.entries(segments[wider]!.certain)) {
      if (known[name] !== value) return false
    }
    for (const locale of campaign.locales.keys()) {
      for (const placement of placements.keys()) {
        const [ofWider, ofLeaf] = [wider, leaf].map((at) =>
          availability.optionsOf(availability.classOf[at]!, locale, placement),
        )
        const isWithin = ofWider!.every((options, slot) => {
          const allowed = new Set(ofLeaf![slot])
          return options.every((option) => allowed.has(option))
        })
        if (!isWithin) return false
      }
    }
    return true
  }
}
