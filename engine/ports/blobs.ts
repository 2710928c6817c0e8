/**
 * Bytes by content hash: plans, populations, pictures.
 *
 * Contract (test/contract/blobs.ts):
 * 1. `put` answers contentHash(bytes); the same bytes twice are stored once.
 * 2. `get` gives equal bytes, undefined for an unknown hash; a damaged blob is an error, never other bytes.
 * 3. A blob is complete or absent, also after a crash in the middle of `put`.
 */
export interface Blobs {
  put(bytes: Uint8Array): Promise<string>
  get(hash: string): Promise<Uint8Array | undefined>
  has(hash: string): Promise<boolean>
}
