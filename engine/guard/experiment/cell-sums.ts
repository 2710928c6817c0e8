import type { Candidate } from './candidates.ts'
import type { Experiment } from './experiment.ts'

/** What is summed over the people of one cell and arm; w is 1 / propensity. Offsets into `SUM_FIELDS` numbers. */
export const SUM = {
  people: 0,
  /** Of w. */
  w: 1,
  /** Of w times outcome. */
  wy: 2,
  /** Of w squared. */
  ww: 3,
  /** Of w squared times outcome. */
  wwy: 4,
  /** Of w squared times outcome squared. */
  wwyy: 5,
} as const
export const SUM_FIELDS = 6

/**
 * Sums by cell, then arm, then field. They add: over disjoint people, and over the cells of a wider one. Gains and their errors need nothing else of the people.
 */
export type CellSums = Float64Array

/** The people of an experiment, or some of them: how many of each row, and what their outcomes come to. */
export interface People {
  readonly people: Float64Array
  readonly sums: Float64Array
  readonly squares: Float64Array
}

/** Sums of a candidate's cells. Cost: one pass over the rows. */
export function sumCells(experiment: Experiment, candidate: Candidate, people: People): CellSums {
  const arms = experiment.arms.length
  const sums = new Float64Array(candidate.cells.length * arms * SUM_FIELDS)
  const { arm, propensity, rows } = experiment
  const { cellOf } = candidate
  for (let row = 0; row < rows; row++) {
    const count = people.people[row]!
    if (count === 0) continue
    const at = (cellOf[row]! * arms + arm[row]!) * SUM_FIELDS
    const w = 1 / propensity[row]!
    const ww = w * w
    const y = people.sums[row]!
    sums[at]! += count
    sums[at + SUM.w]! += w * count
    sums[at + SUM.wy]! += w * y
    sums[at + SUM.ww]! += ww * count
    sums[at + SUM.wwy]! += ww * y
    sums[at + SUM.wwyy]! += ww * people.squares[row]!
  }
  return sums
}

/** Sums of wider cells: `widerOf` names the wider cell of each cell. */
export function sumsOfWider(sums: CellSums, arms: number, widerOf: Uint32Array): CellSums {
  const width = arms * SUM_FIELDS
  let wider = 0
  for (const cell of widerOf) if (cell >= wider) wider = cell + 1
  const into = new Float64Array(wider * width)
  for (let cell = 0; cell < widerOf.length; cell++) {
    const to = widerOf[cell]! * width
    const at = cell * width
    for (let field = 0; field < width; field++) into[to + field]! += sums[at + field]!
  }
  return into
}

/** Sums of everybody. */
export function sumsOfAll(sums: CellSums, arms: number): CellSums {
  return sumsOfWider(sums, arms, new Uint32Array(sums.length / (arms * SUM_FIELDS)))
}

/** All less some: the sums of the others. */
export function without(all: CellSums, some: CellSums): CellSums {
  return all.map((value, at) => value - some[at]!)
}

/** People of a cell over all arms. */
export function peopleOfCell(sums: CellSums, arms: number, cell: number): number {
  let people = 0
  for (let arm = 0; arm < arms; arm++) people += sums[(cell * arms + arm) * SUM_FIELDS]!
  return people
}

/** Mean outcome a person at an offset of sums, weighted by 1 / propensity (Hajek); 0 where nobody is. */
export function meanAt(sums: CellSums, at: number): number {
  const w = sums[at + SUM.w]!
  return w > 0 ? sums[at + SUM.wy]! / w : 0
}

/** Variance of an outcome a person at an offset of sums, around `mean`; 0 where nobody is. */
export function spreadAt(sums: CellSums, at: number, mean: number): number {
  const ww = sums[at + SUM.ww]!
  if (!(ww > 0)) return 0
  return Math.max(0, sums[at + SUM.wwyy]! - 2 * mean * sums[at + SUM.wwy]! + mean * mean * ww) / ww
}

/** How many equally weighted people those at an offset are worth: (sum w)^2 / sum w^2. */
export function effectivePeopleAt(sums: CellSums, at: number): number {
  const ww = sums[at + SUM.ww]!
  return ww > 0 ? sums[at + SUM.w]! ** 2 / ww : 0
}
