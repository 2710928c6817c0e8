import type { Stream } from '../../../core/stream.ts'
import { decodePlace } from './blocks.ts'
import { type Combinations, openRow, type Row } from './combinations.ts'
import { OPEN, type Walk } from './walk.ts'

/** What the steps of a search work on. */
export interface Problem {
  readonly walk: Walk
  readonly combinations: Combinations
}

/**
 * Makes a row's open choices, in the order given, each the option with the most combinations left (ties from a random
 * place on) among those some ad unit has together with the row's other choices: so the row ends as one of the space.
 */
export function fillRow(
  { walk, combinations }: Problem,
  row: Row,
  order: readonly number[],
  stream: Stream,
): void {
  for (const dimension of order) {
    if (row[dimension] !== OPEN) continue
    const gains = combinations.gains(row, dimension)
    const start = stream.integer(gains.length)
    let gain = gains[greatest(gains)]!
    while (!chooseOption(walk, row, dimension, gains, gain, start)) gain--
  }
}

/** Chooses the first option of a gain, from a place on and round, that the row's other choices allow; false if none. */
function chooseOption(
  walk: Walk,
  row: Row,
  dimension: number,
  gains: Int32Array,
  gain: number,
  start: number,
): boolean {
  for (let step = 0; step < gains.length; step++) {
    const option = (start + step) % gains.length
    if (gains[option] !== gain) continue
    row[dimension] = option
    if (walk.isAllowed(row)) return true
  }
  return false
}

/** Makes those of the wanted choices that can be made together, tried in the order given; the others stay open. */
export function wishRow({ walk }: Problem, wanted: ArrayLike<number>, order: readonly number[]): Row {
  const row = openRow(order.length)
  for (const dimension of order) row[dimension] = wanted[dimension]!
  if (walk.isAllowed(row)) return row
  for (const dimension of order) row[dimension] = OPEN
  for (const dimension of order) {
    row[dimension] = wanted[dimension]!
    if (!walk.isAllowed(row)) row[dimension] = OPEN
  }
  return row
}

/** Combinations still left, one after the other, from where most are left and never in the order of the lists. */
export function createSeeds({ combinations }: Problem, stream: Stream): { next(row: Row): void } {
  const { blocks, sizes, leftIn, times } = combinations
  let block = -1
  let place = 0
  let stride = 1

  function enter(next: number): void {
    block = next
    const { size } = blocks[block]!
    place = stream.integer(size)
    do stride = 1 + stream.integer(size)
    while (commonDivisor(stride, size) > 1)
  }

  return {
    /** Puts a combination that is left into an open row; there must be one. */
    next(row) {
      const fullest = greatest(leftIn)
      if (block < 0 || leftIn[block] === 0 || leftIn[fullest]! > leftIn[block]!) enter(fullest)
      const { base, size } = blocks[block]!
      do place = (place + stride) % size
      while (times[base + place] !== 0)
      decodePlace(blocks, sizes, base + place, row)
    },
  }
}

/** The dimensions in random order. */
export function shuffled(count: number, stream: Stream): number[] {
  const order = Array.from({ length: count }, (_, at) => at)
  for (let at = count - 1; at > 0; at--) {
    const other = stream.integer(at + 1)
    const kept = order[at]!
    order[at] = order[other]!
    order[other] = kept
  }
  return order
}

/** Where the greatest number stands, the first of equals. */
function greatest(numbers: Int32Array): number {
  let best = 0
  for (let at = 1; at < numbers.length; at++) if (numbers[at]! > numbers[best]!) best = at
  return best
}

function commonDivisor(one: number, other: number): number {
  return other === 0 ? one : commonDivisor(other, one % other)
}
