import type { Mention } from '../../segments/mention.ts'

export interface Appended {
  readonly added: number
  readonly duplicates: number
}

export interface Replacement {
  /** As `append` of the port, within the replacement. */
  append(batch: readonly Mention[]): Promise<Appended>
  /** All or nothing. Nothing may be appended after it. */
  commit(): Promise<void>
}

/**
 * The mentions of the workspace.
 *
 * Contract (test/contract/mentions.ts):
 * 1. `append` is idempotent on `key`: the first write wins, a repeat is counted as a duplicate (also inside one batch).
 * 2. `scanByAuthor` yields batches ordered by (author, atMs with unknown first, key); one author's mentions may span
 *    batches; every field round-trips.
 * 3. After `append` resolves the mentions survive `close` and reopening.
 * 4. A replacement takes mentions that nobody sees until `commit` resolves; from then on they are all there is, and
 *    durable. Without a commit, after `close` or a crash at any moment, everything is as it was before. Starting
 *    another one forgets what the one before it took.
 */
export interface Mentions {
  append(batch: readonly Mention[]): Promise<Appended>
  /** Begins to take other mentions instead of all there are. One at a time. */
  startReplacement(): Promise<Replacement>
  scanByAuthor(batchRows: number): AsyncIterable<readonly Mention[]>
  count(): Promise<{ readonly mentions: number; readonly authors: number }>
}
