import { PolyadError } from '../core/errors.ts'
import type { TextLimit } from '../data/placements/placement-row.ts'

/** Where an ad is shown. Rows of data/placements. */
export interface Placement {
  /** e.g. iab-300x250 */
  readonly id: string
  readonly title: string
  /** Pixels; both are 0 where the ad is copy alone. */
  readonly widthPx: number
  readonly heightPx: number
  /** Largest allowed size of a picture in bytes, where the placement has one. */
  readonly maxBytes: number | undefined
  /** Texts that the platform shows, with their limits. */
  readonly texts?: readonly TextLimit[]
  /** What the place itself covers on each side: buttons, names, rounded corners. */
  readonly safeArea?: SafeArea | undefined
}

/** The ad is copy alone: search, e-mail, chat. Rows and checks have it, pictures and pages do not. */
export function isCopyOnly({ widthPx, heightPx }: Pick<Placement, 'widthPx' | 'heightPx'>): boolean {
  return widthPx === 0 || heightPx === 0
}

/** @throws PolyadError NO_PICTURE where the placement is copy alone */
export function requireCanvas(placement: Pick<Placement, 'id' | 'widthPx' | 'heightPx'>): void {
  if (isCopyOnly(placement)) throw new PolyadError('NO_PICTURE', { placement: placement.id })
}

/** Pixels from each edge of the canvas. */
export interface SafeArea {
  readonly leftPx: number
  readonly topPx: number
  readonly rightPx: number
  readonly bottomPx: number
}

export const PLACEMENT_SHAPES = ['landscape', 'square', 'portrait'] as const

export function placementShape({ widthPx, heightPx }: Placement): (typeof PLACEMENT_SHAPES)[number] {
  return widthPx > heightPx ? 'landscape' : widthPx < heightPx ? 'portrait' : 'square'
}
