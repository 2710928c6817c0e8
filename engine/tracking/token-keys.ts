import { createHash } from 'node:crypto'

/** The keys of tokens while they change: new tokens are signed by one, tokens of the others are still believed. */
export interface TokenKeys {
  /** 32 bytes. */
  readonly signing: Uint8Array
  /** The signing key and the former ones whose time has not ended. */
  readonly accepted: readonly Uint8Array[]
}

/** What tokens are signed and verified with: keys, or one that was never changed. */
export type TokenKey = Uint8Array | TokenKeys

export function signingKey(key: TokenKey): Uint8Array {
  return key instanceof Uint8Array ? key : key.signing
}

export function acceptedKeys(key: TokenKey): readonly Uint8Array[] {
  return key instanceof Uint8Array ? [key] : key.accepted
}

/** Bytes of a key id: two keys of a workspace share one with a chance of 1 in 16 million, and then both are tried. */
export const KEY_ID_BYTES = 3

const ids = new WeakMap<Uint8Array, Uint8Array>()

/** A key's name in tokens: follows from the key, and tells nothing of it. */
export function keyId(key: Uint8Array): Uint8Array {
  const known = ids.get(key)
  if (known) return known
  const id = createHash('sha256').update('polyad token key id').update(key).digest().subarray(0, KEY_ID_BYTES)
  ids.set(key, id)
  return id
}
