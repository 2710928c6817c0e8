import type { PlannedLeaf } from './budget-plan.ts'
import { expectedOf, told } from './draws.ts'
import type { LeafRates } from './leaf-rates.ts'
import { worthAtFrequency } from './repeat-worth.ts'
import { type Flight, impressionsOf, type Shown } from './way-to-spend.ts'

/** A leaf's row without a number. */
export const NOTHING_TOLD = {
  people: null,
  ad: 'hidden',
  share: null,
  budgetMicros: null,
  frequency: null,
  impressions: null,
  rate: null,
  lift: null,
  goalEvents: null,
  bidMicros: null,
  cautiousBidMicros: null,
} as const

/** What is told of a leaf that gets its own ads, besides its people and money. */
export function narrowRow(
  shown: Shown,
  flight: Flight,
  rates: LeafRates,
  valuePerEventMicros: number | null,
): Omit<PlannedLeaf, 'id' | 'title' | 'people' | 'share' | 'budgetMicros'> {
  const lift = rates.lift.get(shown.end)!
  const first = Float64Array.from(rates.broad.get(shown.end)!, (rate, draw) => rate * lift[draw]!)
  const perImpression = shown.frequency > 0 ? worthAtFrequency(shown.frequency) / shown.frequency : 1
  const rate = expectedOf(first.map((value) => value * perImpression))
  const impressions = impressionsOf(shown, flight) * (1 - flight.holdoutShare) * shown.narrowShare
  const bid = (perEvent: number) =>
    valuePerEventMicros === null ? null : Math.round(perEvent * 1000 * valuePerEventMicros)
  return {
    ad: 'narrow',
    frequency: told(shown.frequency),
    impressions: told(impressions),
    rate,
    lift: expectedOf(lift.map((value) => value - 1)),
    goalEvents: {
      value: told(rate.value * impressions),
      low: told(rate.low * impressions),
      high: told(rate.high * impressions),
    },
    bidMicros: bid(rate.value),
    cautiousBidMicros: bid(rate.low),
  }
}
