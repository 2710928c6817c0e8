import type { LogRecord } from '../tracking/record.ts'

/** Where a log lies and how far it is on disk: what another thread needs to read it by itself. */
export interface LogStretch {
  readonly folder: string
  readonly end: number
}

/**
 * Append-only log of decisions and events.
 *
 * Contract (test/contract/event-log.ts):
 * 1. When `append` resolves, the records are on disk (data and directory entries synced) and survive a power cut.
 * 2. `read` yields records in the order they were acknowledged, each with the position after it; positions grow;
 *    reading from a position goes on exactly there. It ends with what was acknowledged when it was called.
 * 3. A torn tail (a record half-written at a crash) is cut on open; nothing before it is lost.
 * 4. Appends made at once share a sync (group commit) and are never interleaved inside a record.
 * 5. A failed write (disk full) rejects with STORAGE_FULL, acknowledges nothing, and later appends work again.
 */
export interface EventLog {
  append(records: readonly LogRecord[]): Promise<void>
  read(
    fromPosition: number,
  ): AsyncIterable<{ readonly records: readonly LogRecord[]; readonly position: number }>
  /** The log so far; only of one that lies in files. */
  stretch?(): Promise<LogStretch>
  close(): Promise<void>
}
