/** A most of its objects that a platform takes. */
export interface PlatformCap {
  /** What is capped, in the plural: "ads of a page". */
  readonly objects: string
  readonly most: number
  /**
   * What of a campaign becomes such objects when each ad unit is an ad and each leaf an ad set of its own: all ad units,
   * those of one leaf, or the leaves. Undefined: nothing that the campaign alone tells; exports keep to it.
   */
  readonly counts?: 'ad-units' | 'ad-units-of-a-leaf' | 'leaves'
  /** Monthly spend in US dollars (an account's best month) from which the cap is this one. Default 0. */
  readonly fromMonthlySpend?: number
  readonly source: string
}

/** What an ad platform needs of an audience before it delivers to it, or delivers well, and the objects it takes. */
export interface PlatformRow {
  readonly title: string
  /** Fewest people an audience may have to run at all; undefined where nothing was found. */
  readonly minPeople: number | undefined
  /** Fewest people under which delivery is doubtful; undefined where nothing was found. */
  readonly warnBelowPeople: number | undefined
  /** Optimisation events a week an ad group needs to leave its learning phase. */
  readonly eventsPerWeek: number | undefined
  readonly source: string
  /** Of one kind of objects, the higher spend later. */
  readonly caps: readonly PlatformCap[]
}

export const PLATFORMS_AS_OF = '2026-11-23'

const META_ADS_OF_A_PAGE =
  'https://www.facebook.com/business/help/766697140509126 (copy: batdongsancantim.vn); one dynamic ad counts once: https://ppc.land/facebook-to-introduce-ad-limits-per-page-starting-in-february-2021'
const GOOGLE_ADS_LIMITS = 'https://support.google.com/google-ads/answer/6372658'
const DV360_LIMITS = 'https://support.google.com/displayvideo/answer/6071450'
const AD_MANAGER_LIMITS = 'https://support.google.com/admanager/answer/1628457'
const LINKEDIN_LIMITS =
  'https://learn.microsoft.com/en-us/linkedin/marketing/integrations/ads/account-structure/create-and-manage-campaigns and .../create-and-manage-creatives-new'

/**
 * Minimums and caps of the ad platforms, by the name campaigns use in `platforms`. They move: the date above says when
 * they were read, and every number has its source.
 */
export const PLATFORMS: Readonly<Record<string, PlatformRow>> = {
  meta: {
    title: 'Meta',
    // Sources disagree on the floor of a custom audience ("none to create", "1,000 to serve"): the lower one refuses,
    // the higher one warns.
    minPeople: 100,
    warnBelowPeople: 1000,
    eventsPerWeek: 50,
    source:
      'https://www.facebook.com/business/help/1647490070135316750 (copy: batdongsancantim.vn); learning phase https://brandee.edu.vn/glossary/112167992830700-facebook-en',
    caps: [
      { objects: 'ads of a page', most: 250, counts: 'ad-units', source: META_ADS_OF_A_PAGE },
      {
        objects: 'ads of a page',
        most: 1000,
        counts: 'ad-units',
        fromMonthlySpend: 100_000,
        source: META_ADS_OF_A_PAGE,
      },
      {
        objects: 'ads of a page',
        most: 5000,
        counts: 'ad-units',
        fromMonthlySpend: 1_000_000,
        source: META_ADS_OF_A_PAGE,
      },
      {
        objects: 'ads of a page',
        most: 20_000,
        counts: 'ad-units',
        fromMonthlySpend: 10_000_000,
        source: META_ADS_OF_A_PAGE,
      },
      {
        objects: 'ads in an ad set',
        most: 50,
        counts: 'ad-units-of-a-leaf',
        source: 'https://mackgrenfell.com/facebook-ads/facebook-dynamic-creatives',
      },
    ],
  },
  'google-ads': {
    title: 'Google Ads (Display, Search, YouTube)',
    minPeople: 100,
    warnBelowPeople: undefined,
    eventsPerWeek: undefined,
    source: 'https://support.google.com/google-ads/answer/7476585',
    caps: [
      { objects: 'ads of an account', most: 4_000_000, counts: 'ad-units', source: GOOGLE_ADS_LIMITS },
      {
        objects: 'image ads in an ad group',
        most: 300,
        counts: 'ad-units-of-a-leaf',
        source: GOOGLE_ADS_LIMITS,
      },
      { objects: 'ad groups in a campaign', most: 20_000, counts: 'leaves', source: GOOGLE_ADS_LIMITS },
      { objects: 'text ads in an ad group', most: 50, source: GOOGLE_ADS_LIMITS },
      { objects: 'responsive search ads in an ad group', most: 3, source: GOOGLE_ADS_LIMITS },
      { objects: 'campaigns of an account', most: 10_000, source: GOOGLE_ADS_LIMITS },
      { objects: 'Performance Max campaigns of an account', most: 100, source: GOOGLE_ADS_LIMITS },
      { objects: 'locations in a campaign', most: 10_500, source: GOOGLE_ADS_LIMITS },
    ],
  },
  'google-ad-manager': {
    title: 'Google Ad Manager',
    minPeople: undefined,
    warnBelowPeople: undefined,
    eventsPerWeek: undefined,
    source: AD_MANAGER_LIMITS,
    caps: [
      { objects: 'creatives of a network', most: 1_000_000, counts: 'ad-units', source: AD_MANAGER_LIMITS },
      {
        objects: 'creatives in a line item',
        most: 260,
        counts: 'ad-units-of-a-leaf',
        source: AD_MANAGER_LIMITS,
      },
      {
        objects: 'active line items of a network',
        most: 61_000,
        counts: 'leaves',
        source: AD_MANAGER_LIMITS,
      },
    ],
  },
  'dv360-youtube': {
    title: 'Display & Video 360 on YouTube',
    minPeople: 1000,
    warnBelowPeople: undefined,
    eventsPerWeek: undefined,
    source:
      'https://support.google.com/ads-data-hub/answer/9935747 (may predate the lower limit of Google Ads)',
    caps: [
      { objects: 'line items of an advertiser', most: 9999, counts: 'leaves', source: DV360_LIMITS },
      { objects: 'campaigns of an advertiser', most: 9999, source: DV360_LIMITS },
      { objects: 'insertion orders of an advertiser', most: 9999, source: DV360_LIMITS },
    ],
  },
  linkedin: {
    title: 'LinkedIn',
    minPeople: 300,
    warnBelowPeople: 50_000,
    eventsPerWeek: undefined,
    source:
      'LinkedIn help 117096; https://ppc-guru.com/2022/10/14/linkedin-matched-audiences-how-to-get-started',
    caps: [
      { objects: 'creatives of an account', most: 15_000, counts: 'ad-units', source: LINKEDIN_LIMITS },
      {
        objects: 'active creatives in a campaign',
        most: 15,
        counts: 'ad-units-of-a-leaf',
        source: LINKEDIN_LIMITS,
      },
      // LinkedIn's audience is the campaign's, so a leaf becomes a campaign.
      { objects: 'active campaigns of an account', most: 1000, counts: 'leaves', source: LINKEDIN_LIMITS },
    ],
  },
  tiktok: {
    title: 'TikTok',
    minPeople: 1000,
    warnBelowPeople: undefined,
    eventsPerWeek: 50,
    source:
      'https://ads.tiktok.com/help/article/custom-audiences; learning https://kettio.com/blog/dynamic-creative-optimization-alternative',
    caps: [],
  },
}
