import { benjaminiHochberg } from '../../../stats/multiplicity.ts'
import { compareMeans, momentsOf } from '../../../stats/person-means.ts'
import type { Experiment } from './experiment.ts'

/** A segment in which the tested arm is worse than broad's. */
export interface LosingSegment {
  readonly segment: string
  readonly people: number
  /** Of means a person, the tested arm less broad's, with its 95 % interval. */
  readonly difference: { readonly value: number; readonly low: number; readonly high: number }
  /** Benjamini-Hochberg over all segments that could be compared. */
  readonly qValue: number
}

const ALPHA = 0.05
/** People of each arm under which Welch's law says nothing. */
const LEAST_PEOPLE = 20

/**
 * The segments of an experiment's finest column in which one arm is shown to do worse than another, most people first:
 * Welch's test in each, at a false discovery rate of 5 %. One row a person.
 *
 * @param arm and `broad`: positions among the arms
 */
export function losingSegments(experiment: Experiment, arm: number, broad: number): LosingSegment[] {
  const column = experiment.columns.at(-1)
  if (!column) return []
  const outcomes = column.values.map(() => ({ tested: [] as number[], broad: [] as number[] }))
  for (let row = 0; row < experiment.rows; row++) {
    const sums = outcomes[column.codes[row]!]!
    if (experiment.arm[row] === arm) sums.tested.push(experiment.outcome.sums[row]!)
    if (experiment.arm[row] === broad) sums.broad.push(experiment.outcome.sums[row]!)
  }
  const compared = outcomes.flatMap(({ tested, broad: control }, code) =>
    Math.min(tested.length, control.length) < LEAST_PEOPLE
      ? []
      : [
          {
            segment: column.values[code]!,
            people: tested.length + control.length,
            ...compareMeans(momentsOf(tested), momentsOf(control), ALPHA),
          },
        ],
  )
  const qValues = benjaminiHochberg(compared.map(({ pValue }) => pValue))
  return compared
    .map(({ segment, people, difference, low, high }, at) => {
      return { segment, people, difference: { value: difference, low, high }, qValue: qValues[at]! }
    })
    .filter(({ difference, qValue }) => difference.value < 0 && qValue <= ALPHA)
    .sort((a, b) => b.people - a.people || (a.segment < b.segment ? -1 : 1))
}
