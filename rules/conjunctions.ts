import { factsOf } from './certainty.ts'
import type { Range, Rule, Scalar } from './rule.ts'
import { clauseKey } from './rule-json.ts'

/** One test of a rule; a mention clause goes by its name (`clauseKey`). */
export type SingleTest =
  | { readonly kind: 'in'; readonly attribute: string; readonly values: readonly Scalar[] }
  | { readonly kind: 'range'; readonly attribute: string; readonly range: Range }
  | { readonly kind: 'has'; readonly attribute: string; readonly values: readonly string[] }
  | { readonly kind: 'known'; readonly attribute: string }
  | { readonly kind: 'mention'; readonly key: string }

/** A test, or its complement where `holds` is false. */
export interface Literal {
  readonly test: SingleTest
  readonly holds: boolean
}

/** Met by a record that meets every literal; none: by every record. */
export type Conjunction = readonly Literal[]

/**
 * The rule as conjunctions of single tests: a record meets the rule when it meets one of them (disjunctive normal
 * form). No conjunction at all: nobody meets the rule. Undefined when it would take more than `most`.
 */
export function conjunctionsOf(rule: Rule, most: number): readonly Conjunction[] | undefined {
  return expand(rule, true, most)
}

/**
 * A conjunction that everybody who meets the rule meets, and others may: what is certain of them (`factsOf`).
 * Undefined when the rule is seen to be met by nobody.
 */
export function gateOf(rule: Rule): Conjunction | undefined {
  const facts = factsOf(rule)
  if (!facts.possible) return undefined
  const tests: SingleTest[] = [...facts.mentionsMet].map((key) => ({ kind: 'mention', key }))
  for (const [attribute, { presence, allowed, containsOneOf }] of facts.attributes) {
    if (presence !== 'known') continue
    if (allowed) tests.push({ kind: 'in', attribute, values: allowed })
    else if (!containsOneOf) tests.push({ kind: 'known', attribute })
    for (const values of containsOneOf ?? []) tests.push({ kind: 'has', attribute, values })
  }
  return tests.map((test) => ({ test, holds: true }))
}

/** Negation is pushed down to single tests by De Morgan's laws. */
function expand(rule: Rule, holds: boolean, most: number): readonly Conjunction[] | undefined {
  switch (rule.kind) {
    case 'all':
    case 'any':
      return (rule.kind === 'all') === holds ? everyOf(rule.of, holds, most) : eitherOf(rule.of, holds, most)
    case 'not':
      return expand(rule.of, !holds, most)
    case 'mention':
      return [[{ test: { kind: 'mention', key: clauseKey(rule) }, holds }]]
    default:
      return [[{ test: rule, holds }]]
  }
}

function everyOf(parts: readonly Rule[], holds: boolean, most: number): readonly Conjunction[] | undefined {
  let result: readonly Conjunction[] = [[]]
  for (const part of parts) {
    const expanded = expand(part, holds, most)
    if (!expanded || result.length * expanded.length > most) return undefined
    result = result.flatMap((first) => expanded.map((second) => [...first, ...second]))
  }
  return result
}

/** Lone tests for values of one attribute become one test for any of them. */
function eitherOf(parts: readonly Rule[], holds: boolean, most: number): readonly Conjunction[] | undefined {
  const result: Conjunction[] = []
  const valuesByTest = new Map<string, { readonly test: ValueTest; readonly values: Set<Scalar> }>()
  for (const part of parts) {
    for (const conjunction of expand(part, holds, most) ?? [undefined]) {
      if (!conjunction) return undefined
      const test = loneValueTest(conjunction)
      if (test) {
        const key = `${test.kind} ${test.attribute}`
        const known = valuesByTest.get(key) ?? { test, values: new Set() }
        for (const value of test.values) known.values.add(value)
        valuesByTest.set(key, known)
      } else result.push(conjunction)
    }
    if (result.length + valuesByTest.size > most) return undefined
  }
  for (const { test, values } of valuesByTest.values()) {
    result.push([{ test: { ...test, values: [...values] } as ValueTest, holds: true }])
  }
  return result
}

type ValueTest = Extract<SingleTest, { kind: 'in' | 'has' }>

function loneValueTest(conjunction: Conjunction): ValueTest | undefined {
  const [only] = conjunction
  if (conjunction.length !== 1 || !only!.holds) return undefined
  return only!.test.kind === 'in' || only!.test.kind === 'has' ? only!.test : undefined
}
