import type { Experiment } from '../../engine/guard/experiment/experiment.ts'

/** People of one arm and what came of them. */
export interface ArmSums {
  /** By arm. */
  readonly people: Float64Array
  /** Sum of outcomes by arm. */
  readonly sums: Float64Array
}

/** The people alike in all columns. */
export interface Segment extends ArmSums {
  readonly codes: readonly number[]
}

/** An experiment at even shares as its finest segments; only those that hold somebody. */
export interface SegmentTable {
  readonly arms: number
  /** Values of each column. */
  readonly values: readonly number[]
  readonly segments: readonly Segment[]
}

export function segmentTableOf(experiment: Experiment): SegmentTable {
  const { rows, arm, arms, outcome, columns } = experiment
  const byKey = new Map<string, Segment>()
  for (let row = 0; row < rows; row++) {
    const codes = columns.map((column) => column.codes[row]!)
    const key = codes.join()
    let segment = byKey.get(key)
    if (!segment) {
      segment = { codes, ...emptySums(arms.length) }
      byKey.set(key, segment)
    }
    segment.people[arm[row]!]!++
    segment.sums[arm[row]!]! += outcome.sums[row]!
  }
  return {
    arms: arms.length,
    values: columns.map(({ values }) => values.length),
    segments: [...byKey.values()],
  }
}

export function emptySums(arms: number): ArmSums {
  return { people: new Float64Array(arms), sums: new Float64Array(arms) }
}

export function addSums(to: ArmSums, from: ArmSums, times = 1): void {
  for (let arm = 0; arm < to.people.length; arm++) {
    to.people[arm]! += times * from.people[arm]!
    to.sums[arm]! += times * from.sums[arm]!
  }
}

export function pooled(all: readonly ArmSums[], arms: number): ArmSums {
  const total = emptySums(arms)
  for (const each of all) addSums(total, each)
  return total
}

export function peopleIn({ people }: ArmSums): number {
  return people.reduce((total, count) => total + count, 0)
}

/** Highest mean of an arm; 0 with nobody. */
export function bestMean({ people, sums }: ArmSums): number {
  let best = 0
  for (let arm = 0; arm < people.length; arm++) {
    if (people[arm]! > 0) best = Math.max(best, sums[arm]! / people[arm]!)
  }
  return best
}

/** The arm of the highest mean, the first of several; `otherwise` where nobody is or nobody responded. */
export function bestArm({ people, sums }: ArmSums, otherwise: number): number {
  let best = otherwise
  let mean = 0
  for (let arm = 0; arm < people.length; arm++) {
    if (people[arm] === 0 || !(sums[arm]! / people[arm]! > mean)) continue
    best = arm
    mean = sums[arm]! / people[arm]!
  }
  return best
}
