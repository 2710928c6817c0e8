import type { SegmentColumn } from '../experiment/experiment.ts'
import { GUARD_SETTINGS } from '../experiment/settings.ts'
import { type BadRows, shownCell } from './bad-rows.ts'
import { createGrowingArray } from './growing-array.ts'
import { numberFrom } from './read-number.ts'
import type { Cell, SegmentChoice } from './table.ts'

/** The value of a person of whom nothing is known. */
export const EMPTY_VALUE = '(empty)'
/** A column of more values cannot be split by: it wants bins. */
export const MOST_VALUES: number = GUARD_SETTINGS.mostValues

export interface ValueReader {
  add(place: number, cell: Cell): void
  /** Undefined with more values than `most`. The values are in order, so their codes do not depend on that of the rows. */
  finish(people: Float64Array | undefined): SegmentColumn | undefined
}

/** Reads a column as it stands: each text a value, empty cells `(empty)`. */
export function createValueReader(name: string, most = MOST_VALUES): ValueReader {
  const codeOfCell = new Map<Cell, number>()
  const codeOfValue = new Map<string, number>()
  const codes = createGrowingArray((length) => new Uint32Array(length))

  const codeOf = (cell: Cell): number => {
    const value = valueFrom(cell)
    const code = codeOfValue.get(value) ?? codeOfValue.size
    codeOfValue.set(value, code)
    codeOfCell.set(cell, code)
    return code
  }

  return {
    add(_place, cell) {
      if (codeOfValue.size <= most) codes.push(codeOfCell.get(cell) ?? codeOf(cell))
    },
    finish() {
      if (codeOfValue.size > most) return undefined
      const values = [...codeOfValue.keys()].sort(compareValues)
      const inOrder = new Uint32Array(values.length)
      for (const [at, value] of values.entries()) inOrder[codeOfValue.get(value)!] = at
      return { name, values, codes: codes.finish().map((code) => inOrder[code]!) }
    },
  }
}

/** Reads a column of numbers as bins. */
export function createBinReader({ column, bins }: Required<SegmentChoice>, bad: BadRows): ValueReader {
  const numbers = createGrowingArray((length) => new Float64Array(length))
  return {
    add(place, cell) {
      const number = isEmpty(cell) ? Number.NaN : numberFrom(cell)
      if (number === undefined) bad.add(place, `${shownCell(column, cell)} is not a number, so it has no bin`)
      else numbers.push(number)
    },
    finish(people) {
      const all = numbers.finish()
      const edges = 'edges' in bins ? bins.edges : quantileEdges(all, people, bins.quantiles)
      const used = new Map<number, number>()
      const binOfRow = Uint32Array.from(all, (number) => binOf(number, edges))
      for (const bin of [...new Set(binOfRow)].sort((a, b) => a - b)) used.set(bin, used.size)
      return {
        name: column,
        values: [...used.keys()].map((bin) => binName(bin, edges)),
        codes: binOfRow.map((bin) => used.get(bin)!),
      }
    },
  }
}

/** Edges with about as many people between each two; fewer than asked for where many people have one value. */
function quantileEdges(numbers: Float64Array, people: Float64Array | undefined, quantiles: number): number[] {
  const rows = [...numbers.keys()].filter((row) => !Number.isNaN(numbers[row]!))
  rows.sort((a, b) => numbers[a]! - numbers[b]!)
  const sizeOf = (row: number) => people?.[row] ?? 1
  const total = rows.reduce((sum, row) => sum + sizeOf(row), 0)
  const edges = new Set<number>()
  let below = 0
  let part = 1
  for (const row of rows) {
    while (part < quantiles && below >= (total * part) / quantiles) {
      // The smallest value starts no bin: nobody is below it.
      if (numbers[row]! > numbers[rows[0]!]!) edges.add(numbers[row]!)
      part++
    }
    below += sizeOf(row)
  }
  return [...edges]
}

/** Edges at or below the number; a missing number comes last. */
function binOf(number: number, edges: readonly number[]): number {
  if (Number.isNaN(number)) return edges.length + 1
  let bin = 0
  while (bin < edges.length && number >= edges[bin]!) bin++
  return bin
}

function binName(bin: number, edges: readonly number[]): string {
  if (bin > edges.length) return EMPTY_VALUE
  if (edges.length === 0) return 'all'
  if (bin === 0) return `under ${edges[0]}`
  return bin === edges.length ? `${edges[bin - 1]} or more` : `${edges[bin - 1]} to under ${edges[bin]}`
}

/** A cell as a value: text without spaces around it. */
export function valueFrom(cell: Cell): string {
  return isEmpty(cell) ? EMPTY_VALUE : String(cell).trim()
}

export function isEmpty(cell: Cell): boolean {
  return cell === null || (typeof cell === 'string' && cell.trim() === '') || Number.isNaN(cell)
}

/** Numbers by size, then texts. */
function compareValues(a: string, b: string): number {
  const [x, y] = [numberFrom(a), numberFrom(b)]
  if (x !== undefined && y !== undefined && x !== y) return x - y
  if (x !== undefined && y === undefined) return -1
  if (x === undefined && y !== undefined) return 1
  return a < b ? -1 : a > b ? 1 : 0
}
