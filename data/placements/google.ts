import { copyOnly, MB, type PlacementFamily, picture, type TextLimit } from './placement-row.ts'

const width = (field: TextLimit['field'], name: string, most: number): TextLimit => ({
  field,
  name,
  unit: 'display-width',
  most,
})

const DISPLAY: readonly TextLimit[] = [
  width('headline', 'Headline', 30),
  width('longHeadline', 'Long headline', 90),
  width('description', 'Description', 90),
  width('businessName', 'Business name', 25),
  width('cta', 'Call to action', 30),
]

const DEMAND_GEN: readonly TextLimit[] = [
  width('headline', 'Headline', 30),
  width('description', 'Description', 90),
  width('businessName', 'Business name', 25),
]

/**
 * Google counts double-width characters as two. No limit on the weight of responsive display pictures was found, that
 * of Demand Gen is Google's own; the marketing pictures are those of the recommended sizes.
 */
export const GOOGLE_PLACEMENTS: PlacementFamily = {
  asOf: '2026-11-28',
  source: [
    'responsive display and Demand Gen: googleapis google/ads/googleads/v25/common/ad_type_infos.proto',
    'responsive display: https://support.google.com/google-ads/answer/17090561',
    'Demand Gen: https://support.google.com/google-ads/answer/17140672',
    'responsive search: https://experienceleague.adobe.com/en/docs/advertising/search-social-commerce/campaign-management/management/campaigns/ads/ad-settings-by-network/ad-settings-google-rsa',
  ],
  rows: [
    picture(
      'google-landscape-1200x628',
      'Google responsive display, landscape',
      [1200, 628],
      undefined,
      DISPLAY,
    ),
    picture('google-square-1200x1200', 'Google responsive display, square', [1200, 1200], undefined, DISPLAY),
    copyOnly('google-search', 'Google responsive search', [
      width('headline', 'Headline', 30),
      width('description', 'Description', 90),
      width('path', 'Path', 15),
    ]),
    picture('demandgen-1200x628', 'Demand Gen, landscape', [1200, 628], 5 * MB, DEMAND_GEN),
    picture('demandgen-1200x1200', 'Demand Gen, square', [1200, 1200], 5 * MB, DEMAND_GEN),
    picture('demandgen-960x1200', 'Demand Gen, portrait', [960, 1200], 5 * MB, DEMAND_GEN),
    picture('demandgen-1080x1920', 'Demand Gen, vertical', [1080, 1920], 5 * MB, DEMAND_GEN),
  ],
}
