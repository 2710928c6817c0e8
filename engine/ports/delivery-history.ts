/** What became of a request that a campaign was asked to answer. */
export type DeliveryOutcome = 'served' | 'holdout' | 'paused' | 'day-part' | 'capped' | 'throttled' | 'spent'

/** Requests of a day, by what became of them. */
export interface OutcomeCount {
  readonly campaign: string
  /** Of the campaign's time zone, YYYY-MM-DD. */
  readonly day: string
  readonly outcome: DeliveryOutcome
  readonly requests: number
}

/** Somebody was shown something, or it was decided on. */
export interface Showing {
  /** Keyed hash. */
  readonly person: string
  /** Empty for a house ad. */
  readonly adUnit: string
  readonly atMs: number
}

/** Impressions of a campaign's ads (no house ads), by the revision that served them. */
export interface Delivered {
  readonly revision: number
  /** Not bought at auctions. */
  readonly agreed: number
  readonly auctioned: number
  /** What auctions charged, micros; a thousandth of whole numbers. */
  readonly chargedMicros: number
}

/** A decision whose impression was not counted yet. */
export interface OpenDecision {
  readonly id: string
  readonly person: string | null
  readonly revision: number
  /** Empty for a house ad. */
  readonly adUnit: string
  readonly atMs: number
  readonly auctioned: boolean
}

/**
 * What caps and pacing start from, drawn from the counters, and how often campaigns were asked.
 *
 * Contract (test/contract/delivery-history.ts):
 * 1. `showings`, `delivered` and `open` tell what the counters hold when they are called: bring them up to the log
 *    first. Late and filtered impressions are none; tests are in nothing.
 * 2. `addOutcomes` adds to what is there, all rows or none, and is durable when it resolves.
 */
export interface DeliveryHistory {
  /** Impressions, or decisions, of people from a moment on, oldest first, in batches. */
  showings(query: {
    readonly campaign: string
    readonly fromMs: number
    readonly counts: 'impressions' | 'decisions'
  }): AsyncIterable<readonly Showing[]>
  /** @param query `fromMs`: impressions and charges from this moment on; default all there ever were */
  delivered(query: { readonly campaign: string; readonly fromMs?: number }): Promise<readonly Delivered[]>
  /** Decisions from a moment on whose impression has not come, oldest first. */
  open(query: { readonly campaign: string; readonly fromMs: number }): Promise<readonly OpenDecision[]>
  addOutcomes(counts: readonly OutcomeCount[]): Promise<void>
  /** @param query days, both included */
  outcomes(query: {
    readonly campaign: string
    readonly fromDay?: string
    readonly toDay?: string
  }): Promise<readonly OutcomeCount[]>
}
