import { GOOGLE_PLACEMENTS } from './placements/google.ts'
import { IAB_PLACEMENTS } from './placements/iab.ts'
import { CHAT_PLACEMENTS, EMAIL_PLACEMENTS } from './placements/messages.ts'
import { META_PLACEMENTS } from './placements/meta.ts'
import { NATIVE_PLACEMENTS } from './placements/native.ts'
import type { PlacementFamily, PlacementRow } from './placements/placement-row.ts'
import { LINKEDIN_PLACEMENTS, TIKTOK_PLACEMENTS, X_PLACEMENTS } from './placements/social.ts'

/** Every family of placements, each with the day it was read and its sources. */
export const PLACEMENT_FAMILIES: readonly PlacementFamily[] = [
  IAB_PLACEMENTS,
  META_PLACEMENTS,
  GOOGLE_PLACEMENTS,
  LINKEDIN_PLACEMENTS,
  TIKTOK_PLACEMENTS,
  X_PLACEMENTS,
  NATIVE_PLACEMENTS,
  EMAIL_PLACEMENTS,
  CHAT_PLACEMENTS,
]

/** Every placement by its id. */
export const PLACEMENTS: ReadonlyMap<string, PlacementRow> = new Map(
  PLACEMENT_FAMILIES.flatMap(({ rows }) => rows.map((each) => [each.id, each])),
)
