import type { GridTree } from '../../segments/grid.ts'
import { nodeSums } from '../../segments/grid-sums.ts'
import { BROAD_ID } from '../../segments/segment.ts'
import { hideSmall } from '../../stats/hide-small.ts'
import type { Plan } from '../campaign/plan.ts'
import type { Availability } from '../space/availability.ts'
import type { CheckLeaf } from './check-report.ts'
import { narrowEventsWeek, narrowImpressionsWeek, problemsOf, type Volume } from './expected-volume.ts'
import type { ServedPeople } from './served-people.ts'
import { rounded, type SlotLevel, slotLevels } from './slot-levels.ts'

/** What is found of a leaf, before anything is hidden for its smallness. */
export interface LeafFinding {
  readonly id: string
  readonly title: string
  /** Those it would be served to: in no narrower segment. */
  readonly people: number
  /** So few people meet its rule that nobody is ever served it. */
  readonly servedBroad: boolean
  readonly problems: CheckLeaf['problems']
  readonly slots: SlotLevel[]
}

/** Every narrow segment of a plan, most people first. */
export function findLeaves(
  plan: Plan,
  served: ServedPeople,
  volume: Volume,
  availability: Availability,
  trees: readonly GridTree[],
): LeafFinding[] {
  const optionsOfClass = new Map<number, ReadonlyMap<string, number>>()
  const leaves = plan.segments.flatMap((segment, at): LeafFinding[] => {
    const { id, title } = segment
    if (id === BROAD_ID) return []
    const people = served.of.get(id)!
    const segmentClass = availability.classOf[at]!
    let options = optionsOfClass.get(segmentClass)
    if (!options) {
      options = slotOptions(plan, availability, segmentClass)
      optionsOfClass.set(segmentClass, options)
    }
    const tree = segment.kind === 'rule' ? undefined : trees.find(({ nodes }) => nodes.has(id))
    const servedBroad = segment.people < volume.kFloor
    // Nobody sees an option of a leaf that is served broad, so there is nothing to tell apart.
    const slots = servedBroad ? [] : slotLevels({ id, people }, options, volume, tree)
    return [{ id, title, people, servedBroad, problems: problemsOf(volume, people), slots }]
  })
  return leaves.sort((a, b) => b.people - a.people || (a.id < b.id ? -1 : 1))
}

/** How many options each slot may show in a class of segments, over all locales and placements. */
function slotOptions(
  plan: Plan,
  availability: Availability,
  segmentClass: number,
): ReadonlyMap<string, number> {
  const options = plan.campaign.slots.map(() => new Set<number>())
  for (const locale of plan.campaign.locales.keys()) {
    for (const placement of plan.placements.keys()) {
      for (const [slot, positions] of availability.optionsOf(segmentClass, locale, placement).entries()) {
        // A negative position stands for a slot the placement does not have.
        for (const position of positions) if (position >= 0) options[slot]!.add(position)
      }
    }
  }
  return new Map(plan.campaign.slots.map(({ slot }, at) => [slot, options[at]!.size]))
}

/**
 * Leaves whose numbers may not be printed. The sums that could give a small one away: every node of a grid, all leaves,
 * and those that are served, whose people are all that a targeted campaign reaches.
 */
export function hiddenLeaves(
  leaves: readonly Pick<LeafFinding, 'id' | 'people' | 'servedBroad'>[],
  trees: readonly GridTree[],
  { mode, kFloor }: Pick<Volume, 'mode' | 'kFloor'>,
): ReadonlySet<string> {
  const ids = leaves.map(({ id }) => id)
  const served = leaves.filter(({ servedBroad }) => !servedBroad).map(({ id }) => id)
  const all = new Set(ids)
  return hideSmall(
    leaves.map(({ id, people }) => ({ key: id, people })),
    [...trees.flatMap((tree) => nodeSums(tree, all)), ids, ...(mode === 'targeted' ? [served] : [])],
    kFloor,
  )
}

/** Leaves as a report may show them, the hidden ones last: between two equal sizes a place is a number. */
export function shownLeaves(
  leaves: readonly LeafFinding[],
  volume: Volume,
  hidden: ReadonlySet<string>,
): CheckLeaf[] {
  const ordered = [
    ...leaves.filter(({ id }) => !hidden.has(id)),
    ...leaves.filter(({ id }) => hidden.has(id)).sort((a, b) => (a.id < b.id ? -1 : 1)),
  ]
  return ordered.map(({ id, title, people, problems, slots }) =>
    hidden.has(id)
      ? {
          id,
          title,
          people: null,
          share: null,
          impressionsWeek: null,
          eventsWeek: null,
          problems,
          slots: slots.filter(({ level }) => level !== 'leaf'),
        }
      : {
          id,
          title,
          people,
          share: volume.peopleReached > 0 ? rounded(people / volume.peopleReached) : 0,
          impressionsWeek: rounded(narrowImpressionsWeek(volume, people)),
          eventsWeek: rounded(narrowEventsWeek(volume, people)),
          problems,
          slots,
        },
  )
}
