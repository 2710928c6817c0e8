import type { Candidate } from './candidates.ts'
import {
  type CellSums,
  effectivePeopleAt,
  meanAt,
  peopleOfCell,
  SUM_FIELDS,
  spreadAt,
  sumsOfWider,
} from './cell-sums.ts'

/** Differences of each arm to broad's, by cell, then arm: shrunk mean and variance. Broad's own are 0. */
export interface Differences {
  readonly mean: Float64Array
  readonly variance: Float64Array
}

/** 1 where there are events enough to say anything: by cell, and by column and value. */
export interface Readable {
  readonly cells: Uint8Array
  readonly values: readonly Uint8Array[]
}

interface Seen {
  readonly candidate: Candidate
  readonly arms: number
  readonly readable: Readable
  /** Of the people that are learnt from. */
  readonly sums: CellSums
  readonly everybody: CellSums
  /** Variance of an outcome a person, by arm, among everybody. */
  readonly spreads: Float64Array
  readonly broadArm: number
}

/** Outcomes vary in a cell as they do there and, for so many people more, as they do among everybody. */
export const SPREAD_PRIOR_PEOPLE = 20
/** The columns' effects are settled one after the other, so often: the second time knows the later ones. */
const ROUNDS = 2

/**
 * The difference of each arm to broad's in each cell: that of everybody, plus an effect of the value of each column,
 * plus what is left to the cell itself. Each of these is shrunk to nothing by how much its like truly vary (tau2 of
 * DerSimonian and Laird): columns that say nothing drop out, small tastes by several columns add up, and a cell of its
 * own kind is believed as far as its people carry. Values and cells that cannot be read add nothing.
 *
 * The estimate of a cell is so shrunk to its wider segments: those of each of its values.
 *
 * @see Morris 1983, J. Am. Stat. Assoc. 78:47-55, doi:10.1080/01621459.1983.10477920 (empirical Bayes)
 * @see DerSimonian, Laird 1986, Control. Clin. Trials 7:177-188, doi:10.1016/0197-2456(86)90046-2
 */
export function addedUp(seen: Seen): Differences {
  const { candidate, arms, readable, sums, everybody, spreads, broadArm } = seen
  const cells = candidate.cells.length
  const mean = new Float64Array(cells * arms)
  const variance = new Float64Array(cells * arms)
  const people = Float64Array.from({ length: cells }, (_, cell) => peopleOfCell(sums, arms, cell))
  const columns = candidate.valueCodes.map((valueCodes, column) => {
    const wider = sumsOfWider(sums, arms, valueCodes)
    const values = wider.length / (arms * SUM_FIELDS)
    const peopleOf = Float64Array.from({ length: values }, (_, value) => peopleOfCell(wider, arms, value))
    return { valueCodes, sums: wider, readable: readable.values[column]!, peopleOf }
  })
  for (let arm = 0; arm < arms; arm++) {
    if (arm === broadArm) continue
    const compare = (of: CellSums, readableOf: Uint8Array) =>
      compared(of, readableOf, { arm, broadArm, arms, spreads })
    const all = compare(everybody, ALL_READABLE)
    const fit = new Float64Array(cells).fill(all.difference[0]!)
    const fitVariance = new Float64Array(cells).fill(all.noise[0]!)
    const effects = columns.map((column) => ({
      ...column,
      seen: compare(column.sums, column.readable),
      effect: new Float64Array(column.peopleOf.length) as Float64Array,
      variance: new Float64Array(column.peopleOf.length) as Float64Array,
    }))
    for (let round = 0; round < ROUNDS; round++) {
      for (const each of effects) {
        const others = new Float64Array(each.effect.length)
        const before = each.effect
        const { valueCodes } = each
        for (let cell = 0; cell < cells; cell++) others[valueCodes[cell]!]! += people[cell]! * fit[cell]!
        for (let value = 0; value < others.length; value++) {
          others[value] = others[value]! / each.peopleOf[value]! - before[value]!
        }
        const { effect, variance: left } = shrunk(each.seen, others, 1)
        each.effect = effect
        each.variance = left
        for (let cell = 0; cell < cells; cell++) {
          const value = valueCodes[cell]!
          fit[cell]! += effect[value]! - before[value]!
        }
      }
    }
    for (const { valueCodes, variance: left } of effects) {
      for (let cell = 0; cell < cells; cell++) fitVariance[cell]! += left[valueCodes[cell]!]!
    }
    const isOneColumn = columns.length <= 1
    const taken = effects.reduce((sum, { effect }) => sum + effect.length - 1, 1)
    const own = isOneColumn ? undefined : shrunk(compare(sums, readable.cells), fit, taken)
    for (let cell = 0; cell < cells; cell++) {
      const at = cell * arms + arm
      mean[at] = fit[cell]! + (own?.effect[cell] ?? 0)
      const trust = own?.trust[cell] ?? 0
      variance[at] = (own?.variance[cell] ?? 0) + (1 - trust) ** 2 * fitVariance[cell]!
    }
  }
  return { mean, variance }
}

