/** Where an ad is shown. Rows of data/placements. */
export interface Placement {
  /** e.g. iab-300x250 */
  readonly id: string
  readonly title: string
  readonly widthPx: number
  readonly heightPx: number
  /** Largest allowed size of a picture in bytes, where the placement has one. */
  readonly maxBytes: number | undefined
}
