import { ABSENT } from '../space/diagram.ts'
import type { Campaign, SlotTerms } from './campaign.ts'

/** The rule can no longer be broken, whatever the slots to come hold. */
export const SETTLED = -1
/** The ad unit is left out. */
export const BROKEN = -2

/**
 * One entry of `exclude`, `require` or `groups`, read slot by slot in the campaign's order. It begins in state 0; an ad
 * unit keeps it unless a step comes to BROKEN.
 */
export interface CombinationRule {
  /** For people, e.g. /exclude/3 or /groups/0 (winter). */
  readonly pointer: string
  /** Positions of the slots it names, ascending. */
  readonly slots: readonly number[]
  /** How many states it has. */
  readonly states: number
  /** The assets it names in one of its slots, by position; it takes all others for equal. */
  namedIn(slot: number): ReadonlySet<number>
  /**
   * The state after one of its slots, SETTLED or BROKEN.
   *
   * @param asset position, or ABSENT where the placement lacks the slot
   */
  step(slot: number, state: number, asset: number): number
}

/** Asset positions by slot position. */
type Sets = ReadonlyMap<number, ReadonlySet<number>>

const NONE: ReadonlySet<number> = new Set()

/**
 * The combination rules of a campaign: exclusions, requirements, groups, each in the order of the document. Slots and
 * assets that the campaign does not have are passed over; validateCampaign refuses them.
 */
export function combinationRules(campaign: Pick<Campaign, 'slots' | 'exclude' | 'require' | 'groups'>) {
  const { exclude = [], require = [], groups = [] } = campaign
  const slotAt = new Map(campaign.slots.map(({ slot }, at) => [slot, at]))
  const assetAt = campaign.slots.map(({ assets }) => new Map(assets.map(({ id }, at) => [id, at])))

  const setsOf = (terms: SlotTerms): Sets => {
    const sets = new Map<number, ReadonlySet<number>>()
    for (const [name, ids] of Object.entries(terms)) {
      const slot = slotAt.get(name)
      if (slot === undefined) continue
      sets.set(slot, new Set(ids.flatMap((id) => assetAt[slot]!.get(id) ?? [])))
    }
    return sets
  }
  return [
    ...exclude.map((terms, at) => exclusion(`/exclude/${at}`, setsOf(terms))),
    ...require.map((each, at) => requirement(`/require/${at}`, setsOf(each.if), setsOf(each.use))),
    ...groups.map(({ name, assets }, at) => group(`/groups/${at} (${name})`, setsOf(assets))),
  ]
}

/** Whether an ad unit with these assets, by slot position and ABSENT where there is none, breaks a rule. */
export function isBroken(rule: CombinationRule, assets: readonly number[]): boolean {
  let state = 0
  for (const slot of rule.slots) {
    state = rule.step(slot, state, assets[slot]!)
    if (state < 0) return state === BROKEN
  }
  return false
}

function exclusion(pointer: string, sets: Sets): CombinationRule {
  const slots = ascending(sets.keys())
  const last = slots.at(-1)
  return {
    pointer,
    slots,
    states: 1,
    namedIn: (slot) => sets.get(slot) ?? NONE,
    step(slot, state, asset) {
      if (!sets.get(slot)!.has(asset)) return SETTLED
      return slot === last ? BROKEN : state
    },
  }
}

/** State 1: a term of `use` is not met, so the rule is broken once all of `if` is met. */
function requirement(pointer: string, when: Sets, use: Sets): CombinationRule {
  const slots = ascending([...when.keys(), ...use.keys()])
  const last = slots.at(-1)
  const named = new Map(
    slots.map((slot) => [slot, new Set([...(when.get(slot) ?? NONE), ...(use.get(slot) ?? NONE)])]),
  )
  return {
    pointer,
    slots,
    states: 2,
    namedIn: (slot) => named.get(slot) ?? NONE,
    step(slot, state, asset) {
      if (when.get(slot)?.has(asset) === false) return SETTLED
      const isUnmet = asset !== ABSENT && use.get(slot)?.has(asset) === false
      if (slot === last) return state === 1 || isUnmet ? BROKEN : SETTLED
      return isUnmet ? 1 : state
    },
  }
}

const UNDECIDED = 0
const WITH = 1
const WITHOUT = 2

function group(pointer: string, sets: Sets): CombinationRule {
  return {
    pointer,
    slots: ascending(sets.keys()),
    states: 3,
    namedIn: (slot) => sets.get(slot) ?? NONE,
    step(slot, state, asset) {
      if (asset === ABSENT) return state
      const side = sets.get(slot)!.has(asset) ? WITH : WITHOUT
      return state === UNDECIDED || state === side ? side : BROKEN
    },
  }
}

function ascending(slots: Iterable<number>): number[] {
  return [...new Set(slots)].sort((a, b) => a - b)
}
