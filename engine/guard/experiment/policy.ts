import { normalCdf } from '../../../stats/normal.ts'
import type { Candidate } from './candidates.ts'
import {
  type CellSums,
  effectivePeopleAt,
  meanAt,
  peopleOfCell,
  SUM,
  SUM_FIELDS,
  spreadAt,
  sumsOfAll,
  sumsOfWider,
} from './cell-sums.ts'
import { addedUp, type Differences, type Readable } from './differences.ts'

/** Arm by cell of a candidate. */
export interface Policy {
  /** What everybody gets when nothing is split: the arm that is best for all, or the one named. */
  readonly broadArm: number
  readonly armOf: Uint16Array
  /** Mean outcome by cell and arm: predictions for the doubly robust estimate. */
  readonly predicted: Float64Array
}

export interface Learnt extends Policy {
  readonly differences: Differences
}

/** How policies of one candidate are learnt, from whichever people. */
export interface Learning {
  readonly candidate: Candidate
  readonly arms: number
  /** Of everybody. */
  readonly readable: Readable
  /** Another arm than broad's is taken where it is better with at least this probability. */
  readonly leastChance: number
  /** The arm that broad is; undefined: the best for everybody. */
  readonly baseline: number | undefined
}

/** A cell's level is predicted from its people and, for so many more, from everybody. */
const LEVEL_PRIOR_PEOPLE = 50

/**
 * What can be read of a candidate: cells, and values of its columns, in which each arm can expect `leastEvents` events
 * or more.
 *
 * @param all sums of everybody
 */
export function readableCells(
  candidate: Candidate,
  arms: number,
  all: CellSums,
  leastEvents: number,
): Readable {
  const share = smallestShare(all, arms)
  const read = (sums: CellSums) =>
    Uint8Array.from({ length: sums.length / (arms * SUM_FIELDS) }, (_, cell) =>
      eventsOfCell(sums, arms, cell) * share >= leastEvents ? 1 : 0,
    )
  return {
    cells: read(all),
    values: candidate.valueCodes.map((codes) => read(sumsOfWider(all, arms, codes))),
  }
}

/** Share of all people that the smallest arm has, 0..1. */
export function smallestShare(all: CellSums, arms: number): number {
  const everybody = sumsOfAll(all, arms)
  const people = peopleOfCell(everybody, arms, 0)
  let share = 1
  for (let arm = 0; arm < arms; arm++) share = Math.min(share, everybody[arm * SUM_FIELDS]! / people)
  return share
}

/**
 * Events of a cell over all arms, as if every arm had answered like their average: arms are not looked at one by one,
 * so that chance differences between them cannot choose cells.
 *
 * Events a person are (mean outcome)^2 / mean square: responders where the outcome is binary, fewer than payers where
 * amounts are unequal.
 */
export function eventsOfCell(sums: CellSums, arms: number, cell: number): number {
  let mean = 0
  let square = 0
  let peopled = 0
  for (let arm = 0; arm < arms; arm++) {
    const at = (cell * arms + arm) * SUM_FIELDS
    if (!(sums[at + SUM.ww]! > 0)) continue
    mean += meanAt(sums, at)
    square += sums[at + SUM.wwyy]! / sums[at + SUM.ww]!
    peopled++
  }
  return square > 0 ? (peopleOfCell(sums, arms, cell) * mean * mean) / (square * peopled) : 0
}

/**
 * Learns from some people what to do in each cell: the arm whose difference to broad's is largest (shrunk as
 * differences.ts says), where it is better than broad's with `leastChance`; broad's elsewhere.
 *
 * @param sums of those people
 */
export function learnPolicy(learning: Learning, sums: CellSums): Learnt {
  const { candidate, arms, readable, leastChance, baseline } = learning
  const everybody = sumsOfAll(sums, arms)
  const means = new Float64Array(arms)
  const spreads = new Float64Array(arms)
  let best = 0
  for (let arm = 0; arm < arms; arm++) {
    means[arm] = meanAt(everybody, arm * SUM_FIELDS)
    spreads[arm] = spreadAt(everybody, arm * SUM_FIELDS, means[arm]!)
    if (means[arm]! > means[best]!) best = arm
  }
  const broadArm = baseline ?? best
  const differences = addedUp({ candidate, arms, readable, sums, everybody, spreads, broadArm })
  const armOf = new Uint16Array(candidate.cells.length).fill(broadArm)
  for (let cell = 0; cell < armOf.length; cell++) {
    const other = bestOther(differences, cell, arms, broadArm)
    if (other.chance >= leastChance) armOf[cell] = other.arm
  }
  return { broadArm, armOf, predicted: predictedMeans(sums, means, arms), differences }
}

/** The arm with the highest mean of each cell, as seen there: what is done without a guard. */
export function bestOfEachCell(learnt: Learnt, arms: number, sums: CellSums): Policy {
  const armOf = learnt.armOf.map((_, cell) => {
    let best = learnt.broadArm
    for (let arm = 0; arm < arms; arm++) {
      const at = (cell * arms + arm) * SUM_FIELDS
      const bestAt = (cell * arms + best) * SUM_FIELDS
      if (sums[at]! > 0 && sums[bestAt]! > 0 && meanAt(sums, at) > meanAt(sums, bestAt)) best = arm
    }
    return best
  })
  return { broadArm: learnt.broadArm, armOf, predicted: learnt.predicted }
}

export interface BestOther {
  readonly arm: number
  readonly difference: number
  readonly error: number
  /** Probability that it is better than broad's. */
  readonly chance: number
}

/** The arm besides broad's with the largest shrunk difference in a cell. At least two arms. */
export function bestOther(
  { mean, variance }: Differences,
  cell: number,
  arms: number,
  broadArm: number,
): BestOther {
  let arm = broadArm === 0 ? 1 : 0
  for (let other = arm + 1; other < arms; other++) {
    if (other !== broadArm && mean[cell * arms + other]! > mean[cell * arms + arm]!) arm = other
  }
  const difference = mean[cell * arms + arm]!
  const error = Math.sqrt(variance[cell * arms + arm]!)
  const chance = error > 0 ? normalCdf(difference / error) : difference > 0 ? 1 : 0
  return { arm, difference, error, chance }
}

/** The level of each cell, over all arms, moved by what each arm does among everybody. */
function predictedMeans(sums: CellSums, means: Float64Array, arms: number): Float64Array {
  const cells = sums.length / (arms * SUM_FIELDS)
  const predicted = new Float64Array(cells * arms)
  for (let cell = 0; cell < cells; cell++) {
    let people = 0
    let total = 0
    for (let arm = 0; arm < arms; arm++) {
      const at = (cell * arms + arm) * SUM_FIELDS
      const inArm = effectivePeopleAt(sums, at)
      people += inArm
      total += inArm * (meanAt(sums, at) - means[arm]!)
    }
    const own = total / (people + LEVEL_PRIOR_PEOPLE)
    for (let arm = 0; arm < arms; arm++) predicted[cell * arms + arm] = means[arm]! + own
  }
  return predicted
}
