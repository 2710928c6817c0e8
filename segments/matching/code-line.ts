import { isKnown } from '../../rules/known.ts'
import type { Range, Rule, Scalar, Values } from '../../rules/rule.ts'

/** Codes [from, to), one after the other, in ascending order and apart: [from, to, from, to, ...]. */
export type Intervals = readonly number[]

/** A test of one value; sets are matched by their items. */
export type LineTest = Extract<Rule, { kind: 'in' | 'range' | 'known' }>

const MISSING = 0
/** A single value that no rule names. */
const OTHER = 1
const SET = 2
const FIRST_NAMED = 3

/**
 * The values of one attribute as far as rules tell them apart, as codes from 0 to `size`: missing, other, a set, the
 * named texts and truth values, then the numbers cut at every number a rule names: 2 i for those between cut i - 1 and
 * cut i, 2 i + 1 for cut i itself. So each test is met by whole intervals of codes.
 */
export interface CodeLine {
  readonly size: number
  /** Costs a look-up, of a number a binary search. */
  codeOf(value: Values[string]): number
  /** The codes of values that meet a test that the line was made from. */
  codesOf(test: LineTest): Intervals
}

export function createCodeLine(tests: readonly LineTest[]): CodeLine {
  const codes = new Map<Scalar, number>()
  const cutSet = new Set<number>()
  for (const test of tests) {
    const named = test.kind === 'in' ? test.values : test.kind === 'range' ? boundsOf(test.range) : []
    for (const value of named) {
      if (typeof value === 'number') cutSet.add(value)
      else if (!codes.has(value)) codes.set(value, FIRST_NAMED + codes.size)
    }
  }
  const cuts = Float64Array.from(cutSet).sort()
  const firstNumber = FIRST_NAMED + codes.size
  const size = firstNumber + 2 * cuts.length + 1

  const codeOfNumber = (value: number): number => {
    let low = 0
    let high = cuts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (cuts[middle]! < value) low = middle + 1
      else high = middle
    }
    return firstNumber + 2 * low + (low < cuts.length && cuts[low] === value ? 1 : 0)
  }

  return {
    size,
    codeOf(value) {
      if (typeof value === 'string' || typeof value === 'boolean') return codes.get(value) ?? OTHER
      if (!isKnown(value)) return MISSING
      return typeof value === 'number' ? codeOfNumber(value) : SET
    },
    codesOf(test) {
      switch (test.kind) {
        case 'known':
          return [OTHER, size]
        case 'in':
          return intervalsOf(test.values.map((value) => codes.get(value) ?? codeOfNumber(value as number)))
        case 'range': {
          const { gt, gte, lt, lte } = test.range
          const from = Math.max(
            firstNumber,
            gt === undefined ? 0 : codeOfNumber(gt) + 1,
            gte === undefined ? 0 : codeOfNumber(gte),
          )
          const to = Math.min(
            size,
            lt === undefined ? size : codeOfNumber(lt),
            lte === undefined ? size : codeOfNumber(lte) + 1,
          )
          return from < to ? [from, to] : []
        }
      }
    },
  }
}

function boundsOf({ gt, gte, lt, lte }: Range): number[] {
  return [gt, gte, lt, lte].filter((bound) => bound !== undefined)
}

/** Single codes, in any order and also twice, as intervals. */
export function intervalsOf(codes: readonly number[]): Intervals {
  const intervals: number[] = []
  for (const code of codes.toSorted((a, b) => a - b)) {
    if (intervals.at(-1) === code) intervals[intervals.length - 1] = code + 1
    else if (intervals.at(-1) !== code + 1) intervals.push(code, code + 1)
  }
  return intervals
}

/** The codes below `size` that are in none of the intervals. */
export function complement(intervals: Intervals, size: number): Intervals {
  const edges = [0, ...intervals, size]
  const result: number[] = []
  for (let i = 0; i < edges.length; i += 2) {
    if (edges[i]! < edges[i + 1]!) result.push(edges[i]!, edges[i + 1]!)
  }
  return result
}

/** The codes that are in both. */
export function intersection(a: Intervals, b: Intervals): Intervals {
  const result: number[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const from = Math.max(a[i]!, b[j]!)
    const to = Math.min(a[i + 1]!, b[j + 1]!)
    if (from < to) result.push(from, to)
    if (a[i + 1]! < b[j + 1]!) i += 2
    else j += 2
  }
  return result
}
