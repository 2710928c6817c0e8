import type { Stream } from '../../../core/stream.ts'
import { normalQuantile } from '../../../stats/normal.ts'
import type { People } from './cell-sums.ts'
import type { Experiment } from './experiment.ts'

/** Rows of fewer people than this keep them together, unless the outcome is binary: their halves are not normal. */
const FEWEST_TO_THIN = 30
/** Coins of more people than this are drawn from the normal law. */
const MOST_COINS = 64
const BITS = 32

/** Everybody. */
export function allPeople({ rows, people, outcome }: Experiment): People {
  return {
    people: people ?? new Float64Array(rows).fill(1),
    sums: outcome.sums,
    squares: outcome.squares,
  }
}

/**
 * Half of the people, each by the toss of a coin.
 *
 * Of a row that stands for many people it is not known who answered how. Where the outcome is binary, both answers are
 * divided exactly; otherwise the half's sum is drawn from the law it has given the whole: normal, with the spread
 * within the row. So halves of aggregated rows are as good as halves of people.
 *
 * @see Neufeld, Dharamshi, Gao, Witten 2024, J. Mach. Learn. Res. 25:1-35 (data thinning)
 */
export function halfOf(experiment: Experiment, stream: Stream): People {
  return experiment.people ? thinned(experiment, experiment.people, stream) : halfOfPeople(experiment, stream)
}

function halfOfPeople({ rows, outcome }: Experiment, stream: Stream): People {
  const people = new Float64Array(rows)
  const sums = new Float64Array(rows)
  const squares = new Float64Array(rows)
  let coins = 0
  for (let row = 0; row < rows; row++) {
    if (row % BITS === 0) coins = stream.integer(2 ** BITS)
    const isIn = coins & 1
    coins >>>= 1
    if (isIn === 0) continue
    people[row] = 1
    sums[row] = outcome.sums[row]!
    squares[row] = outcome.squares[row]!
  }
  return { people, sums, squares }
}

function thinned({ rows, outcome }: Experiment, counts: Float64Array, stream: Stream): People {
  const people = new Float64Array(rows)
  const sums = new Float64Array(rows)
  const squares = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    const count = counts[row]!
    const sum = outcome.sums[row]!
    if (outcome.kind === 'binary') {
      const yes = tosses(sum, stream)
      people[row] = yes + tosses(count - sum, stream)
      sums[row] = yes
      squares[row] = yes
    } else if (count < FEWEST_TO_THIN) {
      if (stream.next() < 0.5) continue
      people[row] = count
      sums[row] = sum
      squares[row] = outcome.squares[row]!
    } else {
      const some = tosses(count, stream)
      const mean = sum / count
      const variance = Math.max(0, outcome.squares[row]! / count - mean * mean)
      const part = mean * some + normal(stream) * Math.sqrt((variance * some * (count - some)) / count)
      people[row] = some
      sums[row] = part
      squares[row] = some > 0 ? some * variance + (part * part) / some : 0
    }
  }
  return { people, sums, squares }
}

/** Heads among so many tosses of a coin. */
function tosses(count: number, stream: Stream): number {
  if (count > MOST_COINS) {
    const heads = Math.round(count / 2 + (normal(stream) * Math.sqrt(count)) / 2)
    return Math.min(count, Math.max(0, heads))
  }
  let heads = 0
  for (let toss = 0; toss < count; toss++) if (stream.next() < 0.5) heads++
  return heads
}

/** A draw from the standard normal law. */
export function normal(stream: Stream): number {
  // Off 0, whose quantile is not finite.
  return normalQuantile(stream.next() + 2 ** -33)
}
