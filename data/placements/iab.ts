import { KB, type PlacementFamily, picture } from './placement-row.ts'

/**
 * The rows carry the weight allowed in the initial load, which is where a picture ad falls.
 *
 * All weights but that of 300x600 were read in transcripts of the IAB's document; none was found there for it, so it is
 * undefined.
 */
export const IAB_PLACEMENTS: PlacementFamily = {
  asOf: '2026-11-23',
  source: [
    'IAB New Ad Portfolio 2017, fixed sizes: https://pdf4pro.com/view/fixed-size-ad-specifications-iab-64da2d.html',
  ],
  rows: [
    picture('iab-300x250', 'Medium rectangle', [300, 250], 150 * KB),
    picture('iab-728x90', 'Leaderboard', [728, 90], 150 * KB),
    picture('iab-160x600', 'Wide skyscraper', [160, 600], 150 * KB),
    picture('iab-970x250', 'Billboard', [970, 250], 250 * KB),
    picture('iab-970x90', 'Super leaderboard', [970, 90], 200 * KB),
    picture('iab-300x600', 'Half page', [300, 600], undefined),
    picture('iab-320x50', 'Mobile banner', [320, 50], 50 * KB),
    picture('iab-300x50', 'Small mobile banner', [300, 50], 50 * KB),
    picture('iab-300x1050', 'Portrait', [300, 1050], 250 * KB),
    picture('iab-640x1136', 'Mobile interstitial, small', [640, 1136], 300 * KB),
    picture('iab-750x1334', 'Mobile interstitial', [750, 1334], 300 * KB),
    picture('iab-1080x1920', 'Mobile interstitial, large', [1080, 1920], 300 * KB),
  ],
}
