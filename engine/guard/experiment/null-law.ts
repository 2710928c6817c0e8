import type { Stream } from '../../../core/stream.ts'
import { Z_95 } from '../../../stats/normal.ts'
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
import { gainOf, meanGain } from './held-out-gain.ts'
import { type Learning, learnPolicy } from './policy.ts'

/** Draws of the law of no difference, at the most, and for candidates of many cells at the least. */
const MOST_DRAWS = 600
const FEWEST_DRAWS = 100
/** Where the interval of the gain holds 0, nothing can be proved: a rough probability does. */
const ROUGH_DRAWS = 40
/** Normal numbers to be drawn for one candidate, about. */
const NUMBERS = 1_500_000
/** So many draws at or above what was seen are enough to know that it is nothing special. */
const ENOUGH_ABOVE = 10
/** More draws would change nothing about a ratio as rare as this. */
const PLAINLY_RARE = 1e-5
/** The tail is fitted to this share of the draws. */
const TAIL_SHARE = 0.1
const FEWEST_IN_TAIL = 10

/**
 * Probability of a gain ratio at least as large as `ratio` if all arms were alike in every cell: the least favourable
 * case of "no cell has a better arm than broad's". One-sided.
 *
 * Drawn, not derived: cell means of everybody from the normal law with the cells' own people and spreads, then the same
 * number of halvings of them, then the same learning and trying. Beyond what the draws reach, the tail is continued as
 * an exponential of the same mean excess, which falls more slowly than the true one. Stops early where the ratio is
 * plainly ordinary or plainly rare. Cost: up to 600 draws for a few cells, 100 for many, 40 where nothing can be proved.
 *
 * @param halvings as many as were tried
 * @see Besag, Clifford 1991, Biometrika 78:301-304 (stopping); Knijnenburg, Wessels, Reinders, Shmulevich 2009,
 * Bioinformatics 25:i161-i168 (tails of simulated laws)
 */
export function nullProbability(
  ratio: number,
  learning: Learning,
  all: CellSums,
  { halvings, stream }: { readonly halvings: number; readonly stream: Stream },
): number {
  if (ratio <= 0) return 1
  const { candidate, arms } = learning
  const numbers = candidate.cells.length * arms * (halvings + 1)
  const most =
    ratio > Z_95 ? Math.max(FEWEST_DRAWS, Math.min(MOST_DRAWS, Math.floor(NUMBERS / numbers))) : ROUGH_DRAWS
  const errors = errorsIfAlike(candidate, arms, all)
  const drawn: number[] = []
  let above = 0
  while (drawn.length < most) {
    const value = drawRatio(learning, all, errors, halvings, stream)
    drawn.push(value)
    if (value >= ratio && ++above >= ENOUGH_ABOVE) return above / drawn.length
    if (above === 0 && drawn.length % FEWEST_DRAWS === 0 && tailProbability(drawn, ratio, 0) < PLAINLY_RARE)
      break
  }
  return tailProbability(drawn, ratio, above)
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

function drawRatio(
  learning: Learning,
  all: CellSums,
  errors: Float64Array,
  halvings: number,
  stream: Stream,
): number {
  const { arms } = learning
  const means = errors.map((error) => error * normal(stream))
  let gain = 0
  let variance = 0
  for (let halving = 0; halving < halvings; halving++) {
    const halfMeans = means.map((mean, at) => mean + errors[at]! * normal(stream))
    const half = drawnHalf(all, errors, halfMeans)
    // Both halves' means average to that of everybody.
    const other = drawnHalf(
      all,
      errors,
      means.map((whole, at) => 2 * whole - halfMeans[at]!),
    )
    const mean = meanGain([
      gainOf(learnPolicy(learning, half), arms, other),
      gainOf(learnPolicy(learning, other), arms, half),
    ])
    gain += mean.gain
    variance += mean.variance
  }
  return variance > 0 ? gain / halvings / Math.sqrt(variance / halvings) : 0
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

function tailProbability(drawn: readonly number[], ratio: number, above: number): number {
  const counted = (above + 1) / (drawn.length + 1)
  if (above >= FEWEST_IN_TAIL) return counted
  const descending = [...drawn].sort((a, b) => b - a)
  const inTail = Math.floor(drawn.length * TAIL_SHARE)
  const start = descending[inTail]!
  if (inTail < FEWEST_IN_TAIL || !(start > 0)) return counted
  let excess = 0
  for (let at = 0; at < inTail; at++) excess += descending[at]! - start
  return Math.min(counted, TAIL_SHARE * Math.exp((-(ratio - start) * inTail) / excess))
}
