import { createStream, type Stream } from '../../core/stream.ts'
import { type Candidate, candidateOf } from '../../engine/guard/experiment/candidates.ts'
import type { Experiment } from '../../engine/guard/experiment/experiment.ts'
import { judgeExperiment } from '../../engine/guard/experiment/judge.ts'
import { judgeByBaseline } from './baseline.ts'
import {
  ARMS,
  CANDIDATES,
  drawRows,
  experimentOf,
  type HillstromData,
  type Plant,
  scoreOf,
  shuffle,
  shuffledRows,
} from './hillstrom-world.ts'

/** One kind of run, repeated with its number as seed. */
export interface HillstromScenario {
  readonly name: string
  readonly outcome: 'visit' | 'spend'
  readonly runs: number
  /**
   * shuffled: all rows, arms dealt anew, so there is nothing to find. halves: learnt from half of the rows, scored on
   * the other. most: 30,000 of the rows, scored on 200,000 drawn with replacement from all. resampled: 32,000 drawn
   * with replacement, scored on 200,000 others.
   */
  readonly people: 'shuffled' | 'halves' | 'most' | 'resampled'
  readonly plant?: Plant
}

export interface SideAnswer {
  /** Columns it splits by; null: it does not. */
  readonly columns: readonly string[] | null
  /** Gain a person over the arm that is best for everybody, on people held out; 0 where it does not split. */
  readonly gain: number
  readonly error: number
}

export interface RunAnswer {
  /** The assignment check refused the people; both sides are counted without such runs where it can happen. */
  readonly isUnreadable: boolean
  readonly ours: SideAnswer
  readonly baseline: SideAnswer & { readonly smallestHolm: number }
  /** The best arm of each cell of the finest candidate. */
  readonly naive: SideAnswer
}

const RESAMPLED = 32_000
const MOST = 30_000
const FRESH = 200_000

/** What the published rule alone makes of shuffled arms: its smallest adjusted p-value. */
export function runBaselineNull(data: HillstromData, seeds: string, run: number): number {
  const stream = createStream(`${seeds} baseline null ${run}`)
  const { train } = peopleOf(data, { people: 'shuffled', outcome: 'visit' }, stream)
  return judgeByBaseline(train, candidatesOf(train), stream.fork('baseline')).smallestHolm
}

/** One run of a scenario; the same for the same seeds and number. */
export function runHillstrom(
  data: HillstromData,
  scenario: HillstromScenario,
  seeds: string,
  run: number,
): RunAnswer {
  const stream = createStream(`${seeds} ${scenario.name} ${run}`)
  const { train, test } = peopleOf(data, scenario, stream)
  const baseline = judgeByBaseline(train, candidatesOf(train), stream.fork('baseline'))
  const report = judgeExperiment(train, {
    treatment: 'treatment',
    outcome: scenario.outcome,
    propensities: 'equal shares',
    candidates: CANDIDATES,
    seed: `${seeds} ${run}`,
  })
  const broadArm = ARMS.indexOf(report.experiment.broadArm as (typeof ARMS)[number])
  const actions = new Map(
    report.actions.map(({ segment, arm }) => [
      report.columns.map((column) => segment[column]).join('\0'),
      ARMS.indexOf(arm as (typeof ARMS)[number]),
    ]),
  )
  const isSplit = report.verdict === 'SPLIT'
  const split = baseline.columns
  return {
    isUnreadable: report.verdict === 'UNREADABLE',
    ours: {
      columns: isSplit ? report.columns : null,
      ...(isSplit ? scored(test, report.columns, (key) => actions.get(key), broadArm) : NOTHING),
    },
    baseline: {
      columns: split ?? null,
      smallestHolm: baseline.smallestHolm,
      ...(split ? scored(test, split, cellArms(train, split, baseline.armOf), baseline.broadArm) : NOTHING),
    },
    naive: naiveAnswer(train, test, broadArm),
  }
}

const NOTHING = { gain: 0, error: 0 }

function peopleOf(
  data: HillstromData,
  { people, outcome, plant }: Pick<HillstromScenario, 'people' | 'outcome' | 'plant'>,
  stream: Stream,
): { readonly train: Experiment; readonly test: Experiment } {
  const planted = (label: string) => (plant ? { plant, stream: stream.fork(label) } : undefined)
  if (people === 'resampled') {
    return {
      train: experimentOf(data, drawRows(data, RESAMPLED, stream), outcome, planted('train')),
      test: experimentOf(data, drawRows(data, FRESH, stream), outcome, planted('test')),
    }
  }
  const rows = shuffledRows(data, stream)
  if (people === 'most') {
    return {
      train: experimentOf(data, rows.subarray(0, MOST), outcome, planted('train')),
      test: experimentOf(data, drawRows(data, FRESH, stream), outcome, planted('test')),
    }
  }
  if (people === 'halves') {
    const middle = rows.length / 2
    return {
      train: experimentOf(data, rows.subarray(0, middle), outcome, planted('train')),
      test: experimentOf(data, rows.subarray(middle), outcome, planted('test')),
    }
  }
  const train = experimentOf(data, rows, outcome)
  shuffle(train.arm, stream)
  return { train, test: train }
}

function candidatesOf(train: Experiment): Candidate[] {
  return CANDIDATES.map((names) => candidateOf(train, columnsOf(train, names)))
}

function columnsOf({ columns }: Experiment, names: readonly string[]) {
  return names.map((name) => columns.find((each) => each.name === name)!)
}

/** Arm by the values of a cell. */
function cellArms(
  train: Experiment,
  names: readonly string[],
  armOf: readonly number[] | Uint16Array,
): (key: string) => number | undefined {
  const { cells } = candidateOf(train, columnsOf(train, names))
  const arms = new Map(cells.map((values, cell) => [values.join('\0'), armOf[cell]!]))
  return (key) => arms.get(key)
}

function scored(
  test: Experiment,
  names: readonly string[],
  armOfKey: (key: string) => number | undefined,
  broadArm: number,
): { readonly gain: number; readonly error: number } {
  const { cells, cellOf } = candidateOf(test, columnsOf(test, names))
  const armOf = cells.map((values) => armOfKey(values.join('\0')) ?? broadArm)
  return scoreOf(test, (row) => armOf[cellOf[row]!]!, broadArm)
}

function naiveAnswer(train: Experiment, test: Experiment, broadArm: number): SideAnswer {
  const names = CANDIDATES.at(-1)!
  const { cells, cellOf } = candidateOf(train, columnsOf(train, names))
  const people = new Float64Array(cells.length * ARMS.length)
  const sums = new Float64Array(cells.length * ARMS.length)
  for (let row = 0; row < train.rows; row++) {
    const at = cellOf[row]! * ARMS.length + train.arm[row]!
    people[at]!++
    sums[at]! += train.outcome.sums[row]!
  }
  const armOf = cells.map((_, cell) => {
    const means = ARMS.map((_arm, arm) => sums[cell * ARMS.length + arm]! / people[cell * ARMS.length + arm]!)
    const best = Math.max(...means.filter((mean) => !Number.isNaN(mean)))
    return means.indexOf(best)
  })
  return { columns: names, ...scored(test, names, cellArms(train, names, armOf), broadArm) }
}
