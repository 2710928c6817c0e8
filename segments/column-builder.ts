import type { AttributeType, Scalar } from '../rules/rule.ts'
import { BOOLEANS, type Codes, type Column, codesFor } from './column.ts'

/** Collects one attribute's values row by row. */
export interface ColumnBuilder {
  /** Adds the next row's value; it must fit the type (`asType`). */
  push(value: Scalar | readonly string[] | undefined): void
  finish(): Column
}

export function createColumnBuilder(type: AttributeType): ColumnBuilder {
  switch (type) {
    case 'number':
      return numberBuilder()
    case 'boolean':
      return booleanBuilder()
    case 'category':
      return categoryBuilder()
    case 'set':
      return setBuilder()
  }
}

function numberBuilder(): ColumnBuilder {
  const numbers = growing(Float64Array)
  return {
    push: (value) => numbers.push(value === undefined ? Number.NaN : (value as number)),
    finish: () => ({ type: 'number', numbers: numbers.finish() }),
  }
}

function booleanBuilder(): ColumnBuilder {
  const codes = growing(Uint8Array)
  return {
    push: (value) => codes.push(value === undefined ? 0 : value === false ? 1 : 2),
    finish: () => ({ type: 'boolean', dictionary: BOOLEANS, codes: codes.finish() }),
  }
}

function categoryBuilder(): ColumnBuilder {
  const codes = growing(Uint32Array)
  const dictionary = new Map<string, number>()
  return {
    push: (value) => codes.push(value === undefined ? 0 : codeOf(dictionary, value as string)),
    finish: () => ({ type: 'category', ...inTextOrder(dictionary, codes.finish()) }),
  }
}

function setBuilder(): ColumnBuilder {
  const starts = growing(Uint32Array)
  const codes = growing(Uint32Array)
  const dictionary = new Map<string, number>()
  starts.push(0)
  return {
    push: (value) => {
      for (const item of (value ?? []) as readonly string[]) codes.push(codeOf(dictionary, item))
      starts.push(codes.length())
    },
    finish: () => {
      const ordered = inTextOrder(dictionary, codes.finish())
      const rowStarts = starts.finish()
      for (let row = 0; row + 1 < rowStarts.length; row++) {
        ordered.codes.subarray(rowStarts[row], rowStarts[row + 1]).sort()
      }
      return { type: 'set', starts: rowStarts, ...ordered }
    },
  }
}

/** Codes by first appearance while values come in; put in text order at the end. */
function codeOf(dictionary: Map<string, number>, value: string): number {
  const known = dictionary.get(value)
  if (known !== undefined) return known
  dictionary.set(value, dictionary.size + 1)
  return dictionary.size
}

function inTextOrder(
  appearance: ReadonlyMap<string, number>,
  codes: Uint32Array,
): { dictionary: string[]; codes: Codes } {
  const dictionary = [...appearance.keys()].sort()
  const newCodes = new Uint32Array(dictionary.length + 1)
  for (const [i, value] of dictionary.entries()) newCodes[appearance.get(value)!] = i + 1
  const ordered = codesFor(dictionary.length, codes.length)
  for (let i = 0; i < codes.length; i++) ordered[i] = newCodes[codes[i]!]!
  return { dictionary, codes: ordered }
}

interface Growing<A> {
  push(value: number): void
  length(): number
  /** What was pushed, in an array of its own. */
  finish(): A
}

/** A number array that doubles as it fills: a plain array would cost eight bytes for every code. */
export function growing<A extends Uint8Array | Uint32Array | Float64Array>(
  make: new (length: number) => A,
): Growing<A> {
  let array = new make(1024)
  let length = 0
  return {
    push(value) {
      if (length === array.length) {
        const larger = new make(length * 2)
        larger.set(array)
        array = larger
      }
      array[length++] = value
    },
    length: () => length,
    finish: () => array.slice(0, length) as A,
  }
}
