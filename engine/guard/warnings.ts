import { dayIn } from '../../core/time.ts'
import type { Campaign } from '../campaign/campaign.ts'
import { counted, percent, wholeNumber } from '../reporting/text-table.ts'
import type { findLeftOut } from '../space/left-out.ts'
import { DOUBTFUL_LIFT } from './break-even.ts'
import type { CheckReport } from './check-report.ts'
import type { LeafFinding } from './leaves.ts'
import { platformWarnings } from './platform-warnings.ts'

/** Showings a person a week above which the budget is meant for more people than the population holds. */
const MANY_SHOWINGS_WEEK = 20
/** Share of the matched people who should stay on broad (GUARD 3.3, step 7). */
const LEAST_BROAD_CONTROL = 0.1

/** Impressions a week over the people reached; 0 when nobody is. */
export function showingsPerPersonWeek({
  impressionsWeek,
  peopleReached,
}: Pick<CheckReport['volume'], 'impressionsWeek' | 'peopleReached'>): number {
  return peopleReached > 0 ? impressionsWeek / peopleReached : 0
}

/** What the calendar says of a campaign, at a moment: a flight that is over, or not yet on. */
export function flightWarnings({ flight, timeZone }: Campaign, atMs: number): string[] {
  const today = dayIn(timeZone, atMs)
  if (flight.to < today) return [`the flight ended on ${flight.to}: nothing will be served`]
  return flight.from > today ? [`the flight begins on ${flight.from}: nothing is served before`] : []
}

/** What an assignment by something else than the person costs. */
export function assignmentWarnings({ assignment, holdoutShare, holdoutWithoutKey }: Campaign): string[] {
  const leaks = (holdoutShare ?? 0) > 0 && holdoutWithoutKey !== 'all'
  const warnings = leaks
    ? [
        'who is held out may see the campaign in a request without their key (no consent, another device): with ' +
          '"holdoutWithoutKey": "all" such requests get the house ad',
      ]
    : []
  if (assignment === 'session') {
    warnings.push(
      'assigned by session: the guard and the report compare sessions, not people; what is done in a later session ' +
        'is not counted to the ad, and a person may be in both arms',
    )
  }
  if (assignment === 'none') {
    warnings.push(
      'assigned by nobody: narrow and broad cannot be compared a person, so the guard can prove nothing from its logs',
    )
  }
  return warnings
}

/** Assets that the campaign's rules leave out everywhere, each with the rules that conflict over it. */
export function leftOutWarnings({ told, more }: ReturnType<typeof findLeftOut>): string[] {
  const warnings = told.map(({ slot, asset, rules }) => {
    const why = rules.length === 1 ? `${rules[0]} leaves it out` : `${rules.join(', ')} conflict over it`
    return `${slot}/${asset} is in no ad unit: ${why}`
  })
  return more > 0
    ? [...warnings, `and ${wholeNumber(more)} more assets that rules leave out everywhere`]
    : warnings
}

/** What is worth knowing and no reason to refuse. */
export function warningsOf(
  campaign: Campaign,
  leaves: readonly LeafFinding[],
  found: Pick<CheckReport, 'volume' | 'breakEven' | 'undecided' | 'copy' | 'adUnits' | 'overlaps'>,
): string[] {
  const warnings: string[] = []
  const showings = showingsPerPersonWeek(found.volume)
  if (showings > MANY_SHOWINGS_WEEK) {
    warnings.push(
      `the budget buys ${showings.toFixed(0)} showings a person a week among the people the listening data know: ` +
        'expected numbers hold only if the audience that is bought is as much larger',
    )
  }
  warnings.push(...breakEvenWarnings(found.breakEven))
  if (found.overlaps.length > 0) {
    warnings.push(
      `${counted(found.overlaps.length, 'pair')} of segments ${found.overlaps.length === 1 ? 'is' : 'are'} largely ` +
        'one: merge the two, or exclude one from the other',
    )
  }
  warnings.push(...platformWarnings(campaign, leaves, found))
  if (found.volume.broadControlShare < LEAST_BROAD_CONTROL) {
    warnings.push(
      `broad control is ${percent(found.volume.broadControlShare)}; under ${LEAST_BROAD_CONTROL * 100} % the ` +
        'comparison of narrow with broad takes long',
    )
  }
  const { broken, misfitCount, checked, skipped } = found.copy
  if (broken.length > 0) {
    warnings.push(
      broken.length === 1
        ? '1 text cannot be rendered for some segments and is not used there'
        : `${wholeNumber(broken.length)} texts cannot be rendered for some segments and are not used there`,
    )
  }
  if (misfitCount > 0) {
    warnings.push(
      `${wholeNumber(misfitCount)} of ${counted(checked, 'text')} ${misfitCount === 1 ? 'does' : 'do'} not fit ` +
        'where shown',
    )
  }
  if (skipped > 0) {
    warnings.push(`${counted(skipped, 'shorter text')} ${skipped === 1 ? 'was' : 'were'} not laid out`)
  }
  if (found.undecided.length > 0) {
    warnings.push(
      `${counted(found.undecided.length, 'asset')} ${found.undecided.length === 1 ? 'is' : 'are'} not used where ` +
        'the `when` cannot be decided',
    )
  }
  const { empty } = found.adUnits.segments
  if (empty.length > 0) {
    warnings.push(
      empty.length === 1
        ? `1 segment has no ad unit and is served broad: ${empty[0]}`
        : `${wholeNumber(empty.length)} segments have no ad unit and are served broad, ${empty[0]} first`,
    )
  }
  return warnings
}

function breakEvenWarnings(breakEven: CheckReport['breakEven']): string[] {
  const { broadPays, revenuePerCost, costRatio, reachLimitedLift, budgetLimitedLift, signal } = breakEven
  const warnings: string[] = []
  if (!broadPays) {
    const needed = costRatio / revenuePerCost - 1
    warnings.push(
      `broad does not pay: it earns ${revenuePerCost.toPrecision(3)} for each 1 it costs` +
        (needed > 0 ? `; to pay for itself a narrow impression must work ${percent(needed)} better` : ''),
    )
  }
  if (signal === 'amber') {
    warnings.push(
      `to earn what broad earns, narrow ads must work ${percent(Math.max(reachLimitedLift ?? 0, budgetLimitedLift))} ` +
        `better; more than +${DOUBTFUL_LIFT * 100} % is doubtful`,
    )
  }
  return warnings
}
