import { type CellSums, without } from './cell-sums.ts'
import { gainOf, meanGain } from './held-out-gain.ts'
import { bestOfEachCell, type Learning, learnPolicy } from './policy.ts'

/** A gain over broad a person, with its standard error. */
export interface Gain {
  readonly gain: number
  readonly error: number
}

export interface CrossFit {
  /** Of the policy that acts only where it is sure. */
  readonly guarded: Gain
  /** Of the best arm of each cell. */
  readonly unguarded: Gain
}

/**
 * Gains on people held out: over many halvings, what is learnt from each half is tried on the other.
 *
 * Gains are averaged over the halvings, their variances too: the error is that of one halving. Where there is nothing
 * to find, the halvings choose differently and the average lies well inside that error; where there is, they choose
 * alike and it does not. That difference is what the null law (null-law.ts) measures.
 *
 * @param all sums of everybody at the candidate's finest level
 * @param halves sums of one half of each halving
 * @see Chernozhukov et al. 2018, Econom. J. 21:C1-C68, doi:10.1111/ectj.12097 (repeated sample splitting)
 */
export function crossFit(learning: Learning, all: CellSums, halves: Iterable<CellSums>): CrossFit {
  const { arms } = learning
  const guarded = { gain: 0, variance: 0 }
  const unguarded = { gain: 0, variance: 0 }
  let count = 0
  for (const half of halves) {
    const other = without(all, half)
    const fromHalf = learnPolicy(learning, half)
    const fromOther = learnPolicy(learning, other)
    add(guarded, meanGain([gainOf(fromHalf, arms, other), gainOf(fromOther, arms, half)]))
    add(
      unguarded,
      meanGain([
        gainOf(bestOfEachCell(fromHalf, arms, half), arms, other),
        gainOf(bestOfEachCell(fromOther, arms, other), arms, half),
      ]),
    )
    count++
  }
  return { guarded: averaged(guarded, count), unguarded: averaged(unguarded, count) }
}

/** Guarded gain over its error; 0 where no halving acted. */
export function gainRatio({ gain, error }: Gain): number {
  return error > 0 ? gain / error : 0
}

function add(to: { gain: number; variance: number }, from: { gain: number; variance: number }): void {
  to.gain += from.gain
  to.variance += from.variance
}

function averaged(sum: { gain: number; variance: number }, count: number): Gain {
  return { gain: sum.gain / count, error: Math.sqrt(sum.variance / count) }
}
