import { type PlacementFamily, picture, type TextLimit } from './placement-row.ts'

/** The lengths the standard asks buyers to have ready: titles of 25, 90 and 140, of which 90 is the middle one. */
const TEXTS: readonly TextLimit[] = [
  { field: 'headline', name: 'Title', unit: 'utf16', most: 90, shownUpTo: 25 },
  { field: 'description', name: 'Description (desc)', unit: 'utf16', most: 140 },
  { field: 'businessName', name: 'Sponsored by (sponsored)', unit: 'utf16', most: 25 },
  { field: 'cta', name: 'Call to action (ctatext)', unit: 'utf16', most: 15 },
]

/** Main pictures at least 627 pixels high in the three ratios of the standard; it states no weight. */
export const NATIVE_PLACEMENTS: PlacementFamily = {
  asOf: '2026-11-28',
  source: ['InteractiveAdvertisingBureau/Native-Ads, OpenRTB-Native-Ads-Specification-Final-1.2.md'],
  rows: [
    picture('native-1200x628', 'Native 1.2, main picture 1.91:1', [1200, 628], undefined, TEXTS),
    picture('native-836x627', 'Native 1.2, main picture 4:3', [836, 627], undefined, TEXTS),
    picture('native-627x627', 'Native 1.2, main picture 1:1', [627, 627], undefined, TEXTS),
  ],
}
