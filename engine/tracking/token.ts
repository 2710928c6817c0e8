import { signValues, verifiedValues } from './signature.ts'
import type { TokenKey } from './token-keys.ts'

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

/**
 * A signed token of a tracker link.
 *
 * @param tokenKey from Secrets
 */
export function signToken(tokenKey: TokenKey, payload: TokenPayload): string {
  const { decision, campaign, adUnit, landingUrl, issuedMs, expiresMs } = payload
  return signValues(tokenKey, 'tracker', [decision, campaign, adUnit, landingUrl, issuedMs, expiresMs])
}

/**
 * Whether a token was made with this key: `valid`, `expired` (authentic, but past its time at `nowMs`) or `invalid`.
 */
export function verifyToken(tokenKey: TokenKey, token: string, nowMs: number): TokenVerdict {
  const values = verifiedValues(tokenKey, 'tracker', token)
  if (!values) return { status: 'invalid' }
  // The signature has been checked, so the shape is what signToken wrote.
  const [decision, campaign, adUnit, landingUrl, issuedMs, expiresMs] = values as [
    string,
    string,
    string,
    string,
    number,
    number,
  ]
  const payload = { decision, campaign, adUnit, landingUrl, issuedMs, expiresMs }
  return { status: nowMs < expiresMs ? 'valid' : 'expired', payload }
}
