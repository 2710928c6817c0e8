import type { Experiment, SegmentColumn } from './experiment.ts'

/**
 * One segmentation to be judged: the people split by some columns, coarse to fine. Its levels are everybody (one cell),
 * then the cells of the first column, of the first two, and so on: each cell lies in one of the level before.
 */
export interface Candidate {
  /** Names of its columns, coarsest first; empty: everybody alike. */
  readonly columns: readonly string[]
  /** Cell of each row at the finest level. */
  readonly cellOf: Uint32Array
  /** Value of each column, by cell of the finest level. */
  readonly cells: readonly (readonly string[])[]
  /** `parents[level][cell]`: where a cell of `level + 1` lies in `level`. */
  readonly parents: readonly Uint32Array[]
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
  let cells: (readonly string[])[] = [[]]
  const parents: Uint32Array[] = []
  for (const column of columns) {
    const numberOf = new Map<number, number>()
    const parentOf: number[] = []
    const narrower: (readonly string[])[] = []
    const next = new Uint32Array(experiment.rows)
    for (let row = 0; row < experiment.rows; row++) {
      const parent = cellOf[row]!
      const code = column.codes[row]!
      const key = parent * column.values.length + code
      let cell = numberOf.get(key)
      if (cell === undefined) {
        cell = narrower.length
        numberOf.set(key, cell)
        parentOf.push(parent)
        narrower.push([...cells[parent]!, column.values[code]!])
      }
      next[row] = cell
    }
    cellOf = next
    cells = narrower
    parents.push(Uint32Array.from(parentOf))
  }
  return { columns: columns.map(({ name }) => name), cellOf, cells, parents }
}
