import type { Stream } from '../../../core/stream.ts'
import { hasOnePropensityPerArm } from './assignment.ts'
import type { Candidate } from './candidates.ts'
import { type CellSums, SUM, SUM_FIELDS } from './cell-sums.ts'
import type { Experiment } from './experiment.ts'
import type { DrawHalves } from './normal-halves.ts'

/** With more people who respond, sums of their outcomes are as good as normal, and dealing takes longer. */
const MOST_RESPONDERS = 2000

/** The people whose outcome is not 0. */
export interface Responders {
  readonly rows: Uint32Array
  readonly outcome: Float64Array
  /** Probability of each arm. */
  readonly shares: readonly number[]
}

/** Those of an experiment of one row a person and one propensity an arm; undefined of others, and where there are many. */
export function respondersOf(experiment: Experiment): Responders | undefined {
  const { rows, people, outcome } = experiment
  const shares = people ? undefined : hasOnePropensityPerArm(experiment)
  if (!shares) return undefined
  const found: number[] = []
  for (let row = 0; row < rows; row++) {
    if (outcome.sums[row] === 0) continue
    if (found.length === MOST_RESPONDERS) return undefined
    found.push(row)
  }
  return {
    rows: Uint32Array.from(found),
    outcome: Float64Array.from(found, (row) => outcome.sums[row]!),
    shares,
  }
}

/**
 * Deals those who respond to arms and halves anew, as randomisation did, each with the outcome they have: the law of
 * few payers with unequal amounts is not normal. Everybody else adds nothing to a sum, so their numbers stay.
 *
 * @param all sums of everybody
 * @see Fisher 1935, The Design of Experiments, 21 (the randomisation test)
 */
export function dealtHalves(
  { rows, outcome, shares }: Responders,
  { cellOf }: Candidate,
  all: CellSums,
  halvings: number,
  stream: Stream,
): DrawHalves {
  const arms = shares.length
  const silent = all.slice()
  for (let at = 0; at < silent.length; at += SUM_FIELDS) {
    silent[at + SUM.wy] = 0
    silent[at + SUM.wwy] = 0
    silent[at + SUM.wwyy] = 0
  }
  const silentHalf = silent.map((sum) => sum / 2)
  const offsets = new Uint32Array(rows.length)
  const weights = new Float64Array(rows.length)

  function deal(): void {
    for (const [at, row] of rows.entries()) {
      let arm = 0
      for (let left = stream.next() - shares[0]!; left >= 0 && arm < arms - 1; left -= shares[arm]!) arm++
      offsets[at] = (cellOf[row]! * arms + arm) * SUM_FIELDS
      weights[at] = 1 / shares[arm]!
    }
  }

  return function* () {
    deal()
    for (let halving = 0; halving < halvings; halving++) {
      const half = silentHalf.slice()
      const other = silentHalf.slice()
      for (let at = 0; at < rows.length; at++) {
        const sums = stream.next() < 0.5 ? half : other
        const offset = offsets[at]!
        const wy = weights[at]! * outcome[at]!
        sums[offset + SUM.wy]! += wy
        sums[offset + SUM.wwy]! += weights[at]! * wy
        sums[offset + SUM.wwyy]! += wy * wy
      }
      yield [half, other]
    }
  }
}
