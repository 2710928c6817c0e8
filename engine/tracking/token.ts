import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a tracker link carries. Nothing of the person, no segment's name and no rule. */
export interface TokenPayload {
  readonly decision: string
  /** Name of the campaign document. */
  readonly campaign: string
  /** Ad unit id; empty for the house ad a holdout gets. */
  readonly adUnit: string
  /** The only page a click may go to; empty for a house ad. */
  readonly landingUrl: string
  /** Unix ms. */
  readonly issuedMs: number
  readonly expiresMs: number
}

export type TokenVerdict =
  | { readonly status: 'valid' | 'expired'; readonly payload: TokenPayload }
  | { readonly status: 'invalid' }

const VERSION = 1
/** HMAC-SHA-256 cut to 128 bits (RFC 2104, 5: at least half the hash), which keeps links short. */
const MAC_BYTES = 16
/** A landing page is at most 2,000 characters, so a token is below this; anything longer is not read. */
const MAX_TOKEN_CHARACTERS = 4000

/**
 * A signed token: base64url of a version byte, the payload as a JSON array, and its HMAC.
 *
 * @param tokenKey 32 bytes, from Secrets
 */
export function signToken(tokenKey: Uint8Array, payload: TokenPayload): string {
  const body = Buffer.from(
    JSON.stringify([
      payload.decision,
      payload.campaign,
      payload.adUnit,
      payload.landingUrl,
      payload.issuedMs,
      payload.expiresMs,
    ]),
  )
  const signed = Buffer.concat([Uint8Array.of(VERSION), body])
  return Buffer.concat([signed, macOf(tokenKey, signed)]).toString('base64url')
}

/**
 * Whether a token was made with this key: `valid`, `expired` (authentic, but past its time at `nowMs`) or `invalid`.
 * Any changed bit makes it invalid; the comparison takes the same time wherever the difference lies.
 */
export function verifyToken(tokenKey: Uint8Array, token: string, nowMs: number): TokenVerdict {
  if (token.length > MAX_TOKEN_CHARACTERS) return { status: 'invalid' }
  const bytes = Buffer.from(token, 'base64url')
  // Decoding skips foreign characters and unused last bits: only the one spelling we wrote is accepted.
  if (bytes.length <= MAC_BYTES + 1 || bytes.toString('base64url') !== token) return { status: 'invalid' }
  const signed = bytes.subarray(0, -MAC_BYTES)
  const authentic = timingSafeEqual(bytes.subarray(-MAC_BYTES), macOf(tokenKey, signed))
  if (!authentic || signed[0] !== VERSION) return { status: 'invalid' }
  const payload = payloadFrom(signed.subarray(1).toString())
  return { status: nowMs < payload.expiresMs ? 'valid' : 'expired', payload }
}

/** Reads what `signToken` wrote; the signature has been checked, so its shape is known. */
function payloadFrom(text: string): TokenPayload {
  const [decision, campaign, adUnit, landingUrl, issuedMs, expiresMs] = JSON.parse(text) as [
    string,
    string,
    string,
    string,
    number,
    number,
  ]
  return { decision, campaign, adUnit, landingUrl, issuedMs, expiresMs }
}

function macOf(tokenKey: Uint8Array, signed: Uint8Array): Buffer {
  return createHmac('sha256', tokenKey).update(signed).digest().subarray(0, MAC_BYTES)
}