const ALL_READABLE = Uint8Array.of(1)

interface Compared {
  readonly difference: Float64Array
  /** Variance of the difference; Infinity where nothing can be read. */
  readonly noise: Float64Array
}

function compared(
  sums: CellSums,
  readable: Uint8Array,
  of: {
    readonly arm: number
    readonly broadArm: number
    readonly arms: number
    readonly spreads: Float64Array
  },
): Compared {
  const { arm, broadArm, arms, spreads } = of
  const cells = readable.length
  const difference = new Float64Array(cells)
  const noise = new Float64Array(cells).fill(Infinity)
  for (let cell = 0; cell < cells; cell++) {
    if (readable[cell] === 0) continue
    const at = (cell * arms + arm) * SUM_FIELDS
    const broadAt = (cell * arms + broadArm) * SUM_FIELDS
    const own = meanAt(sums, at)
    const broad = meanAt(sums, broadAt)
    difference[cell] = own - broad
    noise[cell] =
      meanVariance(sums, at, own, spreads[arm]!) + meanVariance(sums, broadAt, broad, spreads[broadArm]!)
  }
  return { difference, noise }
}

/** Variance of the mean of the people at an offset; Infinity where nobody is. */
function meanVariance(sums: CellSums, at: number, mean: number, everybody: number): number {
  const people = effectivePeopleAt(sums, at)
  if (people === 0) return Infinity
  const spread =
    (people * spreadAt(sums, at, mean) + SPREAD_PRIOR_PEOPLE * everybody) / (people + SPREAD_PRIOR_PEOPLE)
  return spread / people
}

interface Shrunk {
  readonly effect: Float64Array
  readonly variance: Float64Array
  /** How far what was seen is believed, 0..1. */
  readonly trust: Float64Array
}

/**
 * What each value adds to what is expected of it, shrunk.
 *
 * @param taken how many numbers the expectation was fitted with
 */
function shrunk({ difference, noise }: Compared, expected: Float64Array, taken: number): Shrunk {
  let q = 0
  let weights = 0
  let squares = 0
  let count = 0
  for (let at = 0; at < noise.length; at++) {
    if (!(noise[at]! < Infinity && noise[at]! > 0)) continue
    const weight = 1 / noise[at]!
    q += weight * (difference[at]! - expected[at]!) ** 2
    weights += weight
    squares += weight * weight
    count++
  }
  const effect = new Float64Array(noise.length)
  const variance = new Float64Array(noise.length)
  const trust = new Float64Array(noise.length)
  const degrees = Math.max(1, count - taken)
  // What the fit takes of the spread is taken evenly.
  const scale = count > taken ? ((weights - squares / weights) * degrees) / (count - 1) : 0
  const tau2 = scale > 0 ? Math.max(0, (q - degrees) / scale) : 0
  if (tau2 === 0) return { effect, variance, trust }
  for (let at = 0; at < noise.length; at++) {
    if (!(noise[at]! < Infinity)) continue
    trust[at] = tau2 / (tau2 + noise[at]!)
    effect[at] = trust[at]! * (difference[at]! - expected[at]!)
    variance[at] = trust[at]! * noise[at]!
  }
  return { effect, variance, trust }
}
