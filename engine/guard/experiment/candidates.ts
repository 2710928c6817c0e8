import type { Experiment, SegmentColumn } from './experiment.ts'

/** One segmentation to be judged: the people split by some columns into cells, each combination of values a cell. */
export interface Candidate {
  /** Names of its columns, coarsest first; empty: everybody alike. */
  readonly columns: readonly string[]
  /** Cell of each row. */
  readonly cellOf: Uint32Array
  /** Value of each column, by cell. */
  readonly cells: readonly (readonly string[])[]
  /** By column: the position of the cell's value among the values of that column that occur. */
  readonly valueCodes: readonly Uint32Array[]
}

/** Segmentations judged unless told otherwise. */
export const MOST_CANDIDATES = 64

export interface CandidateList {
  /** By column names, coarsest first. */
  readonly columns: readonly (readonly SegmentColumn[])[]
  /** Combinations that could be made of the columns. */
  readonly possible: number
}

/**
 * The combinations of columns to judge: single ones, pairs, and so on, up to `most`, and always all columns together,
 * so that the price of the finest split is seen. In a combination the column of fewest values comes first.
 */
export function listCandidates(columns: readonly SegmentColumn[], most = MOST_CANDIDATES): CandidateList {
  const coarsestFirst = [...columns].sort((a, b) => a.values.length - b.values.length)
  const listed: (readonly SegmentColumn[])[] = []
  for (let size = 1; size <= columns.length && listed.length < most; size++) {
    for (const combination of combinations(coarsestFirst, size)) {
      if (listed.length < most) listed.push(combination)
    }
  }
  const hasAll = listed.some(({ length }) => length === columns.length)
  if (!hasAll) listed[listed.length - 1] = coarsestFirst
  return { columns: listed, possible: 2 ** columns.length - 1 }
}

function* combinations<T>(items: readonly T[], size: number, from = 0): Generator<readonly T[]> {
  if (size === 0) yield []
  for (let at = from; at <= items.length - size && size > 0; at++) {
    for (const rest of combinations(items, size - 1, at + 1)) yield [items[at]!, ...rest]
  }
}

/** The segmentation by these columns, in this order; only cells that hold somebody. Cost: one pass a column. */
export function candidateOf(
  experiment: Pick<Experiment, 'rows'>,
  columns: readonly SegmentColumn[],
): Candidate {
  let cellOf: Uint32Array = new Uint32Array(experiment.rows)
  let codesOf: (readonly number[])[] = [[]]
  for (const column of columns) {
    const numberOf = new Map<number, number>()
    const narrower: (readonly number[])[] = []
    const next = new Uint32Array(experiment.rows)
    for (let row = 0; row < experiment.rows; row++) {
      const wider = cellOf[row]!
      const code = column.codes[row]!
      const key = wider * column.values.length + code
      let cell = numberOf.get(key)
      if (cell === undefined) {
        cell = narrower.length
        numberOf.set(key, cell)
        narrower.push([...codesOf[wider]!, code])
      }
      next[row] = cell
    }
    cellOf = next
    codesOf = narrower
  }
  return {
    columns: columns.map(({ name }) => name),
    cellOf,
    cells: codesOf.map((codes) => codes.map((code, at) => columns[at]!.values[code]!)),
    valueCodes: columns.map((_, at) => positions(codesOf.map((codes) => codes[at]!))),
  }
}

/** Each value as its position among those that occur, in the order they occur. */
function positions(values: readonly number[]): Uint32Array {
  const positionOf = new Map<number, number>()
  return Uint32Array.from(values, (value) => {
    const known = positionOf.get(value)
    if (known !== undefined) return known
    positionOf.set(value, positionOf.size)
    return positionOf.size - 1
  })
}
