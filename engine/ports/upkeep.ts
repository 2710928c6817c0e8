/** How much of the event log is kept; what is not given is no limit. */
export interface RetentionLimits {
  /** Segments in which everything is older are folded. */
  readonly maxAgeMs?: number
  /** The oldest segments are folded until the log has no more; the one being written stays. */
  readonly maxBytes?: number
}

export interface FoldResult {
  /** Decisions that became counts, with everything that came of them. */
  readonly decisions: number
  readonly segments: number
  /** By which the log is smaller. */
  readonly bytes: number
}

/** How many things of a person were erased, and where. */
export interface ErasedParts {
  readonly mentions: number
  /** Decisions in the log that have no person any more. */
  readonly decisions: number
  /** Rows of the counters that have no person any more. */
  readonly counterRows: number
  /** Populations that had the person; a new one is made of the mentions that are left. */
  readonly populations: number
  /** Lines of rejected rows that named the person. */
  readonly rejectedRows: number
}

/** What a search over every file of the workspace found. */
export interface PersonSearch {
  readonly files: number
  readonly bytes: number
  /** Files that name the person, relative to the workspace, and `store` where a row of the database does. */
  readonly found: readonly { readonly file: string; readonly what: 'identifier' | 'hash' }[]
}

/** What is held of a person besides the population's row. */
export interface HeldOfPerson {
  readonly mentions: readonly Readonly<Record<string, unknown>>[]
  readonly decisions: readonly {
    readonly id: string
    readonly atMs: number
    readonly campaign: string
    readonly leaf: string | null
    readonly arm: string
    readonly adUnit: string
    readonly events: readonly {
      readonly type: string
      readonly atMs: number
      readonly apart: string | null
    }[]
  }[]
  /** Rows of counts that were folded, by campaign. */
  readonly folded: readonly { readonly campaign: string; readonly rows: number }[]
}

/** One thing that was looked at and is not as it should be. */
export interface Finding {
  readonly check: string
  /** error: data are damaged or missing. note: left behind, and in nobody's way. */
  readonly severity: 'error' | 'note'
  readonly problem: string
  /** What to do. */
  readonly mend: string
  /** Whether mending does it without losing anything. */
  readonly mendable: boolean
}

export interface Examination {
  /** Every check that was made, with how much it looked at. */
  readonly checks: readonly { readonly check: string; readonly looked: string }[]
  readonly findings: readonly Finding[]
}

/**
 * Work on what a store has gathered.
 *
 * Contract (test/contract/upkeep.ts):
 * 1. `fold` changes no row of the counters and none of `apart` and `late`; a crash in its middle neither, nor does
 *    folding again. Of events that come later for a folded decision, `apart` tells.
 * 2. After `erase` no file of the store has the hash; rows keep their counts, as rows without a person. A crash in its
 *    middle is made good by `finishErase`.
 * 3. `recount` finds nothing as long as the counters equal a recount of what is left of the log.
 */
export interface Upkeep {
  /** Counters must have been brought up to the log before. */
  fold(limits: RetentionLimits, nowMs: number): Promise<FoldResult>
  /**
   * Erases people by their hashes (32 hex digits), and lines of rejected rows by the identifier where it is known.
   *
   * @param steps what must happen in between: counters brought up to the log, the population made anew
   */
  erase(persons: readonly string[], identifier: string | undefined, steps: EraseSteps): Promise<ErasedParts>
  /** Goes on with an erasing that a crash cut short; undefined: there was none. */
  finishErase(steps: EraseSteps): Promise<ErasedParts | undefined>
  search(persons: readonly string[], identifier: string | undefined): Promise<PersonSearch>
  held(persons: readonly string[]): Promise<HeldOfPerson>
  /** Whether counters equal a recount of the log, by campaign and table. */
  recount(): Promise<Examination>
  /** Files of the store: log, blobs, revisions, what crashes left behind. */
  examineFiles(): Promise<Examination>
  /** Takes away what `examineFiles` calls mendable, and makes counters anew that differ; what it did. */
  mend(): Promise<readonly string[]>
}

export interface EraseSteps {
  loadCounters(): Promise<void>
  rebuildPopulation(): Promise<void>
}
