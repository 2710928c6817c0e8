/**
 * Why an imp got no bid, from the outermost to what was found last: of several campaigns' reasons the last of this list
 * is told, since that campaign came furthest.
 *
 * campaign: none in flight is offered at auctions. format: neither a banner nor a native ad, or a screen in public.
 * size: no placement of that size. seat, currency, category, advertiser, attribute, ad-type, deal: the request does not
 * take ours. secure: https is asked for, and --public-url has none. language: the creative's is not allowed. native:
 * an asset that must be there is not, or its text is too long. audience: the campaign is targeted, and nobody of it is
 * here. floor: the price rule is below it. paused: the campaign is, or all its assets there. day-part: it is not its time of
 * day. spent: its budget is, or today's. throttled: it is ahead of its pace. capped: the person saw it as often as they
 * may. holdout: the person gets no ad of the campaign. time: tmax was over.
 */
export const NO_BID_REASONS = [
  'campaign',
  'format',
  'size',
  'seat',
  'currency',
  'category',
  'advertiser',
  'attribute',
  'ad-type',
  'secure',
  'deal',
  'native',
  'language',
  'audience',
  'floor',
  'paused',
  'day-part',
  'spent',
  'throttled',
  'capped',
  'holdout',
  'time',
] as const

export type NoBidReason = (typeof NO_BID_REASONS)[number]

/** The reason of whichever came furthest. */
export function furthest(one: NoBidReason, other: NoBidReason): NoBidReason {
  return NO_BID_REASONS.indexOf(other) > NO_BID_REASONS.indexOf(one) ? other : one
}
