/** A range of one plan's number line: the whole job. Ranks are decimal strings, `to` exclusive. */
export interface RangeJob {
  readonly kind: 'generate' | 'render'
  readonly planHash: string
  readonly fromRank: string
  readonly toRank: string
  /** What to make: plain JSON, part of the job's identity. */
  readonly options: Readonly<Record<string, string | number | boolean>>
  /** Where the bytes belong; without it they come with the part. */
  readonly into?: BytePlace
}

/** A place in a file that all workers of a run can write to. */
export interface BytePlace {
  readonly path: string
  readonly atByte: number
  /** How many bytes belong there. */
  readonly bytes: number
}

/** What a range came to: bytes ready to be put after those of the range before it. */
export interface RangePart {
  readonly job: RangeJob
  /** Empty when they were written where the job says. */
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
 * 5. The bytes of a job with a place are in its file, not synced, when its part comes, and nothing beside the place was
 *    touched; a full disk rejects with STORAGE_FULL.
 */
export interface Jobs {
  run(jobs: Iterable<RangeJob>, options?: { readonly signal?: AbortSignal }): AsyncIterable<RangePart>
  close(): Promise<void>
}
