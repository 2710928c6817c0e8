import type { Segment } from '../../segments/segment.ts'
import type { Brand } from '../../templates/brand.ts'
import type { Placement } from '../../templates/placement.ts'
import type { Template } from '../../templates/template.ts'
import type { Campaign } from './campaign.ts'
import type { Ledger } from './ledger.ts'

/**
 * A compiled campaign: everything a worker needs to make any range of its ad units without asking a store. Stored as
 * one blob of canonical JSON; its hash names it, so a job is `{planHash, fromRank, toRank}`.
 */
export interface Plan {
  readonly version: 1
  readonly campaign: Campaign
  /** Revision of the campaign document this plan was made from. */
  readonly revision: number
  readonly template: Template
  readonly templateRevision: number
  /** Broad first, then in the campaign's order. */
  readonly segments: readonly Segment[]
  readonly placements: readonly Placement[]
  readonly ledger: Ledger
  /**
   * Of texts that are lists from long to short, which one is taken: by SLOT/ASSET/LOCALE, then by what copy mentions of
   * the segment (segment-classes.ts), a digit a placement. Absent where no text is a list.
   */
  readonly takenTexts?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Blob hash of every picture, by its path in the workspace or template folder. */
  readonly files: Readonly<Record<string, string>>
  /** What the workspace's brand file asks; absent where it has none. */
  readonly brand?: Brand
  /** Labels of attribute values for copy: attribute -> value -> language or `*` -> label. */
  readonly labels: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>
  /** Rule vocabulary for `when`: attribute -> type. */
  readonly attributes: Readonly<Record<string, 'category' | 'set' | 'number' | 'boolean'>>
  /** Hash of the population the segment sizes were counted on. */
  readonly populationHash: string
  /** Versions of code, sharp, ICU and fonts: pictures are the same only where this is. */
  readonly fingerprint: string
  /** Base of click-through and picture addresses, without a trailing slash; a file run leaves it empty. */
  readonly publicUrl: string
}
