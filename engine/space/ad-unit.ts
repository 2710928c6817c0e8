/** One variant in one placement and locale, by names. */
export interface AdUnit {
  /** Segment id. */
  readonly segment: string
  readonly locale: string
  /** Placement id. */
  readonly placement: string
  /** Asset id by slot; undefined where the placement does not have the slot. */
  readonly choices: Readonly<Record<string, string | undefined>>
}

/** Where an ad unit is asked for: who is seen, in which language, in which size. */
export interface Cell {
  readonly segment: string
  readonly locale: string
  readonly placement: string
}
