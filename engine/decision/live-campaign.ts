import { isContextual } from '../../segments/contextual.ts'
import { createMatcher, type Matcher } from '../../segments/match.ts'
import { BROAD_ID } from '../../segments/segment.ts'
import { DEFAULTS } from '../campaign/campaign.ts'
import type { Plan } from '../campaign/plan.ts'
import { type Flight, flightOf } from '../delivery/flight.ts'
import { createSpace, type Space } from '../space/space.ts'
import { type Shares, sharesOf } from './assignment.ts'

const NO_ATTRIBUTES: ReadonlySet<string> = new Set()

/** A checked campaign ready to decide with. */
export interface LiveCampaign {
  readonly plan: Plan
  readonly planHash: string
  readonly space: Space
  readonly shares: Shares
  /** Narrow segments at or above the k floor, narrowest match first. */
  readonly matcher: Matcher
  /** Those of them that are told by context alone: matched where nothing personal may be read. */
  readonly contextMatcher: Matcher
}

const matchers = new WeakMap<Plan, Matcher>()

/**
 * Compiles a plan for deciding; segments under the k floor can never be matched. The index over its segments is made
 * once for a plan object.
 *
 * @param contextual attributes that a request may say of what shows the ad
 */
export function createLiveCampaign(
  plan: Plan,
  planHash: string,
  contextual: ReadonlySet<string> = NO_ATTRIBUTES,
): LiveCampaign {
  const floor = plan.campaign.kFloor ?? DEFAULTS.kFloor
  const narrow = plan.segments.filter((segment) => segment.id !== BROAD_ID && segment.people >= floor)
  let matcher = matchers.get(plan)
  if (!matcher) {
    matcher = createMatcher(narrow)
    matchers.set(plan, matcher)
  }
  return {
    plan,
    planHash,
    space: createSpace(plan),
    shares: sharesOf(plan.campaign),
    matcher,
    contextMatcher: createMatcher(narrow.filter((segment) => isContextual(segment, contextual))),
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
