import type { Stream } from '../../core/stream.ts'
import { dayIn } from '../../core/time.ts'
import { createMatcher, type Matcher } from '../../segments/match.ts'
import { BROAD_ID, type Segment } from '../../segments/segment.ts'
import type { Weights } from '../allocation/weights.ts'
import { DEFAULTS } from '../campaign/campaign.ts'
import type { Plan } from '../campaign/plan.ts'
import { createSpace, type Space } from '../space/space.ts'
import { type Shares, sharesOf } from './assignment.ts'

/** A checked campaign ready to decide with. */
export interface LiveCampaign {
  readonly plan: Plan
  readonly planHash: string
  readonly space: Space
  readonly shares: Shares
  readonly broad: Segment
  /** Narrow segments at or above the k floor, narrowest match first. */
  readonly matcher: Matcher
  /** Whether a segment has an ad unit in this locale and placement. */
  has(segment: string, locale: string, placement: string): boolean
}

/** Compiles a plan for deciding; segments under the k floor can never be matched. */
export function createLiveCampaign(
  plan: Plan,
  planHash: string,
  weights: Weights,
  probe: Stream,
): LiveCampaign {
  const floor = plan.campaign.kFloor ?? DEFAULTS.kFloor
  const broad = plan.segments.find((segment) => segment.id === BROAD_ID)!
  const narrow = plan.segments.filter((segment) => segment.id !== BROAD_ID && segment.people >= floor)
  const space = createSpace(plan)
  const known = new Map<string, boolean>()
  return {
    plan,
    planHash,
    space,
    shares: sharesOf(plan.campaign),
    broad,
    matcher: createMatcher(narrow),
    has(segment, locale, placement) {
      const key = `${segment}\0${locale}\0${placement}`
      let has = known.get(key)
      if (has === undefined) {
        has = space.choose(probe, { segment, locale, placement }, weights) !== undefined
        known.set(key, has)
      }
      return has
    },
  }
}

/** Whether a moment is inside the campaign's flight: calendar days of its time zone, both ends included. */
export function isInFlight(plan: Plan, nowMs: number): boolean {
  const day = dayIn(plan.campaign.timeZone, nowMs)
  return plan.campaign.flight.from <= day && day <= plan.campaign.flight.to
}
