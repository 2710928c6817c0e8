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
  sumsByLevel,
} from './cell-sums.ts'

/** Arm by cell of a candidate's finest level. */
export interface Policy {
  /** What everybody gets when nothing is split: the arm that is best for all, or the one named. */
  readonly broadArm: number
  readonly armOf: Uint16Array
  /** Mean outcome by cell and arm, shrunk to wider cells: predictions for the doubly robust estimate. */
  readonly predicted: Float64Array
}

/** Differences of each arm to broad's, by cell of one level, then arm: shrunk mean and variance. Broad's own are 0. */
export interface Differences {
  readonly mean: Float64Array
  readonly variance: Float64Array
}

export interface Learnt extends Policy {
  readonly differences: Differences
}

export interface PolicyRule {
  /** Another arm than broad's is taken where it is better with at least this probability. */
  readonly leastChance: number
  /** The arm that broad is; undefined: the best for everybody. */
  readonly baseline: number | undefined
}

/** How policies of one candidate are learnt, from whichever people. */
export interface Learning {
  readonly candidate: Candidate
  readonly arms: number
  /** By level and cell, as readableCells gives it for everybody. */
  readonly readable: readonly Uint8Array[]
  readonly rule: PolicyRule
}

/** Outcomes vary in a cell as they do there and, for so many people more, as they do among everybody. */
export const SPREAD_PRIOR_PEOPLE = 20
/** A cell's mean is predicted from its people and, for so many more, from the wider cell. */
const MEAN_PRIOR_PEOPLE = 50

/**
 * Whether each cell of each level can be read: its events, spread over the arms as people are, are `leastEvents` or
 * more in each. Arms are not looked at one by one, so that chance differences between them cannot choose cells.
 *
 * Events are counted as (sum of outcomes)^2 / sum of squares: responders where the outcome is binary, fewer than payers
 * where amounts are unequal.
 */
export function readableCells(
  candidate: Candidate,
  arms: number,
  all: CellSums,
  leastEvents: number,
): Uint8Array[] {
  const levels = sumsByLevel(candidate, arms, all)
  const everybody = peopleOfCell(levels[0]!, arms, 0)
  let smallestShare = 1
  for (let arm = 0; arm < arms; arm++) {
    smallestShare = Math.min(smallestShare, levels[0]![arm * SUM_FIELDS]! / everybody)
  }
  return levels.map((sums) => {
    const cells = sums.length / (arms * SUM_FIELDS)
    return Uint8Array.from({ length: cells }, (_, cell) =>
      eventsOfCell(sums, arms, cell) * smallestShare >= leastEvents ? 1 : 0,
    )
  })
}

/** Effective events of a cell over all arms. */
export function eventsOfCell(sums: CellSums, arms: number, cell: number): number {
  let total = 0
  let squares = 0
  for (let arm = 0; arm < arms; arm++) {
    const at = (cell * arms + arm) * SUM_FIELDS
    total += sums[at + SUM.wy]!
    squares += sums[at + SUM.wwyy]!
  }
  return squares > 0 ? (total * total) / squares : 0
}

/**
 * Learns from some people what to do in each cell. Differences to broad are shrunk level by level: a cell's to its
 * wider cell's, by how much cells of that level truly vary (DerSimonian and Laird's tau2 around the wider cells). A
 * cell that cannot be read is taken for its wider cell. Then the arm of largest difference is taken where it is better
 * than broad's with `leastChance`, broad's elsewhere.
 *
 * @param finest sums of those people at the candidate's finest level
 * @see Morris 1983, J. Am. Stat. Assoc. 78:47-55, doi:10.1080/01621459.1983.10477920 (empirical Bayes)
 */
export function learnPolicy({ candidate, arms, readable, rule }: Learning, finest: CellSums): Learnt {
  const levels = sumsByLevel(candidate, arms, finest)
  const everybody = levels[0]!
  const spreads = Float64Array.from({ length: arms }, (_, arm) =>
    spreadAt(everybody, arm * SUM_FIELDS, meanAt(everybody, arm * SUM_FIELDS)),
  )
  let predicted: Float64Array = Float64Array.from({ length: arms }, (_, arm) =>
    meanAt(everybody, arm * SUM_FIELDS),
  )
  const broadArm = rule.baseline ?? predicted.indexOf(predicted.reduce((a, b) => Math.max(a, b)))
  let differences = broadDifferences(everybody, predicted, spreads, broadArm)
  for (let level = 1; level < levels.length; level++) {
    const parents = candidate.parents[level - 1]!
    const sums = levels[level]!
    differences = narrowed(differences, { sums, parents, readable: readable[level]!, spreads, broadArm })
    predicted = narrowedMeans(predicted, sums, parents, arms)
  }
  const armOf = new Uint16Array(candidate.cells.length).fill(broadArm)
  for (let cell = 0; cell < armOf.length; cell++) {
    const best = bestOther(differences, cell, arms, broadArm)
    if (best.chance >= rule.leastChance) armOf[cell] = best.arm
  }
  return { broadArm, armOf, predicted, differences }
}

