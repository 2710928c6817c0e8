/** Where an ad is shown. Rows of data/placements. */
export interface Placement {
  /** e.g. iab-300x250 */
  readonly id: string
  readonly title: string
  readonly widthPx: number
  readonly heightPx: number
  /** Largest allowed size of a picture in bytes, where the placement has one. */
  readonly maxBytes: number | undefined
  /** What the place itself covers on each side: buttons, names, rounded corners. */
  readonly safeArea?: SafeArea | undefined
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
