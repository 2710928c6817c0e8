import { binomialReach } from '../../stats/reach.ts'
import type { LeafRates } from './leaf-rates.ts'
import { worthAtFrequency } from './repeat-worth.ts'

/** People of one end of the tree, in a way to spend a budget. */
export interface Shown {
  readonly end: string
  readonly people: number
  /** Showings a person a week. */
  readonly frequency: number
  /** Share of its showings that are of its own narrow ads; the others are of broad's. */
  readonly narrowShare: number
}

/** What does not differ between ways to spend a budget. */
export interface Flight {
  readonly weeks: number
  /** Share of everybody's showings that are of the house ad, and bring nothing. */
  readonly holdoutShare: number
}

/** Impressions within the flight, the house ad's among them. */
export function impressionsOf(shown: Pick<Shown, 'people' | 'frequency'>, { weeks }: Flight): number {
  return shown.people * shown.frequency * weeks
}

/** Showings of the campaign's ads in first ones (repeat-worth.ts). */
export function worthOf(shown: Pick<Shown, 'people' | 'frequency'>, { weeks, holdoutShare }: Flight): number {
  return shown.people * worthAtFrequency(shown.frequency) * weeks * (1 - holdoutShare)
}

/** Goal events by draw. */
export function drawGoalEvents(shown: readonly Shown[], flight: Flight, rates: LeafRates): Float64Array {
  const events = new Float64Array(rates.draws)
  for (const each of shown) {
    const worth = worthOf(each, flight)
    const broad = rates.broad.get(each.end)!
    const lift = rates.lift.get(each.end)!
    for (let draw = 0; draw < events.length; draw++) {
      events[draw]! += worth * broad[draw]! * (1 + each.narrowShare * (lift[draw]! - 1))
    }
  }
  return events
}

/** People who see at least one of the campaign's ads within the flight, if showings fall on an audience's people by chance. */
export function reachOf(shown: readonly Shown[], flight: Flight): number {
  return Math.round(
    shown.reduce((sum, each) => {
      const people = each.people * (1 - flight.holdoutShare)
      const impressions = impressionsOf(each, flight) * (1 - flight.holdoutShare)
      return people >= 1 ? sum + people * binomialReach(people, impressions) : sum
    }, 0),
  )
}
