import { MB, type PlacementFamily, picture, type TextLimit } from './placement-row.ts'

/** Limits of the Marketing API; what is shown before "see more" is from the ads guide as others print it. */
const TEXTS = (bodyShown: number): readonly TextLimit[] => [
  { field: 'body', name: 'Primary text', unit: 'utf16', most: 1024, shownUpTo: bodyShown },
  { field: 'headline', name: 'Headline', unit: 'utf16', most: 255, shownUpTo: 27 },
  { field: 'description', name: 'Description', unit: 'utf16', most: 255, shownUpTo: 27 },
]

/**
 * Meta says "characters" and no more, so UTF-16 units are counted: of the units a platform may mean, none but bytes
 * counts more. Meta's own pages could not be read; these print them.
 */
export const META_PLACEMENTS: PlacementFamily = {
  asOf: '2026-11-28',
  source: [
    'texts: https://help.aitarget.com/hc/en-us/articles/115000933834',
    'pictures and what is shown of texts: https://www.xyzlab.com/meta-ads-specs',
  ],
  rows: [
    picture('meta-feed-1080x1080', 'Meta feed, square', [1080, 1080], 30 * MB, TEXTS(125)),
    picture('meta-feed-1080x1350', 'Meta feed, portrait', [1080, 1350], 30 * MB, TEXTS(125)),
    picture('meta-story-1080x1920', 'Meta story', [1080, 1920], 30 * MB, TEXTS(125)),
    picture('meta-reel-1080x1920', 'Meta reel', [1080, 1920], 30 * MB, TEXTS(72)),
  ],
}
