import { dayIn } from '../../core/time.ts'
import { createMatcher, type Matcher } from '../../segments/match.ts'
import { BROAD_ID } from '../../segments/segment.ts'
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

/** Whether a moment is inside the campaign's flight: calendar days of its time zone, both ends included. */
export function isInFlight(plan: Plan, nowMs: number): boolean {
  const day = dayIn(plan.campaign.timeZone, nowMs)
  return plan.campaign.flight.from <= day && day <= plan.campaign.flight.to
}
