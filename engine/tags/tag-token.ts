import { signValues, verifiedValues } from '../tracking/signature.ts'
import type { TokenKey } from '../tracking/token-keys.ts'

/** What a tag may show: it stands in pages of others, so it names nothing else. */
export interface TagPayload {
  /** Name of the campaign document. */
  readonly campaign: string
  /** Placement id. */
  readonly placement: string
}

/**
 * The signed token of a tag. It never expires: tags are pasted where nobody looks for months. What it may do ends with
 * the flight, a pause of the campaign, or the key.
 *
 * @param tokenKey from Secrets
 */
export function signTag(tokenKey: TokenKey, { campaign, placement }: TagPayload): string {
  return signValues(tokenKey, 'tag', [campaign, placement])
}

/** What a tag's token allows; undefined when it was not made with this key. */
export function verifyTag(tokenKey: TokenKey, token: string): TagPayload | undefined {
  const values = verifiedValues(tokenKey, 'tag', token) as [string, string] | undefined
  return values && { campaign: values[0], placement: values[1] }
}
