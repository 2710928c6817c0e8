import { PLATFORMS } from '../../data/platforms.ts'
import { percent, wholeNumber } from '../reporting/text-table.ts'
import { HIGHEST_BELIEVED_LIFT } from './break-even.ts'
import type { CheckLeaf, CheckReason, CheckReport } from './check-report.ts'
import type { LeafFinding } from './leaves.ts'

/** Why the guard refuses, worst first; none: it passes. */
export function reasonsToRefuse(
  leaves: readonly Pick<LeafFinding, 'problems' | 'servedBroad'>[],
  found: Pick<CheckReport, 'volume' | 'breakEven' | 'before'>,
): CheckReason[] {
  const { volume, breakEven, before } = found
  const reasons: CheckReason[] = []
  const under = (problem: CheckLeaf['problems'][number]) =>
    leaves.filter(({ problems }) => problems.includes(problem))
  const small = under('k-floor')
  const crowdedOut = small.filter(({ servedBroad }) => !servedBroad).length
  if (small.length > 0) {
    const broad = small.length - crowdedOut
    const areBroad = `${broad === 1 ? 'is' : 'are'} served broad, whatever is decided here`
    reasons.push({
      code: 'K_FLOOR',
      text:
        `${leavesWith(small.length, leaves.length, 'has', 'have')} fewer than ${volume.kFloor} people` +
        (crowdedOut === 0
          ? `; ${broad === 1 ? 'it' : 'they'} ${areBroad}`
          : ` (${wholeNumber(crowdedOut)} of them because narrower segments take the others); ` +
            `${wholeNumber(broad)} ${areBroad}`),
    })
  }
  const platform = volume.platformMinimum
  const belowPlatform = under('platform-minimum')
  if (platform && belowPlatform.length > 0) {
    reasons.push({
      code: 'PLATFORM_MINIMUM',
      text:
        `${leavesWith(belowPlatform.length, leaves.length, 'has', 'have')} fewer people than ` +
        `${PLATFORMS[platform.platform]?.title ?? platform.platform} takes (${wholeNumber(platform.people)})`,
    })
  }
  const starved = under('starved')
  if (starved.length > 0) {
    reasons.push({
      code: 'VOLUME',
      text:
        `${leavesWith(starved.length, leaves.length, 'expects', 'expect')} fewer than ${volume.eventsFloor} ` +
        `${volume.goal}s a week, the least to learn from; ` +
        `${(before.unreadableBudgetShare * 100).toFixed(0)} % of the narrow impressions would go there. ` +
        `A leaf needs ${wholeNumber(volume.peopleNeeded)} people`,
    })
  }
  if (breakEven.signal === 'red') reasons.push({ code: 'BREAK_EVEN', text: breakEvenText(breakEven) })
  return reasons
}

function breakEvenText({ reach, reachLimitedLift, budgetLimitedLift, costRatio }: CheckReport['breakEven']) {
  const unlikely = `more than +${HIGHEST_BELIEVED_LIFT * 100} % is unlikely`
  if (reach === 0) return 'it reaches nobody'
  if (reachLimitedLift !== null && reachLimitedLift > budgetLimitedLift) {
    return (
      `it reaches ${percent(reach)} of the people broad reaches, so each impression must work ` +
      `${percent(reachLimitedLift)} better than broad's to earn the same; ${unlikely}`
    )
  }
  return (
    `a narrow impression costs ${costRatio} times a broad one, so it must work ${percent(budgetLimitedLift)} ` +
    `better to earn the same; ${unlikely}`
  )
}

/** "3 of 12 leaves have", "all 12 leaves have", "the only leaf has". */
export function leavesWith(count: number, all: number, one: string, many: string): string {
  if (all === 1) return `the only leaf ${one}`
  if (count === all) return `all ${wholeNumber(all)} leaves ${many}`
  return `${wholeNumber(count)} of ${wholeNumber(all)} leaves ${count === 1 ? one : many}`
}
