import { identityHash } from '../../core/hash.ts'
import type { Campaign } from '../campaign/campaign.ts'
import { DELIVERY_DEFAULTS } from '../campaign/delivery-settings.ts'

/** Keys a viewer may be known by: keyed hashes, null where none was given or allowed. */
export interface ViewerKeys {
  readonly person: string | null
  readonly session: string | null
}

/**
 * The one key a campaign knows a viewer by: its arm, caps and throttling follow it and no other, and it is what decision
 * records call `person`. Null: every request is one of its own.
 */
export function keyFor({ assignment }: Pick<Campaign, 'assignment'>, viewer: ViewerKeys): string | null {
  switch (assignment ?? DELIVERY_DEFAULTS.assignment) {
    case 'user':
      return viewer.person
    case 'session':
      return viewer.session
    case 'none':
      return null
  }
}

/** The key of a session, as 32 hex digits; never that of a person. */
export function sessionKey(identityKey: Uint8Array, session: string): string {
  return identityHash(identityKey, `session ${session}`)
}
