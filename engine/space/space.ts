import type { Stream } from '../../core/stream.ts'
import type { Weights } from '../allocation/weights.ts'
import type { Plan } from '../campaign/plan.ts'
import type { AdUnit, Cell } from './ad-unit.ts'

/** An asset whose `when` is neither certain nor excluded for some segments: it is not used there. */
export interface Undecided {
  readonly slot: string
  readonly asset: string
  /** How many segments leave it open, and the first of them. */
  readonly segments: number
  readonly example: string
}

/** The ad units of one revision as a number line: ranks from 0 to `count`, the last slot changing first. */
export interface Space {
  readonly count: bigint
  /** Assets left out because their `when` cannot be decided. */
  readonly undecided: readonly Undecided[]
  /** @throws PolyadError RANK_OUT_OF_RANGE */
  unitAt(rank: bigint): AdUnit
  /** Undefined when this revision does not make the unit. */
  rankOf(unit: AdUnit): bigint | undefined
  /** The units from one rank (included) to another (excluded) in order; each costs the levels that changed. */
  units(fromRank: bigint, toRank: bigint): IterableIterator<AdUnit>
  /**
   * Ad units by segment id, locale, placement id, or the assets of a slot; values with none are there with 0. Units
   * whose placement lacks the slot count under the empty text.
   */
  countBy(dimension: 'segment' | 'locale' | 'placement' | (string & {})): Map<string, bigint>
  /**
   * One ad unit of a cell, drawn slot by slot in proportion to the weights among the options that lead to an ad unit.
   * `propensities` holds each slot's probability given the slots before it; their product is the unit's. Undefined
   * when the revision has no such cell.
   */
  choose(
    stream: Stream,
    cell: Cell,
    weights: Weights,
  ): { readonly unit: AdUnit; readonly propensities: Readonly<Record<string, number>> } | undefined
}

/** The variant space of a plan; compiled once for a plan object, so asking again costs nothing. */
export function createSpace(plan: Plan): Space {
  throw new Error(`not built yet: ${plan.campaign.name}`)
}
