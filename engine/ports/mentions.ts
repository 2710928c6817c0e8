import type { Mention } from '../../segments/mention.ts'

/**
 * The mentions of the workspace.
 *
 * Contract (test/contract/mentions.ts):
 * 1. `append` is idempotent on `key`: the first write wins, a repeat is counted as a duplicate (also inside one batch).
 * 2. `scanByAuthor` yields batches ordered by (author, atMs with unknown first, key); one author's mentions may span
 *    batches; every field round-trips.
 * 3. After `append` resolves the mentions survive `close` and reopening.
 */
export interface Mentions {
  append(batch: readonly Mention[]): Promise<{ readonly added: number; readonly duplicates: number }>
  scanByAuthor(batchRows: number): AsyncIterable<readonly Mention[]>
  count(): Promise<{ readonly mentions: number; readonly authors: number }>
}
