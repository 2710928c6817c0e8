/** One place an ad may be shown; templates/placement.ts gives the same shape its type. */
interface PlacementRow {
  readonly id: string
  readonly title: string
  readonly widthPx: number
  readonly heightPx: number
  /** Undefined: the table knows no limit, so none is enforced. */
  readonly maxBytes: number | undefined
}

/** IAB writes weights in kB; the stricter reading of 1 kB = 1,000 bytes is used. */
const KB = 1000

/**
 * The IAB rows carry the weight allowed in the initial load, which is where a picture ad falls.
 *
 * The weights of 300x50, 320x50, 728x90, 970x90, 160x600, 300x250 and 970x250 were read in transcripts of the IAB's
 * document. No weight was found there for 300x600, nor any for the feed and story pictures: those are undefined.
 */
export const PLACEMENTS_SOURCE = {
  asOf: '2026-11-23',
  source: [
    'IAB New Ad Portfolio 2017, fixed sizes: https://pdf4pro.com/view/fixed-size-ad-specifications-iab-64da2d.html',
    'Google responsive display, marketing picture 1.91:1: googleapis google/ads/googleads/v25/common/ad_type_infos.proto',
  ],
} as const

const ROWS: readonly PlacementRow[] = [
  row('iab-300x250', 'Medium rectangle', 300, 250, 150 * KB),
  row('iab-728x90', 'Leaderboard', 728, 90, 150 * KB),
  row('iab-160x600', 'Wide skyscraper', 160, 600, 150 * KB),
  row('iab-970x250', 'Billboard', 970, 250, 250 * KB),
  row('iab-970x90', 'Super leaderboard', 970, 90, 200 * KB),
  row('iab-300x600', 'Half page', 300, 600, undefined),
  row('iab-320x50', 'Mobile banner', 320, 50, 50 * KB),
  row('iab-300x50', 'Small mobile banner', 300, 50, 50 * KB),
  row('meta-feed-1080x1080', 'Meta feed, square', 1080, 1080, undefined),
  row('meta-story-1080x1920', 'Meta story', 1080, 1920, undefined),
  row('google-landscape-1200x628', 'Google responsive display, landscape', 1200, 628, undefined),
]

/** Every placement by its id. */
export const PLACEMENTS: ReadonlyMap<string, PlacementRow> = new Map(ROWS.map((each) => [each.id, each]))

function row(
  id: string,
  title: string,
  widthPx: number,
  heightPx: number,
  maxBytes: number | undefined,
): PlacementRow {
  return { id, title, widthPx, heightPx, maxBytes }
}
