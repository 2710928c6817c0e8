import type { Campaign } from '../campaign/campaign.ts'

/**
 * What a campaign offers for a thousand impressions, in micros of its currency: the first of `bid.prices` that fits,
 * else its cost per thousand.
 *
 * The price is of the leaf somebody matched, not of the ad they are served: were narrow offered dearer than broad
 * control, its people would win other auctions, and the two could not be compared.
 *
 * @param leaf id of the leaf matched; null: none
 */
export function priceFor({ bid, budget }: Campaign, leaf: string | null, placement: string): number {
  const price = (bid?.prices ?? []).find(
    (each) =>
      (each.placement === undefined || each.placement === placement) &&
      (each.segment === undefined || isIn(leaf, each.segment)),
  )
  return (price?.costPerThousand ?? budget.costPerThousand).amountMicros
}

/** A grid holds its cells; whoever matched nothing is in broad alone. */
function isIn(leaf: string | null, segment: string): boolean {
  if (leaf === null) return segment === 'broad'
  return leaf === segment || leaf.startsWith(`${segment}/`)
}
