/**
 * Decision and event records, version 1: what the event log holds. Fields may be added under a new version; a stored
 * record is never rewritten.
 */
export interface DecisionRecord {
  readonly v: 1
  readonly type: 'decision'
  /** 26 characters, unique, sortable by time. */
  readonly id: string
  readonly atMs: number
  readonly campaign: string
  readonly revision: number
  /** Plan the ad unit was taken from. */
  readonly planHash: string
  /** Keyed hash of the person, null when none was given or allowed. */
  readonly person: string | null
  /** Leaf matched, null when no narrow segment matched. Also set when broad was served by assignment. */
  readonly leaf: string | null
  /** narrow and broad-control: assigned among matched people. broad: not matched. holdout: gets the house ad. */
  readonly arm: 'narrow' | 'broad-control' | 'broad' | 'holdout'
  /** Probability of that arm, and of each slot's option given what was chosen before it: the product is the propensity. */
  readonly propensity: {
    readonly arm: number
    readonly slots: Readonly<Record<string, number>>
  }
  /** With revision, segment, locale and placement it names the candidate set. */
  readonly weightsVersion: number
  /** Segment the ad unit belongs to: the leaf, or broad. */
  readonly segment: string
  readonly locale: string
  readonly placement: string
  /** Empty for a holdout. */
  readonly adUnit: string
  /** Made by a simulator: never mixed with real traffic in a report without saying so. */
  readonly simulated: boolean
}

export interface EventRecord {
  readonly v: 1
  readonly type: 'impression' | 'click' | 'conversion'
  /** Derived from decision and type, so a repeat is the same event and nobody chooses it. */
  readonly id: string
  readonly decision: string
  readonly adUnit: string
  readonly campaign: string
  /** When it happened, Unix ms, as received. */
  readonly atMs: number
  /** Conversions: value in micros of the campaign's currency. */
  readonly valueMicros: number | null
  /** The token had expired: kept, counted apart. */
  readonly late: boolean
}

export type LogRecord = DecisionRecord | EventRecord
