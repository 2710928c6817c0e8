import type { Stream } from '../../core/stream.ts'
import type { Candidate } from '../../engine/guard/experiment/candidates.ts'
import type { Experiment } from '../../engine/guard/experiment/experiment.ts'
import { holm } from '../../stats/multiplicity.ts'
import { normalCdf } from '../../stats/normal.ts'

/** The settings of the published rule (steps 4 to 6), fixed there. */
const FOLDS = 5
const LEAST_CHANCE = 0.9
export const ALPHA = 0.05

export interface BaselineAnswer {
  /** Columns of the accepted candidate; undefined: none was. */
  readonly columns: readonly string[] | undefined
  /** Arm by cell of the accepted candidate, learnt from everybody. */
  readonly armOf: readonly number[]
  readonly broadArm: number
  /** Smallest p-value of all candidates, adjusted by Holm: what a stricter rule would compare. */
  readonly smallestHolm: number
}

/** Sums by cell and arm. */
interface Table {
  readonly people: Float64Array
  readonly sums: Float64Array
  readonly squares: Float64Array
}

interface Policy {
  readonly broadArm: number
  readonly armOf: readonly number[]
}

/**
 * The guard that ours is held against: five-fold cross-fitting, per segment the best arm's difference to the best arm
 * for everybody, shrunk to their mean (DerSimonian and Laird), acted on at a probability of 0.9; the gain by inverse
 * propensity; Holm at 0.05 across candidates; the coarsest within one standard error of the best. People one a row.
 */
export function judgeByBaseline(
  experiment: Experiment,
  candidates: readonly Candidate[],
  stream: Stream,
): BaselineAnswer {
  const foldOf = dealFolds(experiment.rows, stream)
  const gains = candidates.map((candidate) => crossFittedGain(experiment, candidate, foldOf))
  const adjusted = holm(gains.map(({ gain, error }) => (error > 0 ? 1 - normalCdf(gain / error) : 1)))
  const accepted = candidates.map((_, at) => at).filter((at) => adjusted[at]! <= ALPHA)
  const best = accepted.reduce((a, b) => (gains[b]!.gain > gains[a]!.gain ? b : a), accepted[0]!)
  const near = accepted.filter((at) => gains[at]!.gain >= gains[best]!.gain - gains[best]!.error)
  const chosen = near.reduce(
    (a, b) => (candidates[b]!.cells.length < candidates[a]!.cells.length ? b : a),
    near[0]!,
  )
  const candidate = candidates[chosen ?? 0]!
  const policy = learn(tableOf(experiment, candidate, foldOf, undefined), experiment.arms.length)
  return {
    columns: accepted.length > 0 ? candidate.columns : undefined,
    ...policy,
    smallestHolm: Math.min(...adjusted),
  }
}

function dealFolds(rows: number, stream: Stream): Uint8Array {
  return Uint8Array.from({ length: rows }, () => stream.integer(FOLDS))
}

/** Sums of all rows, but those of the fold left out. */
function tableOf(
  { rows, arm, arms, outcome }: Experiment,
  { cells, cellOf }: Candidate,
  foldOf: Uint8Array,
  leftOut: number | undefined,
): Table {
  const size = cells.length * arms.length
  const table = {
    people: new Float64Array(size),
    sums: new Float64Array(size),
    squares: new Float64Array(size),
  }
  for (let row = 0; row < rows; row++) {
    if (foldOf[row] === leftOut) continue
    const at = cellOf[row]! * arms.length + arm[row]!
    table.people[at]!++
    table.sums[at]! += outcome.sums[row]!
    table.squares[at]! += outcome.squares[row]!
  }
  return table
}

function learn({ people, sums, squares }: Table, arms: number): Policy {
  const cells = people.length / arms
  const total = (values: Float64Array, arm: number) => {
    let sum = 0
    for (let at = arm; at < values.length; at += arms) sum += values[at]!
    return sum
  }
  const means = Array.from({ length: arms }, (_, arm) => total(sums, arm) / total(people, arm))
  const spread = means.map((mean, arm) => total(squares, arm) / total(people, arm) - mean * mean)
  const broadArm = means.indexOf(Math.max(...means))
  const armOf = new Array<number>(cells).fill(broadArm)
  const bestOf = new Float64Array(cells)
  for (let arm = 0; arm < arms; arm++) {
    if (arm === broadArm) continue
    const seen: { cell: number; difference: number; noise: number }[] = []
    for (let cell = 0; cell < cells; cell++) {
      const own = cell * arms + arm
      const broad = cell * arms + broadArm
      if (people[own] === 0 || people[broad] === 0) continue
      seen.push({
        cell,
        difference: sums[own]! / people[own]! - sums[broad]! / people[broad]!,
        noise: spread[arm]! / people[own]! + spread[broadArm]! / people[broad]!,
      })
    }
    const { mean, tau2 } = heterogeneityOf(seen)
    for (const { cell, difference, noise } of seen) {
      const trust = tau2 / (tau2 + noise)
      const shrunk = mean + trust * (difference - mean)
      const error = Math.sqrt(trust * noise)
      const chance = error > 0 ? normalCdf(shrunk / error) : Number(shrunk > 0)
      if (chance >= LEAST_CHANCE && shrunk > bestOf[cell]!) {
        bestOf[cell] = shrunk
        armOf[cell] = arm
      }
    }
  }
  return { broadArm, armOf }
}

function heterogeneityOf(seen: readonly { readonly difference: number; readonly noise: number }[]): {
  readonly mean: number
  readonly tau2: number
} {
  let weights = 0
  let squares = 0
  let weighted = 0
  for (const { difference, noise } of seen) {
    weights += 1 / noise
    squares += 1 / noise ** 2
    weighted += difference / noise
  }
  const mean = weighted / weights
  const q = seen.reduce((sum, { difference, noise }) => sum + (difference - mean) ** 2 / noise, 0)
  const scale = weights - squares / weights
  return { mean, tau2: scale > 0 ? Math.max(0, (q - (seen.length - 1)) / scale) : 0 }
}

function crossFittedGain(
  experiment: Experiment,
  candidate: Candidate,
  foldOf: Uint8Array,
): { readonly gain: number; readonly error: number } {
  const { rows, arm, arms, outcome, propensity } = experiment
  const policies = Array.from({ length: FOLDS }, (_, fold) =>
    learn(tableOf(experiment, candidate, foldOf, fold), arms.length),
  )
  let sum = 0
  let squares = 0
  for (let row = 0; row < rows; row++) {
    const { broadArm, armOf } = policies[foldOf[row]!]!
    const chosen = armOf[candidate.cellOf[row]!]!
    if (chosen === broadArm) continue
    const weight = (Number(arm[row] === chosen) - Number(arm[row] === broadArm)) / propensity[row]!
    sum += weight * outcome.sums[row]!
    squares += weight ** 2 * outcome.squares[row]!
  }
  const gain = sum / rows
  return { gain, error: Math.sqrt(Math.max(0, squares / rows - gain ** 2) / rows) }
}
