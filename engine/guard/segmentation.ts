import type { Segmentation } from './check-report.ts'
import { narrowImpressionsWeek, problemsOf, type Volume } from './expected-volume.ts'

/** A segmentation in a few numbers, so that two can be put side by side. */
export function segmentationOf(
  peopleByLeaf: Iterable<number>,
  adUnits: bigint,
  volume: Volume,
): Segmentation {
  let leaves = 0
  let people = 0
  let squares = 0
  let starvedLeaves = 0
  let peopleInStarvedLeaves = 0
  let impressions = 0
  let unreadable = 0
  for (const size of peopleByLeaf) {
    const leafImpressions = narrowImpressionsWeek(volume, size)
    leaves++
    people += size
    squares += size * size
    impressions += leafImpressions
    const problems = problemsOf(volume, size)
    if (problems.length > 0) {
      starvedLeaves++
      peopleInStarvedLeaves += size
    }
    if (problems.includes('starved')) unreadable += leafImpressions
  }
  return {
    leaves,
    starvedLeaves,
    peopleInStarvedLeaves:
      peopleInStarvedLeaves > 0 && peopleInStarvedLeaves < volume.kFloor ? null : peopleInStarvedLeaves,
    adUnits: String(adUnits),
    unreadableBudgetShare: impressions > 0 ? unreadable / impressions : 0,
    effectiveSegments: squares > 0 ? people ** 2 / squares : 0,
  }
}
