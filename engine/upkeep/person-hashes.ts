import { PolyadError } from '../../core/errors.ts'
import { identityHash } from '../../core/hash.ts'
import { personKey } from '../../segments/person-key.ts'

/** Who is meant: an identifier as imports and requests give it, or a hash that an export showed. One of the two. */
export interface WhoIsMeant {
  readonly profile?: string | undefined
  readonly hash?: string | undefined
}

/**
 * The hashes a person is kept under: that of mentions and requests, and that of auctions, whose ids are a space of their
 * own.
 *
 * @throws PolyadError INPUT_INVALID for neither or both, or an identifier with nothing in it
 */
export function personHashes(identityKey: Uint8Array, { profile, hash }: WhoIsMeant): readonly string[] {
  const invalid = (problem: string): PolyadError =>
    new PolyadError('INPUT_INVALID', { what: 'person', where: 'profile, hash', problem })
  if ((profile === undefined) === (hash === undefined)) {
    throw invalid('give the identifier of the person, or the hash an export showed, not both')
  }
  if (profile === undefined) {
    if (!/^[0-9a-f]{32}$/.test(hash!)) throw invalid('a hash is 32 hex digits')
    return [hash!]
  }
  const key = personKey(identityKey, profile)
  if (key === undefined) throw invalid('there is nothing in the identifier')
  return [key, identityHash(identityKey, `openrtb ${profile}`)]
}

/** The identifier as the store compares it, undefined where only a hash is known. */
export function plainIdentifier({ profile }: WhoIsMeant): string | undefined {
  return profile?.trim().replace(/^@/, '').trim()
}
