import type { GridTree } from '../../segments/grid.ts'
import { nodeSums } from '../../segments/grid-sums.ts'
import { BROAD_ID } from '../../segments/segment.ts'
import { shownPeople } from '../../segments/shown-people.ts'
import { atLeast, hideSmall } from '../../stats/hide-small.ts'
import type { Plan } from '../campaign/plan.ts'
import type { Availability } from '../space/availability.ts'
import { answerOnBroad } from './answers.ts'
import type { CheckLeaf, CheckOverlap, LeafRate, Versus } from './check-report.ts'
import {
  expectedPeopleShown,
  narrowEventsWeek,
  narrowImpressionsWeek,
  narrowShareOf,
  problemsOf,
  type Volume,
} from './expected-volume.ts'
import type { HistoryRates } from './history-rates.ts'
import { rounded } from './rounded.ts'
import type { ServedPeople } from './served-people.ts'
import { type SlotLevel, slotLevels } from './slot-levels.ts'

/** What is found of a leaf, before anything is hidden for its smallness. */
export interface LeafFinding {
  readonly id: string
  readonly title: string
  /** Those it would be served to: in no narrower segment. */
  readonly people: number
  /** Those who meet its rule, as far as they may be told. */
  readonly matching: number | null
  /** Of history; undefined: the campaign's. */
  readonly rate: LeafRate | undefined
  readonly versusBroad: Versus | null
  readonly overlapsWith: readonly string[]
  /** So few people meet its rule that nobody is ever served it. */
  readonly servedBroad: boolean
  readonly problems: CheckLeaf['problems']
  readonly slots: SlotLevel[]
}

/** What leaves are found from. */
export interface LeafInputs {
  readonly served: ServedPeople
  readonly volume: Volume
  readonly availability: Availability
  readonly trees: readonly GridTree[]
  readonly rates: HistoryRates
  readonly overlaps: readonly CheckOverlap[]
  /** What answers are costed for, 0.2 is +20 %. */
  readonly lift: number
}

/** Every narrow segment of a plan, most people first. */
export function findLeaves(plan: Plan, inputs: LeafInputs): LeafFinding[] {
  const { served, volume, availability, trees, rates, lift } = inputs
  const { kFloor } = volume
  const shown = shownPeople(plan.segments, trees, kFloor)
  const overlapsWith = overlapsById(inputs.overlaps)
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
    const slots = servedBroad ? [] : slotLevels({ id, people }, options, volume, tree, rates.rateOf, lift)
    const size = shown[at]!
    return [
      {
        id,
        title,
        people,
        matching:
          typeof size !== 'number' ? null : size === people ? size : Math.max(people, atLeast(size, kFloor)),
        rate: rates.told(id),
        versusBroad: servedBroad ? null : answerOnBroad(volume, lift, people, rates.rateOf(id)),
        overlapsWith: overlapsWith.get(id) ?? [],
        servedBroad,
        problems: problemsOf(volume, people, rates.rateOf(id)),
        slots,
      },
    ]
  })
  return leaves.sort((a, b) => b.people - a.people || (a.id < b.id ? -1 : 1))
}

function overlapsById(overlaps: readonly CheckOverlap[]): ReadonlyMap<string, readonly string[]> {
  const others = new Map<string, string[]>()
  for (const { a, b } of overlaps) {
    for (const [id, other] of [
      [a, b],
      [b, a],
    ] as const) {
      others.set(id, [...(others.get(id) ?? []), other])
    }
  }
  return others
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
  return ordered.map(({ id, title, people, matching, rate, versusBroad, overlapsWith, problems, slots }) => {
    const always = { id, title, problems, overlapsWith: [...overlapsWith], ...(rate ? { rate } : {}) }
    if (hidden.has(id)) {
      return {
        ...always,
        people: null,
        matching: null,
        share: null,
        broadLost: null,
        impressionsWeek: null,
        peopleShown: null,
        eventsWeek: null,
        versusBroad: null,
        slots: slots.filter(({ level }) => level !== 'leaf'),
      }
    }
    const impressionsWeek = narrowImpressionsWeek(volume, people)
    const narrowPeople = people * narrowShareOf(volume)
    return {
      ...always,
      people,
      matching,
      share: volume.peopleReached > 0 ? rounded(people / volume.peopleReached) : 0,
      broadLost: volume.people > 0 ? rounded(1 - people / volume.people) : 0,
      impressionsWeek: rounded(impressionsWeek),
      peopleShown: expectedPeopleShown(narrowPeople, impressionsWeek * volume.weeks),
      eventsWeek: rounded(narrowEventsWeek(volume, people, rate?.value ?? volume.eventRate)),
      versusBroad,
      slots,
    }
  })
}
