import { timingSafeEqual } from 'node:crypto'
import { hmacSha256 } from '../../core/hmac.ts'

/** What a token is for: its first byte, so that one kind is never taken for another. */
export const TOKEN_KINDS = { tracker: 1, tag: 2, notice: 3 } as const

/** HMAC-SHA-256 cut to 128 bits (RFC 2104, 5: at least half the hash), which keeps links short. */
const MAC_BYTES = 16
/** A landing page is at most 2,000 characters, so a token is below this; anything longer is not read. */
const MAX_TOKEN_CHARACTERS = 4000
/** Tokens are decoded into it, one after the other. */
const decoded = Buffer.alloc(MAX_TOKEN_CHARACTERS)

/**
 * A signed token: base64url of the byte of its kind, its values as a JSON array, and their HMAC.
 *
 * @param tokenKey 32 bytes, from Secrets
 */
export function signValues(
  tokenKey: Uint8Array,
  kind: keyof typeof TOKEN_KINDS,
  values: readonly (string | number)[],
): string {
  const signed = Buffer.concat([Uint8Array.of(TOKEN_KINDS[kind]), Buffer.from(JSON.stringify(values))])
  return Buffer.concat([signed, macOf(tokenKey, signed)]).toString('base64url')
}

/**
 * The values of a token of this kind that was made with this key, undefined of any other. Any changed bit makes it
 * another; the comparison takes the same time wherever the difference lies.
 */
export function verifiedValues(
  tokenKey: Uint8Array,
  kind: keyof typeof TOKEN_KINDS,
  token: string,
): readonly unknown[] | undefined {
  if (token.length > MAX_TOKEN_CHARACTERS) return undefined
  const length = decoded.write(token, 0, 'base64url')
  const signedEnd = length - MAC_BYTES
  // Decoding skips foreign characters and unused last bits: only the one spelling we wrote is accepted.
  if (signedEnd <= 1 || decoded.toString('base64url', 0, length) !== token) return undefined
  const mac = macOf(tokenKey, decoded.subarray(0, signedEnd))
  const authentic = timingSafeEqual(decoded.subarray(signedEnd, length), mac)
  if (!authentic || decoded[0] !== TOKEN_KINDS[kind]) return undefined
  return JSON.parse(decoded.toString('utf8', 1, signedEnd)) as unknown[]
}

/** Overwritten by the next call. */
function macOf(tokenKey: Uint8Array, signed: Uint8Array): Uint8Array {
  return hmacSha256(tokenKey, signed).subarray(0, MAC_BYTES)
}
