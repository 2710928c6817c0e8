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

/** What a landing page is told of the click that led there: enough to report what came of it, and for nothing else. */
export type ConversionPayload = Pick<
  TokenPayload,
  'decision' | 'campaign' | 'adUnit' | 'issuedMs' | 'expiresMs'
>

/** A landing address that has this text in it is given a conversion token in its place when somebody clicks. */
export const CLICK_ID_PLACE = 'POLYAD_CLICK_ID'

/** @param tokenKey from Secrets */
export function signConversionToken(tokenKey: TokenKey, payload: ConversionPayload): string {
  const { decision, campaign, adUnit, issuedMs, expiresMs } = payload
  return signValues(tokenKey, 'conversion', [decision, campaign, adUnit, issuedMs, expiresMs])
}

/** The page a click goes to: the one its token names, told of the click where it asks for that. */
export function landingUrlOf(tokenKey: TokenKey, payload: TokenPayload): string {
  const { landingUrl } = payload
  return landingUrl.includes(CLICK_ID_PLACE)
    ? landingUrl.replaceAll(CLICK_ID_PLACE, signConversionToken(tokenKey, payload))
    : landingUrl
}

/** What an event's token says, whether or not it has expired: a tracker's of any event, a landing page's of conversions. */
export function eventPayload(tokenKey: TokenKey, token: string, type: string): ConversionPayload | undefined {
  const verdict = verifyToken(tokenKey, token, 0)
  if (verdict.status !== 'invalid') return verdict.payload
  const values = type === 'conversion' ? verifiedValues(tokenKey, 'conversion', token) : undefined
  if (!values) return undefined
  const [decision, campaign, adUnit, issuedMs, expiresMs] = values as [string, string, string, number, number]
  return { decision, campaign, adUnit, issuedMs, expiresMs }
}