/** The arm with the highest mean of each cell, as seen there: what is done without a guard. */
export function bestOfEachCell(learnt: Learnt, arms: number, finest: CellSums): Policy {
  const armOf = learnt.armOf.map((_, cell) => {
    let best = learnt.broadArm
    for (let arm = 0; arm < arms; arm++) {
      const at = (cell * arms + arm) * SUM_FIELDS
      const bestAt = (cell * arms + best) * SUM_FIELDS
      if (finest[at]! > 0 && finest[bestAt]! > 0 && meanAt(finest, at) > meanAt(finest, bestAt)) best = arm
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

function broadDifferences(
  everybody: CellSums,
  means: Float64Array,
  spreads: Float64Array,
  broadArm: number,
): Differences {
  const errorOf = (arm: number) => meanVariance(everybody, arm * SUM_FIELDS, means[arm]!, spreads[arm]!)
  return {
    mean: means.map((mean) => mean - means[broadArm]!),
    variance: means.map((_, arm) => (arm === broadArm ? 0 : errorOf(arm) + errorOf(broadArm))),
  }
}

interface Level {
  readonly sums: CellSums
  readonly parents: Uint32Array
  readonly readable: Uint8Array
  readonly spreads: Float64Array
  readonly broadArm: number
}

function narrowed(wider: Differences, level: Level): Differences {
  const { sums, parents, readable, spreads, broadArm } = level
  const arms = spreads.length
  const cells = parents.length
  const mean = new Float64Array(cells * arms)
  const variance = new Float64Array(cells * arms)
  const seen = new Float64Array(cells)
  const noise = new Float64Array(cells)
  for (let arm = 0; arm < arms; arm++) {
    if (arm === broadArm) continue
    for (let cell = 0; cell < cells; cell++) {
      if (readable[cell] === 0) continue
      const at = (cell * arms + arm) * SUM_FIELDS
      const broadAt = (cell * arms + broadArm) * SUM_FIELDS
      const own = meanAt(sums, at)
      const broad = meanAt(sums, broadAt)
      seen[cell] = own - broad
      noise[cell] =
        meanVariance(sums, at, own, spreads[arm]!) + meanVariance(sums, broadAt, broad, spreads[broadArm]!)
    }
    const tau2 = spreadAroundParents(wider.mean, arm, arms, { seen, noise, parents, readable })
    for (let cell = 0; cell < cells; cell++) {
      const parentAt = parents[cell]! * arms + arm
      const at = cell * arms + arm
      // How far the cell's own difference is believed.
      const trust = readable[cell] === 0 || tau2 === 0 ? 0 : tau2 / (tau2 + noise[cell]!)
      mean[at] = wider.mean[parentAt]! + (trust > 0 ? trust * (seen[cell]! - wider.mean[parentAt]!) : 0)
      variance[at] = (trust > 0 ? trust * noise[cell]! : 0) + (1 - trust) ** 2 * wider.variance[parentAt]!
    }
  }
  return { mean, variance }
}

/** tau2 of DerSimonian and Laird, around each parent's difference instead of one mean. */
function spreadAroundParents(
  parentMeans: Float64Array,
  arm: number,
  arms: number,
  cells: Pick<Level, 'parents' | 'readable'> & { readonly seen: Float64Array; readonly noise: Float64Array },
): number {
  const { seen, noise, parents, readable } = cells
  const groups = parentMeans.length / arms
  const weights = new Float64Array(groups)
  const squares = new Float64Array(groups)
  let q = 0
  let degrees = 0
  for (let cell = 0; cell < parents.length; cell++) {
    if (readable[cell] === 0 || !(noise[cell]! > 0 && noise[cell]! < Infinity)) continue
    const weight = 1 / noise[cell]!
    const parent = parents[cell]!
    q += weight * (seen[cell]! - parentMeans[parent * arms + arm]!) ** 2
    if (weights[parent] === 0) degrees--
    degrees++
    weights[parent]! += weight
    squares[parent]! += weight * weight
  }
  let scale = 0
  for (let group = 0; group < groups; group++) {
    if (weights[group]! > 0) scale += weights[group]! - squares[group]! / weights[group]!
  }
  return scale > 0 ? Math.max(0, (q - degrees) / scale) : 0
}

function narrowedMeans(
  wider: Float64Array,
  sums: CellSums,
  parents: Uint32Array,
  arms: number,
): Float64Array {
  const means = new Float64Array(parents.length * arms)
  for (let cell = 0; cell < parents.length; cell++) {
    for (let arm = 0; arm < arms; arm++) {
      const at = (cell * arms + arm) * SUM_FIELDS
      const people = effectivePeopleAt(sums, at)
      const prior = MEAN_PRIOR_PEOPLE * wider[parents[cell]! * arms + arm]!
      means[cell * arms + arm] = (people * meanAt(sums, at) + prior) / (people + MEAN_PRIOR_PEOPLE)
    }
  }
  return means
}

/** Variance of the mean of the people at an offset; Infinity where nobody is. */
function meanVariance(sums: CellSums, at: number, mean: number, everybody: number): number {
  const people = effectivePeopleAt(sums, at)
  if (people === 0) return Infinity
  const spread =
    (people * spreadAt(sums, at, mean) + SPREAD_PRIOR_PEOPLE * everybody) / (people + SPREAD_PRIOR_PEOPLE)
  return spread / people
}
