import { MB, type PlacementFamily, picture, type TextLimit } from './placement-row.ts'

const LINKEDIN_TEXTS: readonly TextLimit[] = [
  { field: 'body', name: 'Introductory text', unit: 'utf16', most: 600, shownUpTo: 150 },
  { field: 'headline', name: 'Headline', unit: 'utf16', most: 200, shownUpTo: 70 },
  { field: 'description', name: 'Description', unit: 'utf16', most: 300, shownUpTo: 100 },
]

/** LinkedIn says "characters" and no more, so UTF-16 units are counted. The source is not LinkedIn's own. */
export const LINKEDIN_PLACEMENTS: PlacementFamily = {
  asOf: '2026-11-28',
  source: ['https://help.rollworks.com/hc/en-us/articles/360041152051'],
  rows: [picture('linkedin-1200x628', 'LinkedIn single image', [1200, 628], 5 * MB, LINKEDIN_TEXTS)],
}

const TIKTOK_TEXTS: readonly TextLimit[] = [
  { field: 'body', name: 'Ad text', unit: 'display-width', most: 100 },
  { field: 'businessName', name: 'Display name', unit: 'display-width', most: 40 },
]

/** TikTok takes 100 Latin or 50 Asian characters, which is a display width of 100. */
export const TIKTOK_PLACEMENTS: PlacementFamily = {
  asOf: '2026-11-28',
  source: [
    'texts: https://ads.tiktok.com/help/article?aid=6701253237862825989',
    'pictures: https://support.ui.marketing/tiktok-creative-specifications, https://soona.co/image-resizer/tiktok-image-size-specs',
  ],
  rows: [
    picture('tiktok-720x1280', 'TikTok picture, vertical', [720, 1280], 100 * MB, TIKTOK_TEXTS),
    picture('tiktok-640x640', 'TikTok picture, square', [640, 640], 100 * MB, TIKTOK_TEXTS),
    picture('tiktok-1200x628', 'TikTok picture, landscape', [1200, 628], 100 * MB, TIKTOK_TEXTS),
  ],
}

const X_TEXTS: readonly TextLimit[] = [
  { field: 'body', name: 'Post', unit: 'x-weight', most: 280 },
  { field: 'headline', name: 'Website title', unit: 'utf16', most: 70 },
]

/** A post is weighed; its link is added by the platform and not part of the text. */
export const X_PLACEMENTS: PlacementFamily = {
  asOf: '2026-11-28',
  source: [
    'https://www.xyzlab.com/x-ads-specs, which prints https://business.x.com/en/help/campaign-setup/advertiser-card-specifications',
    'weights: https://docs.x.com/fundamentals/counting-characters',
  ],
  rows: [
    picture('x-1200x1200', 'X picture, square', [1200, 1200], 5 * MB, X_TEXTS),
    picture('x-1200x628', 'X picture, landscape', [1200, 628], 5 * MB, X_TEXTS),
  ],
}
