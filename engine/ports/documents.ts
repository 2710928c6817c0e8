/** Kinds of documents. The first five are files people edit; the rest live in the store's own folder. */
export type DocumentKind =
  | 'attributes'
  | 'segment'
  | 'template'
  | 'campaign'
  | 'mapping'
  | 'ledger'
  | 'check'
  | 'plan'
  | 'key'
  | 'population'
  | 'weights'
  | 'merges'
  | 'checked'
  | 'pause'
  | 'export'

export interface DocumentRevision {
  readonly kind: DocumentKind
  readonly name: string
  /** 1, 2, 3, ...: counts the distinct contents seen under this name. */
  readonly revision: number
  /** contentHash of the canonical JSON of `body`; the ETag. */
  readonly hash: string
  /** When this revision was first seen, Unix ms. */
  readonly atMs: number
  readonly body: unknown
}

/**
 * Versioned JSON documents.
 *
 * Contract (test/contract/documents.ts):
 * 1. `read` gives the newest revision, undefined when there is none; a body equal in canonical JSON to the newest
 *    revision's is not a new revision.
 * 2. `write` with `ifHash` fails with CONFLICT when the newest hash differs (null: when any exists), also between
 *    two writers at once; without it, it replaces.
 * 3. A revision once seen is read back by number for ever, unchanged.
 * 4. `list` gives the names of a kind in text order.
 * 5. After `write` resolves it survives `close` and reopening.
 * 6. `remove` hides a name from `read` and `list`; its revisions stay readable by number.
 * 7. `look` gives what `read` gives, without the body, and may cost far less: it is asked of every document again and
 *    again.
 */
export interface Documents {
  list(kind: DocumentKind): Promise<readonly string[]>
  read(kind: DocumentKind, name: string): Promise<DocumentRevision | undefined>
  look(kind: DocumentKind, name: string): Promise<Omit<DocumentRevision, 'body'> | undefined>
  readRevision(kind: DocumentKind, name: string, revision: number): Promise<DocumentRevision | undefined>
  write(
    kind: DocumentKind,
    name: string,
    body: unknown,
    options?: { readonly ifHash?: string | null },
  ): Promise<DocumentRevision>
  remove(kind: DocumentKind, name: string): Promise<void>
}
