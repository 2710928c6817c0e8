/** How long an ad must be in view without a break. */
export const VIEWABLE_MS = 1_000

/** From this many pixels on, an ad is large: a 970x250 and more. */
const LARGE_PIXELS = 242_500

/**
 * The share of a display ad's pixels that must be in view in a tab in front for VIEWABLE_MS: half, of a large one 0.3.
 *
 * @see Media Rating Council 2014, Viewable Ad Impression Measurement Guidelines (Desktop)
 */
export function viewableShare(widthPx: number, heightPx: number): number {
  return widthPx * heightPx >= LARGE_PIXELS ? 0.3 : 0.5
}
