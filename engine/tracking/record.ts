/**
 * Decision and event records: what the event log holds. Fields are added under a new version; a stored record is never
 * rewritten, but for its person, which erasing makes null. Version 2 adds the fields marked so, and the events of
 * viewability and of auctions, version 3 conversion windows and reported times; of an older record they are absent,
 * which reads as null.
 */
export interface DecisionRecord {
  readonly v: 1 | 2 | 3
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
  /** Version 2: the ad unit was offered at an auction; it was shown only if an impression says so. */
  readonly auction?: AuctionTerms
  /** Version 2: asked for as a test. It is in the log and in no number, and neither is any event of it. */
  readonly test?: true
  /** Version 3: the campaign's own conversion windows, so that a later edit judges no conversion of this anew. */
  readonly windows?: ConversionWindows
}

/** How long after a click, or a showing alone, a conversion is the ad's. Whole days of 24 hours; viewDays 0: never. */
export interface ConversionWindows {
  readonly clickDays: number
  readonly viewDays: number
}

export interface AuctionTerms {
  /** What was offered, micros of the campaign's currency per thousand impressions; for a holdout, what would have been. */
  readonly bidMicros: number
  /** The notice whose price is what the impression cost. */
  readonly chargedOn: 'win' | 'billing'
}

/**
 * `viewable`: seen by the standard of engine/tracking/viewable.ts. `win`, `billing` and `loss` are an exchange's notices
 * of a bid.
 */
export type EventType = 'impression' | 'viewable' | 'click' | 'conversion' | 'win' | 'billing' | 'loss'

/**
 * Why a taken event is in no number but its own. bot: the agent says so, or says nothing. prefetch: fetched ahead of
 * being seen. price: an exchange's price that is none, or is over the bid. ahead: reported for a time that is still to
 * come. early: reported for a time before its decision. currency: a value in another currency than the campaign's.
 */
export type FilterReason = 'bot' | 'prefetch' | 'price' | 'ahead' | 'early' | 'currency'

export interface EventRecord {
  readonly v: 1 | 2 | 3
  readonly type: EventType
  /** Derived from decision, type, `filtered` and order, so a repeat is the same event and nobody chooses it. */
  readonly id: string
  readonly decision: string
  readonly adUnit: string
  readonly campaign: string
  /** When it happened, Unix ms: when it was received, or as its sender reported (`receivedAtMs`). */
  readonly atMs: number
  /** Conversions: value in micros of the campaign's currency. */
  readonly valueMicros: number | null
  /** The token had expired: kept, counted apart. */
  readonly late: boolean
  /** Version 2. page: fetched by whoever shows the ad. server: sent by a server, in its own time. exchange: a notice. */
  readonly via?: 'page' | 'server' | 'exchange'
  /** Version 2: kept, counted apart. */
  readonly filtered?: FilterReason | null
  /** Version 2, win and billing: clearing price, micros of the campaign's currency per thousand impressions. */
  readonly priceMicros?: number | null
  /** Version 2, loss: the exchange's code (OpenRTB 3.0, list of loss reason codes), where it told one. */
  readonly lossCode?: number | null
  /** Version 3: when an event with a reported time was received, Unix ms. */
  readonly receivedAtMs?: number
}

export type LogRecord = DecisionRecord | EventRecord
