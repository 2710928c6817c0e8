import { type Bitmap, emptyBitmap, setBit } from '../core/bitmap.ts'
import { inRange } from '../rules/known.ts'
import type { Range, Scalar } from '../rules/rule.ts'

/** Codes of values: 0 is a missing value, code i is `dictionary[i - 1]`. */
export type Codes = Uint8Array | Uint16Array | Uint32Array

/** One attribute of all rows. Dictionaries are in text order; a set's codes ascend. */
export type Column =
  | { readonly type: 'category'; readonly dictionary: readonly string[]; readonly codes: Codes }
  | { readonly type: 'boolean'; readonly dictionary: readonly [false, true]; readonly codes: Codes }
  | { readonly type: 'number'; readonly numbers: Float64Array }
  | {
      readonly type: 'set'
      readonly dictionary: readonly string[]
      /** Row r has `codes[starts[r]]` up to, not including, `codes[starts[r + 1]]`. */
      readonly starts: Uint32Array
      readonly codes: Codes
    }

export const BOOLEANS = [false, true] as const

/** How many rows the column has. */
function rowsIn(column: Column): number {
  if (column.type === 'number') return column.numbers.length
  return column.type === 'set' ? column.starts.length - 1 : column.codes.length
}

/** A row's value, undefined when it is missing. */
export function valueAt(column: Column, row: number): Scalar | readonly string[] | undefined {
  switch (column.type) {
    case 'number': {
      const value = column.numbers[row]!
      return Number.isNaN(value) ? undefined : value
    }
    case 'set': {
      const from = column.starts[row]!
      const to = column.starts[row + 1]!
      if (from === to) return undefined
      return Array.from(column.codes.subarray(from, to), (code) => column.dictionary[code - 1]!)
    }
    default:
      return column.dictionary[column.codes[row]! - 1]
  }
}

/** Rows whose value is one of `values`; a set has no single value and is never one of them. */
export function rowsWithValue(column: Column, values: readonly Scalar[]): Bitmap {
  if (column.type === 'set') return emptyBitmap(rowsIn(column))
  if (column.type === 'number') {
    const wanted = new Set<number>(values.filter((value) => typeof value === 'number'))
    return rowsWhere(column.numbers, (value) => wanted.has(value))
  }
  return rowsWithCode(column.codes, wantedCodes(column.dictionary, values))
}

/** Rows whose set contains one of `values`. */
export function rowsContaining(column: Column, values: readonly string[]): Bitmap {
  const rows = emptyBitmap(rowsIn(column))
  if (column.type !== 'set') return rows
  const wanted = wantedCodes(column.dictionary, values)
  const { starts, codes } = column
  for (let row = 0; row < rows.size; row++) {
    for (let i = starts[row]!; i < starts[row + 1]!; i++) {
      if (wanted[codes[i]!]) {
        setBit(rows, row)
        break
      }
    }
  }
  return rows
}

/** Rows whose number lies in the range. */
export function rowsInRange(column: Column, range: Range): Bitmap {
  if (column.type !== 'number') return emptyBitmap(rowsIn(column))
  return rowsWhere(column.numbers, (value) => !Number.isNaN(value) && inRange(value, range))
}

/** Rows that have a value. */
export function rowsKnown(column: Column): Bitmap {
  switch (column.type) {
    case 'number':
      return rowsWhere(column.numbers, (value) => !Number.isNaN(value))
    case 'set': {
      const { starts } = column
      return rowsWhere(starts.subarray(1), (end, row) => end > starts[row]!)
    }
    default:
      return rowsWhere(column.codes, (code) => code !== 0)
  }
}

/** How many rows have each value, or contain it; in the dictionary's order, numbers ascending. */
export function countValues(column: Column): Map<Scalar, number> {
  if (column.type === 'number') {
    const counts = new Map<Scalar, number>()
    for (const value of column.numbers.toSorted()) {
      if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    return counts
  }
  const byCode = new Uint32Array(column.dictionary.length + 1)
  for (const code of column.codes) byCode[code]!++
  return new Map(column.dictionary.map((value, i) => [value, byCode[i + 1]!]))
}

/** The narrowest codes that hold `largest`. */
export function codesFor(largest: number, length: number): Codes {
  return largest < 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length)
}

function wantedCodes(dictionary: readonly Scalar[], values: readonly Scalar[]): Uint8Array {
  const wanted = new Uint8Array(dictionary.length + 1)
  const accepted = new Set(values)
  for (let i = 0; i < dictionary.length; i++) if (accepted.has(dictionary[i]!)) wanted[i + 1] = 1
  return wanted
}

function rowsWithCode(codes: Codes, wanted: Uint8Array): Bitmap {
  const rows = emptyBitmap(codes.length)
  const { words } = rows
  for (let row = 0; row < codes.length; row++) words[row >>> 5]! |= wanted[codes[row]!]! << (row & 31)
  return rows
}

function rowsWhere(values: Float64Array | Codes, meets: (value: number, row: number) => boolean): Bitmap {
  const rows = emptyBitmap(values.length)
  for (let row = 0; row < values.length; row++) if (meets(values[row]!, row)) setBit(rows, row)
  return rows
}
