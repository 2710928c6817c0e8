/** What an ad platform needs of an audience before it delivers to it, or delivers well. */
export interface PlatformRow {
  readonly title: string
  /** Fewest people an audience may have to run at all; undefined where nothing was found. */
  readonly minPeople: number | undefined
  /** Fewest people under which delivery is doubtful; undefined where nothing was found. */
  readonly warnBelowPeople: number | undefined
  /** Optimisation events a week an ad group needs to leave its learning phase. */
  readonly eventsPerWeek: number | undefined
  readonly source: string
}

export const PLATFORMS_AS_OF = '2026-11-23'

/**
 * Minimums of the ad platforms, by the name campaigns use in `platforms`. They move: the date above says when they
 * were read, and every number has its source.
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
  },
  'google-ads': {
    title: 'Google Ads (Display, Search, YouTube)',
    minPeople: 100,
    warnBelowPeople: undefined,
    eventsPerWeek: undefined,
    source: 'https://support.google.com/google-ads/answer/7476585',
  },
  'dv360-youtube': {
    title: 'Display & Video 360 on YouTube',
    minPeople: 1000,
    warnBelowPeople: undefined,
    eventsPerWeek: undefined,
    source:
      'https://support.google.com/ads-data-hub/answer/9935747 (may predate the lower limit of Google Ads)',
  },
  linkedin: {
    title: 'LinkedIn',
    minPeople: 300,
    warnBelowPeople: 50_000,
    eventsPerWeek: undefined,
    source:
      'LinkedIn help 117096; https://ppc-guru.com/2022/10/14/linkedin-matched-audiences-how-to-get-started',
  },
  tiktok: {
    title: 'TikTok',
    minPeople: 1000,
    warnBelowPeople: undefined,
    eventsPerWeek: 50,
    source:
      'https://ads.tiktok.com/help/article/custom-audiences; learning https://kettio.com/blog/dynamic-creative-optimization-alternative',
  },
}
