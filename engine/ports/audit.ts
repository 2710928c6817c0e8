/** What somebody did to a workspace. */
export type AuditAction =
  | 'document-written'
  | 'document-removed'
  | 'key-added'
  | 'key-removed'
  | 'token-key-rotated'
  | 'guard-overridden'
  | 'roll-up-applied'
  | 'mentions-imported'
  | 'picture-added'
  | 'picture-removed'
  | 'paused'
  | 'resumed'
  | 'erased'
  | 'restored'
  | 'upgraded'
  /** What the entry before it on the same subject says did not happen. */
  | 'failed'

/** One change: who made it, what it was, and when. Nothing of the people that ads are for. */
export interface AuditEntry {
  /** Unix ms. */
  readonly atMs: number
  /** `admin key was9v1a4hczh`, `the user of this machine`; of a command the name of the system's user. */
  readonly who: string
  readonly via: 'api' | 'command'
  readonly action: AuditAction
  /** `campaign spring`, `key was9v1a4hczh`. */
  readonly subject: string
  /** Content hashes of a document before and after; null: it was not there. */
  readonly before?: string | null
  readonly after?: string | null
  /** Why, in the words of who did it, or what else there is to say. */
  readonly note?: string
}

/**
 * Who changed what: append-only.
 *
 * Contract (test/unit/store/audit.test.ts):
 * 1. When `append` resolves, the entry is on disk and survives a power cut.
 * 2. Entries of several processes at once stay whole; `read` gives them in the order they were appended.
 * 3. An entry half-written at a crash spoils no other, and `read` counts it as unreadable.
 */
export interface AuditLog {
  append(entry: AuditEntry): Promise<void>
  /** Entries at or after `sinceMs`. */
  read(sinceMs: number): Promise<{ readonly entries: readonly AuditEntry[]; readonly unreadable: number }>
}
