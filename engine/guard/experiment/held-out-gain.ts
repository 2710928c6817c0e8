import { type CellSums, peopleOfCell, SUM, SUM_FIELDS } from './cell-sums.ts'
import type { Policy } from './policy.ts'

/** What a policy brings over broad, summed over people, with the sum of squares for its error. They add. */
export interface GainSums {
  readonly people: number
  readonly sum: number
  readonly squares: number
}

/**
 * Gain of a policy over broad among people it was not learnt from, doubly robust: predictions for both arms, corrected
 * by what was observed, weighted by 1 / propensity. Without bias whatever the predictions, since propensities are known.
 *
 * @see Dudik, Langford, Li 2011, ICML, arXiv:1103.4601
 */
export function gainOf(policy: Policy, arms: number, sums: CellSums): GainSums {
  const { broadArm, armOf, predicted } = policy
  let people = 0
  let sum = 0
  let squares = 0
  for (let cell = 0; cell < armOf.length; cell++) {
    const inCell = peopleOfCell(sums, arms, cell)
    people += inCell
    const arm = armOf[cell]!
    if (arm === broadArm) continue
    const own = residual(sums, cell * arms + arm, predicted)
    const broad = residual(sums, cell * arms + broadArm, predicted)
    const difference = predicted[cell * arms + arm]! - predicted[cell * arms + broadArm]!
    sum += inCell * difference + own.sum - broad.sum
    squares +=
      inCell * difference * difference + 2 * difference * (own.sum - broad.sum) + own.squares + broad.squares
  }
  return { people, sum, squares }
}

/** Sum, and sum of squares, of w (outcome - prediction) over the people of one cell and arm. */
function residual(sums: CellSums, index: number, predicted: Float64Array): { sum: number; squares: number } {
  const at = index * SUM_FIELDS
  const mean = predicted[index]!
  return {
    sum: sums[at + SUM.wy]! - mean * sums[at + SUM.w]!,
    squares: sums[at + SUM.wwyy]! - 2 * mean * sums[at + SUM.wwy]! + mean * mean * sums[at + SUM.ww]!,
  }
}

/** Mean gain a person over both halves, and its variance. */
export function meanGain(parts: readonly GainSums[]): { readonly gain: number; readonly variance: number } {
  let people = 0
  let sum = 0
  let squares = 0
  for (const part of parts) {
    people += part.people
    sum += part.sum
    squares += part.squares
  }
  if (people === 0) return { gain: 0, variance: 0 }
  const gain = sum / people
  return { gain, variance: Math.max(0, squares / people - gain * gain) / people }
}
