import { compileRule, type Predicate } from '../../rules/compile.ts'
import { type Conjunction, conjunctionsOf, gateOf, type SingleTest } from '../../rules/conjunctions.ts'
import type { Rule } from '../../rules/rule.ts'
import {
  type CodeLine,
  complement,
  createCodeLine,
  type Intervals,
  intersection,
  type LineTest,
} from './code-line.ts'

/** What the items of mention clauses go under: no attribute can have this name. */
export const MENTIONS = 'mention'

/** Conjunctions one segment may take; what would take more is asked behind a gate. */
const MOST_CONJUNCTIONS = 32

/** What one conjunction asks, by attribute; items of sets and mention clauses as codes. */
export interface Terms {
  readonly segment: number
  /** Codes of the attribute's line that let a record through. */
  readonly lines: ReadonlyMap<string, Intervals>
  /** Each list must be met by one item. */
  readonly some: ReadonlyMap<string, readonly (readonly number[])[]>
  /** Items no record may have. */
  readonly none: ReadonlyMap<string, readonly number[]>
}

export interface SegmentTerms {
  readonly lines: ReadonlyMap<string, CodeLine>
  /** Codes of the items that are asked for, by attribute of sets, and of mention clauses (`MENTIONS`) by name. */
  readonly items: ReadonlyMap<string, ReadonlyMap<string, number>>
  readonly terms: readonly Terms[]
  /** By segment: the whole rule, where its conjunctions are only a gate. */
  readonly residues: readonly (Predicate | undefined)[]
}

/** What each rule asks, one list of terms for each of its conjunctions. */
export function segmentTerms(rules: readonly Rule[]): SegmentTerms {
  const expanded = rules.map((rule) => conjunctionsOf(rule, MOST_CONJUNCTIONS))
  const residues = rules.map((rule, at) => (expanded[at] ? undefined : compileRule(rule)))
  const conjunctions = expanded.map(
    (each, at) => each ?? [gateOf(rules[at]!)].filter((gate) => gate !== undefined),
  )
  const { lines, items } = namesIn(conjunctions)
  const terms = conjunctions.flatMap((each, segment) =>
    each.flatMap((conjunction) => termsOf(conjunction, segment, lines, items) ?? []),
  )
  return { lines, items, terms, residues }
}

function namesIn(conjunctions: readonly (readonly Conjunction[])[]): Pick<SegmentTerms, 'lines' | 'items'> {
  const lineTests = new Map<string, LineTest[]>()
  const items = new Map<string, Map<string, number>>()
  for (const { test } of conjunctions.flat(2)) {
    const [name, asked] = itemsOf(test) ?? []
    if (name !== undefined) {
      const codes = entryOf(items, name, () => new Map())
      for (const item of asked!) if (!codes.has(item)) codes.set(item, codes.size)
    } else {
      const lineTest = test as LineTest
      entryOf(lineTests, lineTest.attribute, () => []).push(lineTest)
    }
  }
  const lines = new Map(
    [...lineTests].map(([attribute, tests]) => [attribute, createCodeLine(tests)] as const),
  )
  return { lines, items }
}

/** What a test asks a set or the mentions for; undefined for a test of a single value. */
function itemsOf(test: SingleTest): readonly [name: string, items: readonly string[]] | undefined {
  if (test.kind === 'mention') return [MENTIONS, [test.key]]
  return test.kind === 'has' ? [test.attribute, test.values] : undefined
}

/** Undefined for a conjunction that no record can meet. */
function termsOf(
  conjunction: Conjunction,
  segment: number,
  codeLines: SegmentTerms['lines'],
  itemCodes: SegmentTerms['items'],
): Terms | undefined {
  const lines = new Map<string, Intervals>()
  const some = new Map<string, number[][]>()
  const none = new Map<string, number[]>()
  for (const { test, holds } of conjunction) {
    const [name, asked] = itemsOf(test) ?? []
    if (name !== undefined) {
      const codes = asked!.map((item) => itemCodes.get(name)!.get(item)!)
      if (holds) entryOf(some, name, () => []).push(codes)
      else entryOf(none, name, () => []).push(...codes)
      continue
    }
    const lineTest = test as LineTest
    const line = codeLines.get(lineTest.attribute)!
    const met = line.codesOf(lineTest)
    const allowed = holds ? met : complement(met, line.size)
    const before = lines.get(lineTest.attribute)
    lines.set(lineTest.attribute, before ? intersection(before, allowed) : allowed)
  }
  for (const allowed of lines.values()) if (allowed.length === 0) return undefined
  // The narrowest list first: it is what most conjunctions are told apart by.
  for (const lists of some.values()) lists.sort((a, b) => a.length - b.length)
  return { segment, lines, some, none }
}

/** The value of a key, made and kept where there is none yet. */
export function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
