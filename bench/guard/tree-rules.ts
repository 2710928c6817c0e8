import { type ArmSums, bestMean, peopleIn, pooled } from './segment-table.ts'

/** How a tree chooses its splits. */
export interface SplitRule {
  /** What a node is worth; a split is worth what its two sides are worth more than the node. */
  worth(node: ArmSums): number
  /** Whether the best split there is may be made. */
  mayMake(split: SplitToMake): boolean
}

export interface SplitToMake {
  readonly gain: number
  /** Leaves as they are, and as they would be. */
  readonly before: readonly ArmSums[]
  readonly after: readonly ArmSums[]
  /** Values of columns that were to be told apart, over all leaves. */
  readonly candidates: number
}

/** Splits for the most response if each leaf gets its best arm, as seen in the pilot. */
export const BY_VALUE: SplitRule = {
  worth: (node) => peopleIn(node) * bestMean(node),
  mayMake: ({ gain }) => gain > 0,
}

/**
 * Splits for the least squared error of all arms' means, as long as the extended Bayesian information criterion falls:
 * arms times ln(people), and twice ln(candidates) for having searched. Outcomes 0 or 1.
 *
 * @see Chen, Chen 2008, Biometrika 95:759-771, doi:10.1093/biomet/asn034
 */
export const BY_INFORMATION: SplitRule = {
  worth({ people, sums }) {
    let explained = 0
    for (let arm = 0; arm < people.length; arm++) {
      if (people[arm]! > 0) explained += sums[arm]! ** 2 / people[arm]!
    }
    return explained
  },
  mayMake({ before, after, candidates }) {
    const arms = before[0]!.people.length
    const all = pooled(before, arms)
    let fall = 0
    for (let arm = 0; arm < arms; arm++) {
      fall += all.people[arm]! * Math.log(squaredError(before, arm) / squaredError(after, arm))
    }
    return fall > arms * Math.log(peopleIn(all)) + 2 * Math.log(candidates)
  },
}

function squaredError(leaves: readonly ArmSums[], arm: number): number {
  return leaves.reduce((error, { people, sums }) => {
    return people[arm]! > 0 ? error + sums[arm]! - sums[arm]! ** 2 / people[arm]! : error
  }, 0)
}
