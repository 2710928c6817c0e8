import { type Bitmap, bitmapFromRows, emptyBitmap, fullBitmap, notBitmap, setBit } from '../core/bitmap.ts'
import { compileRule, type Predicate, type RuleRecord } from '../rules/compile.ts'
import type { Rule, Scalar } from '../rules/rule.ts'
import type { Segment } from './segment.ts'

export interface Matcher {
  /** The segments a record is in, narrowest first: fewest people, then id. */
  match(record: RuleRecord): readonly Segment[]
}

type ValueTest = Extract<Rule, { kind: 'in' | 'has' }>

/** For one attribute and kind of test, the segments that a value lets through, by value. */
interface AttributeIndex {
  readonly kind: ValueTest['kind']
  readonly attribute: string
  readonly byValue: ReadonlyMap<Scalar, Bitmap>
  /** Segments that do not test the attribute: any value, also a missing one, lets them through. */
  readonly untested: Bitmap
}

/**
 * An index over segments. Tests for single values that a segment's rule needs are answered for all segments at once by
 * one bitmap for the record's value of each attribute; what else a rule asks is asked of the few that are left.
 */
export function createMatcher(segments: readonly Segment[]): Matcher {
  const ordered = [...segments].sort((a, b) => a.people - b.people || (a.id < b.id ? -1 : 1))
  const split = ordered.map(({ rule }) => splitRule(rule))
  const indexes = indexAttributes(split.map(({ tests }) => tests))
  const residues = split.map(({ residue }): Predicate | undefined => residue && compileRule(residue))
  const words = (ordered.length + 31) >>> 5
  const everySegment = fullBitmap(ordered.length)

  return {
    match(record) {
      const filters = indexes.map((index) => letThrough(index, record.values[index.attribute]))
      const matched: Segment[] = []
      for (let i = 0; i < words; i++) {
        let word = everySegment.words[i]!
        for (let f = 0; f < filters.length && word !== 0; f++) word &= filters[f]!.words[i]!
        while (word !== 0) {
          const at = i * 32 + 31 - Math.clz32(word & -word)
          word &= word - 1
          if (residues[at]?.(record) ?? true) matched.push(ordered[at]!)
        }
      }
      return matched
    },
  }
}

function letThrough(
  { kind, byValue, untested }: AttributeIndex,
  value: RuleRecord['values'][string],
): Bitmap {
  if (value === undefined || (typeof value === 'object') !== (kind === 'has')) return untested
  if (typeof value !== 'object') return byValue.get(value) ?? untested
  const found = value.map((item) => byValue.get(item)).filter((each) => each !== undefined)
  if (found.length === 0) return untested
  if (found.length === 1) return found[0]!
  const union = emptyBitmap(untested.size)
  for (const { words } of found) for (let i = 0; i < words.length; i++) union.words[i]! |= words[i]!
  return union
}

/** What everybody in the segment must have by single values, at most one test an attribute, and all the rest. */
function splitRule(rule: Rule): { tests: readonly ValueTest[]; residue: Rule | undefined } {
  const tests = new Map<string, ValueTest>()
  const rest: Rule[] = []
  for (const part of conjuncts(rule)) {
    if ((part.kind === 'in' || part.kind === 'has') && !tests.has(part.attribute))
      tests.set(part.attribute, part)
    else rest.push(part)
  }
  return { tests: [...tests.values()], residue: rest.length > 0 ? { kind: 'all', of: rest } : undefined }
}

function conjuncts(rule: Rule): Rule[] {
  return rule.kind === 'all' ? rule.of.flatMap(conjuncts) : [rule]
}

function indexAttributes(testsBySegment: readonly (readonly ValueTest[])[]): AttributeIndex[] {
  const size = testsBySegment.length
  const testing = new Map<string, { segment: number; test: ValueTest }[]>()
  for (const [segment, tests] of testsBySegment.entries()) {
    for (const test of tests) {
      const key = `${test.kind} ${test.attribute}`
      const known = testing.get(key)
      if (known) known.push({ segment, test })
      else testing.set(key, [{ segment, test }])
    }
  }
  return [...testing.values()].map((tests) => {
    const { kind, attribute } = tests[0]!.test
    const tested = bitmapFromRows(
      size,
      tests.map(({ segment }) => segment),
    )
    const untested = notBitmap(tested)
    const byValue = new Map<Scalar, Bitmap>()
    for (const { segment, test } of tests) {
      for (const value of test.values) {
        let bitmap = byValue.get(value)
        if (!bitmap) {
          bitmap = { size, words: untested.words.slice() }
          byValue.set(value, bitmap)
        }
        setBit(bitmap, segment)
      }
    }
    return { kind, attribute, byValue, untested }
  })
}
