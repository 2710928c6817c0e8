import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a token is for: its first byte, so that one kind is never taken for another. */
export const TOKEN_KINDS = { tracker: 1, tag: 2, notice: 3, conversion: 4 } as const

/** HMAC-SHA-256 cut to 128 bits (RFC 2104, 5: at least half the hash), which keeps links short. */
const MAC_BYTES = 16
/** A landing page is at most 2,000 characters, so a token is below this; anything longer is not read. */
const MAX_TOKEN_CHARACTERS = 4000

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
  const bytes = Buffer.from(token, 'base64url')
  // Decoding skips foreign characters and unused last bits: only the one spelling we wrote is accepted.
  if (bytes.length <= MAC_BYTES + 1 || bytes.toString('base64url') !== token) return undefined
  const signed = bytes.subarray(0, -MAC_BYTES)
  const authentic = timingSafeEqual(bytes.subarray(-MAC_BYTES), macOf(tokenKey, signed))
  if (!authentic || signed[0] !== TOKEN_KINDS[kind]) return undefined
  return JSON.parse(signed.subarray(1).toString()) as unknown[]
}

function macOf(tokenKey: Uint8Array, signed: Uint8Array): Buffer {
  return createHmac('sha256', tokenKey).update(signed).digest().subarray(0, MAC_BYTES)
}
