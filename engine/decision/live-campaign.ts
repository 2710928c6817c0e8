import { createMatcher, type Matcher } from '../../segments/match.ts'
import { BROAD_ID } from '../../segments/segment.ts'
import { DEFAULTS } from '../campaign/campaign.ts'
import type { Plan } from '../campaign/plan.ts'
import { type Flight, flightOf } from '../delivery/flight.ts'
import { createSpace, type Space } from '../space/space.ts'
import { type Shares, sharesOf } from './assignment.ts'

/** A checked campaign ready to decide with. */
export interface LiveCampaign {
  readonly plan: Plan
  readonly planHash: string
  readonly space: Space
  readonly shares: Shares
  /** Narrow segments at or above the k floor, narrowest match first. */
  readonly matcher: Matcher
}

/** Compiles a plan for deciding; segments under the k floor can never be matched. */
export function createLiveCampaign(plan: Plan, planHash: string): LiveCampaign {
  const floor = plan.campaign.kFloor ?? DEFAULTS.kFloor
  const narrow = plan.segments.filter((segment) => segment.id !== BROAD_ID && segment.people >= floor)
  return {
    plan,
    planHash,
    space: createSpace(plan),
    shares: sharesOf(plan.campaign),
    matcher: createMatcher(narrow),
  }
}

const flights = new WeakMap<Plan, Flight>()

/**
 * Whether a moment is inside the campaign's flight: calendar days of its time zone, both ends included, whatever its day
 * parts say.
 */
export function isInFlight(plan: Plan, nowMs: number): boolean {
  let flight = flights.get(plan)
  if (!flight) {
    flight = flightOf(plan.campaign)
    flights.set(plan, flight)
  }
  return flight.fromMs <= nowMs && nowMs < flight.toMs
}
