import { atLeast, isSmall } from '../../stats/hide-small.ts'
import type { Segmentation } from './check-report.ts'
import { problemsOf, type RateOf, type Volume } from './expected-volume.ts'

/**
 * A segmentation in a few numbers, so that two can be put side by side.
 *
 * None of them tells how people spread over hidden leaves: these count as equally large in the effective segments, and
 * sums of people are told down to a multiple of the k floor.
 *
 * @param hidden ids of leaves whose people may not be told
 */
export function segmentationOf(
  leaves: readonly { readonly id: string; readonly people: number }[],
  adUnits: bigint,
  volume: Volume,
  hidden: ReadonlySet<string>,
  rateOf: RateOf,
): Segmentation {
  let people = 0
  let hiddenPeople = 0
  let squares = 0
  let starvedLeaves = 0
  let inStarvedLeaves = 0
  let inUnreadableLeaves = 0
  for (const { id, people: size } of leaves) {
    people += size
    if (hidden.has(id)) hiddenPeople += size
    else squares += size * size
    const problems = problemsOf(volume, size, rateOf(id))
    if (problems.length > 0) {
      starvedLeaves++
      inStarvedLeaves += size
    }
    if (problems.includes('starved')) inUnreadableLeaves += size
  }
  if (hidden.size > 0) squares += hiddenPeople ** 2 / hidden.size
  const told = (some: number) => (hidden.size > 0 ? atLeast(some, volume.kFloor) : some)
  return {
    leaves: leaves.length,
    starvedLeaves,
    peopleInStarvedLeaves: isSmall(inStarvedLeaves, volume.kFloor) ? null : told(inStarvedLeaves),
    adUnits: String(adUnits),
    // Impressions are spread over people evenly, so this is a share of impressions as well.
    unreadableBudgetShare: people > 0 ? told(inUnreadableLeaves) / people : 0,
    effectiveSegments: squares > 0 ? people ** 2 / squares : 0,
  }
}
