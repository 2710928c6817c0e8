/** A range of one plan's number line: the whole job. Ranks are decimal strings, `to` exclusive. */
export interface RangeJob {
  readonly kind: 'generate' | 'render'
  readonly planHash: string
  readonly fromRank: string
  readonly toRank: string
  /** What to make: plain JSON, part of the job's identity. */
  readonly options: Readonly<Record<string, string | number | boolean>>
}

/** What a range came to: bytes ready to be put after those of the range before it. */
export interface RangePart {
  readonly job: RangeJob
  readonly bytes: Uint8Array
  /** Ad units in the part. */
  readonly units: number
}

/**
 * Runs ranges on whatever workers there are.
 *
 * Contract (test/contract/jobs.ts):
 * 1. Parts come in the order of the jobs, whatever order workers finish in; each job's part exactly once.
 * 2. At most a few parts per worker wait unread: memory does not grow with the number of jobs.
 * 3. The bytes are the same for any number of workers.
 * 4. A failing job rejects the iteration with its error (PolyadError keeps its code); an aborted signal ends it with
 *    CANCELLED; in both cases no worker is left running for it.
 */
export interface Jobs {
  run(jobs: Iterable<RangeJob>, options?: { readonly signal?: AbortSignal }): AsyncIterable<RangePart>
  close(): Promise<void>
}
