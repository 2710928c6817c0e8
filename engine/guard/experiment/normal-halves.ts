import type { Stream } from '../../../core/stream.ts'
import type { Candidate } from './candidates.ts'
import {
  type CellSums,
  effectivePeopleAt,
  meanAt,
  SUM,
  SUM_FIELDS,
  spreadAt,
  sumsOfAll,
} from './cell-sums.ts'
import { SPREAD_PRIOR_PEOPLE } from './differences.ts'
import { normal } from './halves.ts'

/** One experiment in which all arms are alike in every cell: both halves of each halving. */
export type DrawHalves = () => Iterable<readonly [CellSums, CellSums]>

/**
 * Draws cell means of everybody from the normal law with the cells' own people and spreads, and halvings of them. Right
 * where enough people respond for sums to be normal.
 *
 * @param all sums of everybody
 */
export function normalHalves(
  candidate: Candidate,
  arms: number,
  all: CellSums,
  halvings: number,
  stream: Stream,
): DrawHalves {
  const errors = errorsIfAlike(candidate, arms, all)
  return function* () {
    const means = errors.map((error) => error * normal(stream))
    for (let halving = 0; halving < halvings; halving++) {
      const halfMeans = means.map((mean, at) => mean + errors[at]! * normal(stream))
      // Both halves' means average to that of everybody.
      const otherMeans = means.map((whole, at) => 2 * whole - halfMeans[at]!)
      yield [drawnHalf(all, errors, halfMeans), drawnHalf(all, errors, otherMeans)]
    }
  }
}

/** Standard error of the mean of everybody in each cell and arm, spreads pooled over arms, as if arms were alike. */
function errorsIfAlike(candidate: Candidate, arms: number, all: CellSums): Float64Array {
  const everybody = sumsOfAll(all, arms)
  const pooled = pooledSpread(everybody, arms, 0)
  const errors = new Float64Array(candidate.cells.length * arms)
  for (let cell = 0; cell < candidate.cells.length; cell++) {
    const own = pooledSpread(all, arms, cell)
    let people = 0
    for (let arm = 0; arm < arms; arm++) people += effectivePeopleAt(all, (cell * arms + arm) * SUM_FIELDS)
    const spread = (people * own + SPREAD_PRIOR_PEOPLE * pooled) / (people + SPREAD_PRIOR_PEOPLE)
    for (let arm = 0; arm < arms; arm++) {
      const inArm = effectivePeopleAt(all, (cell * arms + arm) * SUM_FIELDS)
      errors[cell * arms + arm] = inArm > 0 ? Math.sqrt(spread / inArm) : 0
    }
  }
  return errors
}

function pooledSpread(sums: CellSums, arms: number, cell: number): number {
  let people = 0
  let squares = 0
  for (let arm = 0; arm < arms; arm++) {
    const at = (cell * arms + arm) * SUM_FIELDS
    const inArm = effectivePeopleAt(sums, at)
    people += inArm
    squares += inArm * spreadAt(sums, at, meanAt(sums, at))
  }
  return people > 0 ? squares / people : 0
}

/** Sums of half of the people, with these means. Squares follow from the errors, which are of everybody. */
function drawnHalf(all: CellSums, errors: Float64Array, means: Float64Array): CellSums {
  const sums = new Float64Array(all.length)
  for (let index = 0; index < means.length; index++) {
    const at = index * SUM_FIELDS
    const mean = means[index]!
    const ww = all[at + SUM.ww]! / 2
    const spread = errors[index]! ** 2 * effectivePeopleAt(all, at)
    sums[at] = all[at]! / 2
    sums[at + SUM.w] = all[at + SUM.w]! / 2
    sums[at + SUM.wy] = (all[at + SUM.w]! * mean) / 2
    sums[at + SUM.ww] = ww
    sums[at + SUM.wwy] = ww * mean
    sums[at + SUM.wwyy] = ww * (mean * mean + spread)
  }
  return sums
}
