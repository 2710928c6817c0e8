import { dayIn } from '../../core/time.ts'
import { PLATFORMS } from '../../data/platforms.ts'
import { breakEvenLift } from '../../stats/break-even.ts'
import type { Campaign } from '../campaign/campaign.ts'
import { wholeNumber } from '../reporting/text-table.ts'
import type { CheckLeaf, CheckReason, CheckReport } from './check-report.ts'
import type { Volume } from './expected-volume.ts'
import type { LeafFinding } from './leaves.ts'

/** Lifts above are not believed: more than twice the response of broad is unlikely (GUARD 3.3, step 1). */
const HIGHEST_BELIEVED_LIFT = 2
/** Broad's revenue for each unit of cost, where nothing is known: a usual margin. */
const REVENUE_PER_COST = 1.2
/** A narrow impression costs what a broad one does until a price is known. */
const COST_RATIO = 1

/**
 * What a campaign must gain to earn what broad earns. A tailored one reaches everybody, so it needs nothing but its
 * costs; a targeted one reaches the people of its leaves only.
 */
export function breakEvenOf(volume: Volume): CheckReport['breakEven'] {
  const reach = volume.people > 0 ? volume.peopleReached / volume.people : 0
  return {
    // Nobody reached: nothing could make up for that.
    lift: reach > 0 ? breakEvenLift(reach, REVENUE_PER_COST, COST_RATIO) : Number.MAX_SAFE_INTEGER,
    reach,
    revenuePerCost: REVENUE_PER_COST,
    costRatio: COST_RATIO,
  }
}

/** Why the guard refuses, worst first; none: it passes. */
export function reasonsToRefuse(
  leaves: readonly LeafFinding[],
  found: Pick<CheckReport, 'volume' | 'breakEven' | 'before'>,
): CheckReason[] {
  const { volume, breakEven, before } = found
  const reasons: CheckReason[] = []
  const under = (problem: CheckLeaf['problems'][number]) =>
    leaves.filter(({ problems }) => problems.includes(problem))
  const small = under('k-floor')
  const crowdedOut = small.filter(({ servedBroad }) => !servedBroad).length
  if (small.length > 0) {
    reasons.push({
      code: 'K_FLOOR',
      text:
        `${ofLeaves(small.length, leaves.length)} have fewer than ${volume.kFloor} people` +
        (crowdedOut === 0
          ? '; they are served broad, whatever is decided here'
          : ` (${wholeNumber(crowdedOut)} of them because narrower segments take the others); ` +
            `${wholeNumber(small.length - crowdedOut)} are served broad, whatever is decided here`),
    })
  }
  const platform = volume.platformMinimum
  const belowPlatform = under('platform-minimum')
  if (platform && belowPlatform.length > 0) {
    reasons.push({
      code: 'PLATFORM_MINIMUM',
      text:
        `${ofLeaves(belowPlatform.length, leaves.length)} have fewer people than ` +
        `${PLATFORMS[platform.platform]?.title ?? platform.platform} takes (${wholeNumber(platform.people)})`,
    })
  }
  const starved = under('starved')
  if (starved.length > 0) {
    reasons.push({
      code: 'VOLUME',
      text:
        `${ofLeaves(starved.length, leaves.length)} expect fewer than ${volume.eventsFloor} ${volume.goal}s a week, ` +
        `the least to learn from; ${(before.unreadableBudgetShare * 100).toFixed(0)} % of the narrow impressions ` +
        `would go there. A leaf needs ${wholeNumber(volume.peopleNeeded)} people`,
    })
  }
  if (breakEven.lift > HIGHEST_BELIEVED_LIFT) {
    reasons.push({
      code: 'BREAK_EVEN',
      text:
        `it reaches ${(breakEven.reach * 100).toFixed(1)} % of the people broad reaches, so each impression must ` +
        `work ${breakEven.lift.toFixed(1)} times as well as broad's to earn the same; more than ` +
        `${HIGHEST_BELIEVED_LIFT} times is unlikely`,
    })
  }
  return reasons
}

/** Showings a person a week above which the budget is meant for more people than the population holds. */
const MANY_SHOWINGS_WEEK = 20

/** Impressions a week over the people reached; 0 when nobody is. */
export function showingsPerPersonWeek({ impressionsWeek, peopleReached }: CheckReport['volume']): number {
  return peopleReached > 0 ? impressionsWeek / peopleReached : 0
}

/** What the calendar says of a campaign, at a moment: a flight that is over, or not yet on. */
export function flightWarnings({ flight, timeZone }: Campaign, atMs: number): string[] {
  const today = dayIn(timeZone, atMs)
  if (flight.to < today) return [`the flight ended on ${flight.to}: nothing will be served`]
  return flight.from > today ? [`the flight begins on ${flight.from}: nothing is served before`] : []
}

/** What is worth knowing and no reason to refuse. */
export function warningsOf(
  campaign: Campaign,
  leaves: readonly LeafFinding[],
  found: Pick<CheckReport, 'volume' | 'undecided' | 'copy' | 'adUnits'>,
): string[] {
  const warnings: string[] = []
  const showings = showingsPerPersonWeek(found.volume)
  if (showings > MANY_SHOWINGS_WEEK) {
    warnings.push(
      `the budget buys ${showings.toFixed(0)} showings a person a week among the people the listening data know: ` +
        'expected numbers hold only if the audience that is bought is as much larger',
    )
  }
  for (const platform of campaign.platforms ?? []) {
    const { title, warnBelowPeople } = PLATFORMS[platform]!
    const doubtful = leaves.filter(({ people }) => people < (warnBelowPeople ?? 0)).length
    if (doubtful > 0) {
      warnings.push(
        `${ofLeaves(doubtful, leaves.length)} have fewer than the ${wholeNumber(warnBelowPeople!)} people ${title} advises`,
      )
    }
  }
  if (found.volume.broadControlShare < 0.1) {
    warnings.push(
      `broad control is ${(found.volume.broadControlShare * 100).toFixed(0)} %; under 10 % the comparison of ` +
        'narrow with broad takes long',
    )
  }
  const { broken, misfitCount, checked, skipped } = found.copy
  if (broken.length > 0) {
    warnings.push(
      `${wholeNumber(broken.length)} texts cannot be rendered for some segments and are not used there`,
    )
  }
  if (misfitCount > 0)
    warnings.push(
      `${wholeNumber(misfitCount)} of ${wholeNumber(checked)} texts do not fit where they are shown`,
    )
  if (skipped > 0) warnings.push(`${wholeNumber(skipped)} shorter texts were not laid out`)
  if (found.undecided.length > 0) {
    warnings.push(
      `${wholeNumber(found.undecided.length)} assets are not used where their \`when\` cannot be decided`,
    )
  }
  const { empty } = found.adUnits.segments
  if (empty.length > 0) {
    warnings.push(
      `${wholeNumber(empty.length)} segments have no ad unit and are served broad, ${empty[0]} first`,
    )
  }
  return warnings
}

function ofLeaves(count: number, all: number): string {
  return count === all && all > 1
    ? `all ${wholeNumber(all)} leaves`
    : `${wholeNumber(count)} of ${wholeNumber(all)} leaves`
}
