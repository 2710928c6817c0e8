import { timingSafeEqual } from 'node:crypto'
import { hmacSha256 } from '../../core/hmac.ts'
import { acceptedKeys, KEY_ID_BYTES, keyId, signingKey, type TokenKey } from './token-keys.ts'

/** What a token is for: its first byte, so that one kind is never taken for another. */
export const TOKEN_KINDS = { tracker: 1, tag: 2, notice: 3, conversion: 4 } as const

/** Added to the kind: the id of the key follows. Tokens without it were signed before keys had ids. */
const NAMES_ITS_KEY = 0x10

/** HMAC-SHA-256 cut to 128 bits (RFC 2104, 5: at least half the hash), which keeps links short. */
const MAC_BYTES = 16
/** A landing page is at most 2,000 characters, so a token is below this; anything longer is not read. */
const MAX_TOKEN_CHARACTERS = 4000
/** Tokens are decoded into it, one after the other. */
const decoded = Buffer.alloc(MAX_TOKEN_CHARACTERS)

/**
 * A signed token: base64url of the byte of its kind, the id of its key, its values as a JSON array, and their HMAC.
 *
 * @param tokenKey from Secrets
 */
export function signValues(
  tokenKey: TokenKey,
  kind: keyof typeof TOKEN_KINDS,
  values: readonly (string | number)[],
): string {
  const key = signingKey(tokenKey)
  const signed = Buffer.concat([
    Uint8Array.of(TOKEN_KINDS[kind] | NAMES_ITS_KEY),
    keyId(key),
    Buffer.from(JSON.stringify(values)),
  ])
  return Buffer.concat([signed, macOf(key, signed)]).toString('base64url')
}

/**
 * The values of a token of this kind that was made with an accepted key, undefined of any other. Any changed bit makes
 * it another; the comparison takes the same time wherever the difference lies.
 */
export function verifiedValues(
  tokenKey: TokenKey,
  kind: keyof typeof TOKEN_KINDS,
  token: string,
): readonly unknown[] | undefined {
  if (token.length > MAX_TOKEN_CHARACTERS) return undefined
  const length = decoded.write(token, 0, 'base64url')
  const signedEnd = length - MAC_BYTES
  // Decoding skips foreign characters and unused last bits: only the one spelling we wrote is accepted.
  if (signedEnd <= 1 || decoded.toString('base64url', 0, length) !== token) return undefined
  const namesKey = decoded[0] === (TOKEN_KINDS[kind] | NAMES_ITS_KEY)
  if (!namesKey && decoded[0] !== TOKEN_KINDS[kind]) return undefined
  const signed = decoded.subarray(0, signedEnd)
  const mac = decoded.subarray(signedEnd, length)
  const valuesFrom = namesKey ? 1 + KEY_ID_BYTES : 1
  for (const key of acceptedKeys(tokenKey)) {
    if (namesKey && decoded.compare(keyId(key), 0, KEY_ID_BYTES, 1, valuesFrom) !== 0) continue
    if (!timingSafeEqual(mac, macOf(key, signed))) continue
    return JSON.parse(decoded.toString('utf8', valuesFrom, signedEnd)) as unknown[]
  }
  return undefined
}

/** Overwritten by the next call. */
function macOf(key: Uint8Array, signed: Uint8Array): Uint8Array {
  return hmacSha256(key, signed).subarray(0, MAC_BYTES)
}
