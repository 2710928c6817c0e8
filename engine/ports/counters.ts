import type { ApartCount } from '../tracking/filter.ts'
import type { LogRecord } from '../tracking/record.ts'
import type { LogStretch } from './event-log.ts'

/** One person's part (or one anonymous decision's) in one cell of a campaign. Days are of the campaign's time zone. */
export interface CounterRow {
  readonly revision: number
  readonly day: string
  /** Keyed hash of the person; null for decisions without one. */
  readonly person: string | null
  readonly leaf: string | null
  readonly arm: 'narrow' | 'broad-control' | 'broad' | 'holdout'
  readonly segment: string
  readonly locale: string
  readonly placement: string
  readonly adUnit: string
  readonly simulated: boolean
  readonly decisions: number
  readonly impressions: number
  /** Impressions seen by the standard of engine/tracking/viewable.ts, as far as they were measured. */
  readonly viewable: number
  /** Of the impressions, those bought at auctions: `chargedMicros` is what they cost, not the campaign's price. */
  readonly auctioned: number
  /** What auctions charged, micros of the campaign's currency; a thousandth of whole numbers, so it may have a fraction. */
  readonly chargedMicros: number
  readonly clicks: number
  readonly conversions: number
  /** Of the conversions, those without a click before them (engine/tracking/conversion.ts). */
  readonly viewThrough: number
  readonly valueMicros: number
}

/** What came of one ad unit in all days together. */
export interface UnitCounts {
  readonly adUnit: string
  readonly simulated: boolean
  readonly impressions: number
  readonly clicks: number
  readonly conversions: number
}

/**
 * Counts of what happened, loaded from the log.
 *
 * Contract (test/contract/counters.ts):
 * 1. `load` is idempotent: the same records again, in any split and order, change nothing. An event id counts once: of
 *    several records the earliest holds.
 * 2. An event counts on the day it happened, under the row of its decision; an event whose decision is not there yet
 *    is in `apart` until it is. Late events are not counted in rows, but in `late`; filtered ones, clicks too soon after
 *    their impression, clicks after the first (engine/tracking/filter.ts) and conversions outside their window
 *    (engine/tracking/conversion.ts) not in rows, but in `apart`, and so is whatever a page fetched again. Test
 *    decisions are in nothing, and neither is any event of theirs but a late one.
 * 3. `position` is the log position after the last load that finished; both are written together.
 * 4. Rows equal a recount of the whole log.
 * 5. `units` are the rows summed by ad unit and `simulated`, in text order, without those of house ads.
 */
export interface Counters {
  load(records: readonly LogRecord[], position: number): Promise<void>
  /**
   * Reads on from `position` and loads what was read, away from the calling thread, about a megabyte of it. As reading
   * and `load`, which serve counters without it.
   *
   * @returns the position after it; beyond the stretch when another loader was faster
   * @throws PolyadError STORE_DAMAGED
   */
  loadNext?(stretch: LogStretch): Promise<number>
  position(): Promise<number>
  rows(query: {
    readonly campaign: string
    readonly timeZone: string
    /** Days, both included. */
    readonly fromDay?: string
    readonly toDay?: string
  }): Promise<readonly CounterRow[]>
  units(campaign: string): Promise<readonly UnitCounts[]>
  late(campaign: string): Promise<number>
  /** Decisions that are counts only, their records gone from the log; and the moment the last of them was made. */
  folded(campaign: string): Promise<{ readonly decisions: number; readonly untilMs: number } | undefined>
  /** Events kept apart, by type and reason, in text order; what has none is not in it. */
  apart(campaign: string): Promise<readonly ApartCount[]>
}
