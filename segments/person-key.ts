import { identityHash } from '../core/hash.ts'

/**
 * The key of a person: the keyed hash of their identifier, as mentions, requests and people write it. Case, outer
 * white space and a leading @ make no difference. Undefined for an identifier with nothing in it.
 */
export function personKey(identityKey: Uint8Array, identifier: string): string | undefined {
  const normal = identifier.toLowerCase().trim().replace(/^@/, '').trim()
  return normal === '' ? undefined : identityHash(identityKey, normal)
}
