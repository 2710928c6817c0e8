import { PolyadError } from '../../../core/errors.ts'
import { createStream, type Stream } from '../../../core/stream.ts'
import type { RuleJson } from '../../../rules/rule.ts'
import type { Plan } from '../../campaign/plan.ts'
import { CELL_LEVELS } from '../compile.ts'
import type { Node } from '../diagram.ts'
import { partOf } from '../part.ts'
import { knownArray } from './arrays.ts'
import { placesIn } from './blocks.ts'
import { leastRows } from './bound.ts'
import { buildRows, type CoverProgress } from './build.ts'
import { createCombinations, type Row } from './combinations.ts'
import { coveredLevels } from './dimensions.ts'
import type { Problem } from './fill.ts'
import { firstRankWith } from './first-rank.ts'
import { shrinkRows } from './shrink.ts'
import { createWalk, valuesAt } from './walk.ts'

export interface CoverRequest {
  /** How many choices a combination has. */
  readonly strength: 2 | 3
  /** Slots, `locale`, `placement`, `segment`; default all but segment. */
  readonly over?: readonly string[]
  readonly seed: string
  /** Of the ad units that meet this rule (engine/space/where.ts) alone. */
  readonly where?: RuleJson
}

/** What is known before the search: told first. */
export interface CoverTask {
  /** Combinations that some ad unit has, of the dimensions that leave a choice. */
  readonly combinations: number
  /** Fewest ad units that can have them all, as far as is known. */
  readonly leastUnits: number
}

export interface Cover extends CoverTask {
  /** Ascending, among the ad units that meet the rule; ranks where there is none. */
  readonly positions: readonly bigint[]
}

export type CoverStep =
  | ({ readonly kind: 'task' } & CoverTask)
  | ({ readonly kind: 'progress' } & CoverProgress)

/** Combinations, allowed or not, up to which a covering set is sought: 4,800,000 of 8 lists of 44 took 2 s, 150 MB. */
const MAX_PLACES = 5_000_000

/** Work in look-ups, a second or so each. */
const BUILD_LOOKUPS = 100_000_000
const SHRINK_LOOKUPS = 150_000_000
/** Small tasks are done with less. */
const SHRINK_LOOKUPS_A_COMBINATION = 20_000
/** Constructions tried, at most. */
const RUNS = 10
/** Ranks found between two steps. */
const RANKS_A_STEP = 256
/** Rows so near the bound are not beaten by another search. */
const NEAR_BOUND = 1.15
/** A known array so far from it does not fit the lists: many short ones beside a long one, or many rules. */
const FAR_FROM_BOUND = 4

/**
 * A few ad units in which every allowed combination of two or three choices appears: the same for the same plan,
 * request and seed, on every machine. What is not covered (segment, unless named) takes the first option that allows
 * the choices: broad, or where a choice is never made for broad, the first segment that has them together.
 *
 * A generator, so that who runs it can tell of progress and stop it: its first step is the task, with the bound.
 *
 * @throws PolyadError NOT_FOUND, INPUT_INVALID, COVER_TOO_LARGE, and as partOf
 */
export function* coverSpace(plan: Plan, request: CoverRequest): Generator<CoverStep, Cover> {
  const { root, count } = partOf(plan, request.where)
  if (count === 0n) return { combinations: 0, leastUnits: 0, positions: [] }
  const levels = CELL_LEVELS + plan.campaign.slots.length
  const covered = levelsWithChoice(root, coveredLevels(plan, request), request.strength)
  const walk = createWalk(root, covered)
  const sizes = walk.values.map((values) => values.length)
  const places = placesIn(sizes, request.strength)
  if (places > MAX_PLACES) {
    throw new PolyadError('COVER_TOO_LARGE', {
      combinations: places,
      limit: MAX_PLACES,
      strength: request.strength,
    })
  }
  const problem: Problem = { walk, combinations: createCombinations(walk, request.strength) }
  const task: CoverTask = {
    combinations: problem.combinations.allowed,
    leastUnits: leastRows(problem.combinations),
  }
  yield { kind: 'task', ...task }
  const stream = createStream(request.seed).fork('cover')
  const rows = yield* searchRows(problem, request.strength, task, stream)

  const choices = new Array<number | undefined>(levels).fill(undefined)
  const positions: bigint[] = []
  for (const row of rows) {
    for (const [dimension, level] of covered.entries()) {
      choices[level] = walk.values[dimension]![row[dimension]!]
    }
    positions.push(firstRankWith(root, choices)!)
    if (positions.length % RANKS_A_STEP === 0) yield { kind: 'progress', rows: rows.length, left: 0 }
  }
  return { ...task, positions: positions.sort((a, b) => (a < b ? -1 : 1)) }
}

/** A level with one value is in every combination by itself: left out while enough others remain. */
function levelsWithChoice(root: Node, levels: readonly number[], strength: number): number[] {
  const sizes = valuesAt(root, levels).map((values) => values.length)
  const needed = Math.max(0, strength - sizes.filter((size) => size > 1).length)
  const lone = levels.filter((_, at) => sizes[at] === 1).slice(0, needed)
  return levels.filter((level, at) => sizes[at]! > 1 || lone.includes(level))
}

/** The best of several constructions, then made smaller. */
function* searchRows(
  problem: Problem,
  strength: 2 | 3,
  { combinations: allowed, leastUnits }: CoverTask,
  stream: Stream,
): Generator<CoverStep, readonly Row[]> {
  const { combinations } = problem
  const known = knownArray(combinations.sizes, strength)
  let best: Row[] | undefined
  for (let run = 0; run < RUNS; run++) {
    const before = combinations.lookups
    const wishes = run === 0 && known.rows <= leastUnits * FAR_FROM_BOUND ? known.make() : []
    const limit = best?.length ?? Number.POSITIVE_INFINITY
    const rows = yield* inProgress(buildRows(problem, wishes, limit, stream.fork(`run ${run}`)))
    if (rows && rows.length < limit) best = rows
    if (best!.length <= leastUnits * (run === 0 ? NEAR_BOUND : 1)) break
    if (combinations.lookups + (combinations.lookups - before) > BUILD_LOOKUPS) break
  }
  combinations.clear()
  for (const row of best!) combinations.add(row)
  const lookups = Math.min(SHRINK_LOOKUPS, allowed * SHRINK_LOOKUPS_A_COMBINATION)
  return yield* inProgress(shrinkRows(problem, best!, leastUnits, lookups, stream.fork('shrink')))
}

function* inProgress<T>(search: Generator<CoverProgress, T>): Generator<CoverStep, T> {
  for (;;) {
    const { done, value } = search.next()
    if (done) return value
    yield { kind: 'progress', ...value }
  }
}
