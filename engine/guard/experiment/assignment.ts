import { chiSquareTail } from '../../../stats/gamma.ts'
import { benjaminiHochberg, holm } from '../../../stats/multiplicity.ts'
import { normalCdf } from '../../../stats/normal.ts'
import { SAMPLE_RATIO_ALPHA } from '../../../stats/sample-ratio.ts'
import { candidateOf } from './candidates.ts'
import type { Experiment } from './experiment.ts'
import type { GuardReport } from './guard-report.ts'

/** Fewest people an arm must be expected to have in a segment for the chi-square law to hold. */
const FEWEST_EXPECTED = 5
/** Propensities are written with few digits. */
const SUM_TOLERANCE = 0.002

/**
 * Whether people fell into the arms as their propensities say: an arm's people, each weighted by 1 / propensity, should
 * come to everybody. Over all people and, by Benjamini and Hochberg, over the segments of every column.
 *
 * With one propensity an arm, the test is the chi-square test of the sample ratio.
 */
export function checkAssignment(experiment: Experiment): NonNullable<GuardReport['assignment']> {
  const everybody = imbalances(experiment, new Uint32Array(experiment.rows), 1)[0]!
  const segments = experiment.columns.flatMap((column) =>
    imbalances(experiment, column.codes, column.values.length).flatMap((pValue, code) =>
      pValue === undefined ? [] : [{ column: column.name, value: column.values[code]!, pValue }],
    ),
  )
  const qValues = benjaminiHochberg(segments.map(({ pValue }) => pValue))
  const worst = qValues.indexOf(Math.min(...qValues))
  const worstSegment =
    worst < 0
      ? null
      : { column: segments[worst]!.column, value: segments[worst]!.value, qValue: qValues[worst]! }
  const pValue = everybody ?? 1
  const broken = pValue < SAMPLE_RATIO_ALPHA || (worstSegment?.qValue ?? 1) < SAMPLE_RATIO_ALPHA
  return { pValue, broken, worstSegment }
}

/** p-value by group; undefined where a group is too small. */
function imbalances(experiment: Experiment, groupOf: Uint32Array, groups: number): (number | undefined)[] {
  const { rows, arm, propensity, people } = experiment
  const arms = experiment.arms.length
  const total = new Float64Array(groups)
  const seen = new Float64Array(groups * arms)
  const weighted = new Float64Array(groups * arms)
  const variance = new Float64Array(groups * arms)
  for (let row = 0; row < rows; row++) {
    const count = people?.[row] ?? 1
    const group = groupOf[row]!
    const at = group * arms + arm[row]!
    const e = propensity[row]!
    total[group]! += count
    seen[at]! += count
    weighted[at]! += count / e
    variance[at]! += (count * (1 - e)) / (e * e)
  }
  const isSimple = hasOnePropensityPerArm(experiment)
  return Array.from({ length: groups }, (_, group) => {
    const of = (sums: Float64Array) => [...sums.subarray(group * arms, (group + 1) * arms)]
    if (total[group] === 0) return undefined
    return isSimple
      ? chiSquare(of(seen), isSimple, total[group]!)
      : largestDeviation(of(weighted), of(variance), total[group]!)
  })
}

function chiSquare(seen: readonly number[], shares: readonly number[], total: number): number | undefined {
  const whole = shares.reduce((sum, share) => sum + share, 0)
  const expected = shares.map((share) => (total * share) / whole)
  if (expected.some((count) => count < FEWEST_EXPECTED)) return undefined
  const sum = seen.reduce((chi, count, arm) => chi + (count - expected[arm]!) ** 2 / expected[arm]!, 0)
  return chiSquareTail(sum, seen.length - 1)
}

function largestDeviation(
  weighted: readonly number[],
  variance: readonly number[],
  total: number,
): number | undefined {
  if (total < FEWEST_EXPECTED * weighted.length) return undefined
  const pValues = weighted.map((sum, arm) => {
    // Nobody of an arm: as if one person of even chance had been seen.
    const error = Math.sqrt(variance[arm]! || weighted.length * total)
    return 2 * normalCdf(-Math.abs(sum - total) / error)
  })
  return Math.min(...holm(pValues))
}

/** The propensity of each arm where it has only one; undefined where it has more. */
export function hasOnePropensityPerArm({ rows, arm, arms, propensity }: Experiment): number[] | undefined {
  const first = new Array<number | undefined>(arms.length).fill(undefined)
  for (let row = 0; row < rows; row++) {
    const known = first[arm[row]!]
    if (known === undefined) first[arm[row]!] = propensity[row]!
    else if (known !== propensity[row]!) return undefined
  }
  return first.every((share) => share !== undefined) ? (first as number[]) : undefined
}

/**
 * What is wrong with propensities that cannot be right: among people alike in all columns, where each arm has one
 * propensity, they must sum to one. Undefined where nothing is.
 */
export function propensityProblem(experiment: Experiment): string | undefined {
  const { rows, arm, arms, propensity } = experiment
  const simple = hasOnePropensityPerArm(experiment)
  const { cellOf, cells } = candidateOf(experiment, simple ? [] : experiment.columns)
  const found = new Float64Array(cells.length * arms.length)
  const mixed = new Uint8Array(cells.length)
  for (let row = 0; row < rows; row++) {
    const at = cellOf[row]! * arms.length + arm[row]!
    if (found[at] === 0) found[at] = propensity[row]!
    else if (found[at] !== propensity[row]!) mixed[cellOf[row]!] = 1
  }
  for (let cell = 0; cell < cells.length; cell++) {
    const shares = found.subarray(cell * arms.length, (cell + 1) * arms.length)
    if (mixed[cell] === 1 || shares.includes(0)) continue
    const sum = shares.reduce((total, share) => total + share, 0)
    if (Math.abs(sum - 1) <= SUM_TOLERANCE) continue
    const where = cells[cell]!.length > 0 ? ` where the segments are ${cells[cell]!.join(', ')}` : ''
    return `the propensities of the arms sum to ${Number(sum.toPrecision(4))}, not to 1${where}`
  }
  return undefined
}
