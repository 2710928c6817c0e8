import type { Stream } from '../../../core/stream.ts'
import { openRow, type Row } from './combinations.ts'
import { createSeeds, fillRow, type Problem, shuffled, wishRow } from './fill.ts'

/** How far a search has come. */
export interface CoverProgress {
  readonly rows: number
  /** Combinations no row has yet. */
  readonly left: number
}

/** Rows between two reports of progress. */
const ROWS_A_REPORT = 64

/**
 * Rows that have every combination, counted in the combinations; undefined as soon as there would be as many as `limit`.
 *
 * First the wishes, as far as the rules let them; what they leave open is then chosen for what is left. Then rows of
 * their own, each around a combination that is left (as AETG: Cohen, Dalal, Fredman and Patton 1997, IEEE Transactions
 * on Software Engineering 23:437). Rows that the others make needless are dropped at the end.
 */
export function* buildRows(
  problem: Problem,
  wishes: Iterable<readonly number[]>,
  limit: number,
  stream: Stream,
): Generator<CoverProgress, Row[] | undefined> {
  const { combinations } = problem
  const dimensions = combinations.sizes.length
  combinations.clear()
  const rows: Row[] = []
  const report = (): CoverProgress => ({ rows: rows.length, left: combinations.left })
  // The longest lists decide how many rows there must be, so their wishes come first.
  const { sizes } = combinations
  const longestFirst = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b)
  for (const wanted of wishes) {
    const row = wishRow(problem, wanted, longestFirst)
    combinations.add(row)
    rows.push(row)
    if (rows.length % ROWS_A_REPORT === 0) yield report()
  }
  for (const [at, row] of rows.entries()) {
    combinations.remove(row)
    fillRow(problem, row, shuffled(dimensions, stream), stream)
    combinations.add(row)
    if (at % ROWS_A_REPORT === 0) yield report()
  }
  const seeds = createSeeds(problem, stream)
  while (combinations.left > 0) {
    if (rows.length >= limit) return undefined
    const row = openRow(dimensions)
    seeds.next(row)
    fillRow(problem, row, shuffled(dimensions, stream), stream)
    combinations.add(row)
    rows.push(row)
    if (rows.length % ROWS_A_REPORT === 0) yield report()
  }
  return yield* dropNeedless(problem, rows)
}

/** Drops, last first, the rows whose combinations the others all have. */
function* dropNeedless({ combinations }: Problem, rows: readonly Row[]): Generator<CoverProgress, Row[]> {
  const kept: Row[] = []
  for (let at = rows.length - 1; at >= 0; at--) {
    const row = rows[at]!
    if (combinations.ownOf(row) === 0) combinations.remove(row)
    else kept.push(row)
    if (at % ROWS_A_REPORT === 0) yield { rows: kept.length + at, left: combinations.left }
  }
  return kept.reverse()
}
