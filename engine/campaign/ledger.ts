/**
 * What the ordinals in ad unit ids mean: `campaigns/NAME.ledger.json`, append-only, kept in git like a lock file.
 * An ordinal starts at 1 and is never given twice; 0 in an id means none (slot absent here, or not yet born).
 */
export interface Ledger {
  readonly version: 1
  readonly campaign: string
  /** The campaign's number inside every id, drawn once from its name; unique in the workspace. */
  readonly campaignKey: number
  readonly segments: Readonly<Record<string, number>>
  readonly locales: Readonly<Record<string, number>>
  readonly placements: Readonly<Record<string, number>>
  readonly slots: Readonly<Record<string, number>>
  /** By slot name, then asset id. */
  readonly assets: Readonly<Record<string, Readonly<Record<string, number>>>>
}
