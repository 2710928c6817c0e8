import { createStream, type Stream } from '../../../../core/stream.ts'
import type { Experiment, SegmentColumn } from '../../../../engine/guard/experiment/experiment.ts'

export interface World {
  readonly people: number
  readonly seed: string
  readonly arms: readonly string[]
  /** Columns by name, with their values, each as likely. */
  readonly columns: Readonly<Record<string, readonly string[]>>
  /** Probability of a response. */
  rate(person: Readonly<Record<string, string>>, arm: string): number
  /** Probability of each arm; even unless given. */
  readonly shares?: readonly number[]
}

/** A randomised experiment with a stated truth, one row a person. */
export function experimentOf(world: World): Experiment {
  const { people, arms, columns } = world
  const stream = createStream(world.seed)
  const shares = world.shares ?? arms.map(() => 1 / arms.length)
  const names = Object.keys(columns)
  const codes = names.map(() => new Uint32Array(people))
  const arm = new Uint16Array(people)
  const sums = new Float64Array(people)
  const propensity = new Float64Array(people)
  for (let row = 0; row < people; row++) {
    const person: Record<string, string> = {}
    for (const [at, name] of names.entries()) {
      const code = stream.integer(columns[name]!.length)
      codes[at]![row] = code
      person[name] = columns[name]![code]!
    }
    arm[row] = drawArm(shares, stream)
    propensity[row] = shares[arm[row]!]!
    sums[row] = Number(stream.next() < world.rate(person, arms[arm[row]!]!))
  }
  return {
    rows: people,
    arms,
    arm,
    outcome: { kind: 'binary', sums, squares: sums },
    people: undefined,
    propensity,
    columns: names.map((name, at): SegmentColumn => ({ name, values: columns[name]!, codes: codes[at]! })),
  }
}

function drawArm(shares: readonly number[], stream: Stream): number {
  let left = stream.next()
  for (const [arm, share] of shares.entries()) {
    left -= share
    if (left < 0) return arm
  }
  return shares.length - 1
}

/** The same people with rows of the same arm and segments put together. */
export function aggregated(experiment: Experiment): Experiment {
  const groups = new Map<string, number[]>()
  for (let row = 0; row < experiment.rows; row++) {
    const key = [experiment.arm[row]!, ...experiment.columns.map(({ codes }) => codes[row]!)].join()
    const rows = groups.get(key)
    if (rows) rows.push(row)
    else groups.set(key, [row])
  }
  const rows = [...groups.values()]
  const firstOf = (pick: (row: number) => number) => rows.map(([row]) => pick(row!))
  const total = (values: Float64Array) =>
    Float64Array.from(rows, (group) => group.reduce((sum, row) => sum + values[row]!, 0))
  return {
    ...experiment,
    rows: rows.length,
    arm: Uint16Array.from(firstOf((row) => experiment.arm[row]!)),
    propensity: Float64Array.from(firstOf((row) => experiment.propensity[row]!)),
    people: Float64Array.from(rows, (group) => group.length),
    outcome: {
      kind: experiment.outcome.kind,
      sums: total(experiment.outcome.sums),
      squares: total(experiment.outcome.squares),
    },
    columns: experiment.columns.map((column) => ({
      ...column,
      codes: Uint32Array.from(firstOf((row) => column.codes[row]!)),
    })),
  }
}
