/**
 * How a platform counts a text; templates/text-units.ts does it.
 *
 * graphemes: what a reader sees as one character. utf16: UTF-16 units. bytes: of UTF-8. display-width: code points,
 * double-width ones as two. x-weight: as X weighs a post.
 */
export type TextUnit = 'graphemes' | 'utf16' | 'bytes' | 'display-width' | 'x-weight'

/** What a text is for, in one vocabulary for all platforms: a template's slot fills the field of its own name. */
export const TEXT_FIELDS = [
  'headline',
  'longHeadline',
  'description',
  'body',
  'businessName',
  'cta',
  'path',
  'subject',
  'preheader',
  'footer',
] as const
export type TextField = (typeof TEXT_FIELDS)[number]

/** One text of an ad that the platform shows, rather than the picture. */
export interface TextLimit {
  readonly field: TextField
  /** What the platform calls it. */
  readonly name: string
  readonly unit: TextUnit
  /** Longest text that is taken; absent where no limit is known. */
  readonly most?: number
  /** Past it the platform may cut what it shows. */
  readonly shownUpTo?: number
}

/** One place an ad may be shown; templates/placement.ts gives the same shape its type. */
export interface PlacementRow {
  readonly id: string
  readonly title: string
  /** Pixels; both are 0 where the ad is copy alone. */
  readonly widthPx: number
  readonly heightPx: number
  /** Undefined: the table knows no limit, so none is enforced. */
  readonly maxBytes: number | undefined
  readonly texts?: readonly TextLimit[]
}

/** Placements of one platform or standard. */
export interface PlacementFamily {
  /** The day its sources were read. */
  readonly asOf: string
  readonly source: readonly string[]
  readonly rows: readonly PlacementRow[]
}

/** Weights are written in kB; the stricter reading of 1 kB = 1,000 bytes is used, and so for MB. */
export const KB = 1000
export const MB = 1000 * KB

/** A placement with a picture. */
export function picture(
  id: string,
  title: string,
  [widthPx, heightPx]: readonly [number, number],
  maxBytes: number | undefined,
  texts: readonly TextLimit[] = [],
): PlacementRow {
  return { id, title, widthPx, heightPx, maxBytes, ...(texts.length > 0 && { texts }) }
}

/** A placement of copy alone. */
export function copyOnly(id: string, title: string, texts: readonly TextLimit[]): PlacementRow {
  return { id, title, widthPx: 0, heightPx: 0, maxBytes: undefined, texts }
}
