import { microsFromDecimal } from '../../core/money.ts'
import type { BidSettings } from '../campaign/bid-settings.ts'
import type { Imp } from './bid-request.ts'

/** The currency of floors that name none. */
const DEFAULT_CURRENCY = 'USD'

/** On what terms an imp can be bought: the open auction, or one deal. */
export interface Terms {
  /** Least micros per thousand impressions, of the campaign's currency. */
  readonly floorMicros: number
  readonly dealId?: string
}

/**
 * The terms an imp offers a campaign, deals first, in the exchange's order; empty when the auction is private and none
 * of its deals is ours. Floors in another currency than the campaign's cannot be met: no rate is guessed.
 */
export function termsOf(imp: Imp, settings: BidSettings, currency: string): readonly Terms[] {
  const terms: Terms[] = []
  for (const deal of imp.pmp?.deals ?? []) {
    if (!settings.deals?.includes(deal.id)) continue
    const seats = deal.wseat ?? []
    if (seats.length > 0 && !(settings.seat !== undefined && seats.includes(settings.seat))) continue
    const floorMicros = floorOf(deal.bidfloor, deal.bidfloorcur ?? imp.bidfloorcur, currency)
    if (floorMicros !== undefined) terms.push({ floorMicros, dealId: deal.id })
  }
  if (imp.pmp?.private_auction === 1) return terms
  const floorMicros = floorOf(imp.bidfloor, imp.bidfloorcur, currency)
  return floorMicros === undefined ? terms : [...terms, { floorMicros }]
}

/** Whether an imp's bids may be in this currency: one of those listed, or without a list that of its floor. */
export function takesCurrency(
  allowed: readonly string[] | null | undefined,
  { bidfloorcur }: Imp,
  currency: string,
): boolean {
  if (allowed && allowed.length > 0) return allowed.includes(currency)
  return (bidfloorcur ?? DEFAULT_CURRENCY) === currency
}

function floorOf(
  floor: number | null | undefined,
  of: string | null | undefined,
  currency: string,
): number | undefined {
  if (!floor) return 0
  return (of ?? DEFAULT_CURRENCY) === currency ? microsFromDecimal(String(floor), 'up') : undefined
}
