import type { Stream } from '../../../core/stream.ts'
import { decodePlace } from './blocks.ts'
import type { CoverProgress } from './build.ts'
import { type Combinations, openRow, type Row } from './combinations.ts'
import { fillRow, type Problem, shuffled } from './fill.ts'
import { OPEN } from './walk.ts'

/** Longest time, in moves, for which a changed choice may not be changed again. */
const LONGEST_BAN = 10
/** Moves it takes, at least, to save one row: where the work does not reach for them nothing is tried. */
const LEAST_MOVES = 10_000
/** Moves between two reports of progress. */
const MOVES_A_REPORT = 256

/**
 * Fewer rows with the same coverage, as far as the work allows: a row is taken out, the others are changed one choice at
 * a time until they have its combinations too, and so on. Moves are those of Nurmela's tabu search: for a combination
 * that is left, the row that needs one change to have it and loses least by it, if not changed a moment ago; rules may
 * forbid them all, then some row is made anew around the combination. Every row is always one of the space.
 *
 * @param rows counted in the problem's combinations, all of which they have
 * @param least stops at so many rows
 * @param lookups work to spend
 * @see Nurmela 2004, "Upper bounds for covering arrays by tabu search", Discrete Applied Mathematics 138:143,
 * doi:10.1016/S0166-218X(03)00291-9
 */
export function* shrinkRows(
  problem: Problem,
  rows: readonly Row[],
  least: number,
  lookups: number,
  stream: Stream,
): Generator<CoverProgress, readonly Row[]> {
  if (rows.length * LEAST_MOVES > lookups) return rows
  const { combinations } = problem
  const dimensions = combinations.sizes.length
  const missing = createMissing(combinations)
  const current = rows.map((row) => row.slice())
  const bannedUntil = rows.map(() => new Float64Array(dimensions))
  const wanted = openRow(dimensions)
  const end = combinations.lookups + lookups
  let best = rows.map((row) => row.slice())
  let scanned = 0
  let move = 0

  /** The best single change that makes a row have the wanted combination; none when rules forbid all. */
  function bestChange(): { row: number; dimension: number } | undefined {
    let [leastLoss, ties] = [Number.POSITIVE_INFINITY, 0]
    let found: { row: number; dimension: number } | undefined
    scanned += current.length
    for (const [at, row] of current.entries()) {
      const dimension = soleDifference(row, wanted, dimensions)
      if (dimension < 0 || bannedUntil[at]![dimension]! > move) continue
      const loss = combinations.lossOf(row, dimension, wanted[dimension]!)
      if (loss > leastLoss) continue
      ties = loss === leastLoss ? ties + 1 : 1
      if (ties > 1 && stream.integer(ties) > 0) continue
      const before = row[dimension]!
      row[dimension] = wanted[dimension]!
      const isAllowed = problem.walk.isAllowed(row)
      row[dimension] = before
      if (!isAllowed) continue
      leastLoss = loss
      found = { row: at, dimension }
    }
    return found
  }

  /** Makes a row anew around the wanted combination, keeping of it what can be kept. */
  function remake(at: number): void {
    const row = current[at]!
    combinations.remove(row)
    const order = shuffled(dimensions, stream)
    const next = wanted.slice()
    for (const dimension of order) {
      if (next[dimension] !== OPEN) continue
      next[dimension] = row[dimension]!
      if (!problem.walk.isAllowed(next)) next[dimension] = OPEN
    }
    fillRow(problem, next, order, stream)
    row.set(next)
    combinations.add(row)
  }

  while (best.length > least && combinations.lookups + scanned < end) {
    if (combinations.left === 0) {
      best = current.map((row) => row.slice())
      if (best.length <= least) break
      const at = cheapest(combinations, current)
      combinations.remove(current[at]!)
      current.splice(at, 1)
      bannedUntil.splice(at, 1)
      continue
    }
    wanted.fill(OPEN, 0, dimensions)
    decodePlace(combinations.blocks, combinations.sizes, missing.pick(stream), wanted)
    const change = bestChange()
    if (change) {
      combinations.change(current[change.row]!, change.dimension, wanted[change.dimension]!)
      bannedUntil[change.row]![change.dimension] = move + 1 + stream.integer(LONGEST_BAN)
    } else {
      remake(stream.integer(current.length))
    }
    move++
    if (move % MOVES_A_REPORT === 0) yield { rows: best.length, left: 0 }
  }
  return best
}

/** The combinations that are left, of which there are few. */
function createMissing(combinations: Combinations): { pick(stream: Stream): number } {
  const places: number[] = []
  const positions = new Map<number, number>()
  combinations.onChange((place, isLeft) => {
    if (isLeft) {
      positions.set(place, places.length)
      places.push(place)
      return
    }
    const at = positions.get(place)!
    const last = places.pop()!
    positions.delete(place)
    if (last === place) return
    places[at] = last
    positions.set(last, at)
  })
  return { pick: (stream) => places[stream.integer(places.length)]! }
}

/** The dimension in which alone a row differs from the choices wanted; -1 when there is none or more than one. */
function soleDifference(row: Row, wanted: Row, dimensions: number): number {
  let found = -1
  for (let dimension = 0; dimension < dimensions; dimension++) {
    if (wanted[dimension] === OPEN || wanted[dimension] === row[dimension]) continue
    if (found >= 0) return -1
    found = dimension
  }
  return found
}

/** The row with the fewest combinations of its own. */
function cheapest(combinations: Combinations, rows: readonly Row[]): number {
  let [best, fewest] = [0, Number.POSITIVE_INFINITY]
  for (const [at, row] of rows.entries()) {
    const own = combinations.ownOf(row)
    if (own >= fewest) continue
    fewest = own
    best = at
  }
  return best
}
