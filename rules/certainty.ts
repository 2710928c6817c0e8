import { alternative, both, type Fact, ruledOut, settle } from './fact.ts'
import { inRange } from './known.ts'
import type { Rule, Scalar, Values } from './rule.ts'
import { clauseKey } from './rule-json.ts'

/**
 * What everybody who meets a rule certainly has. Sound, not complete: what it says holds for every record that meets
 * the rule; what it leaves out may still hold.
 */
export interface Facts {
  /** False when the rule is seen to be met by nobody. */
  readonly possible: boolean
  readonly attributes: ReadonlyMap<string, Fact>
  /** Names (`clauseKey`) of the mention clauses everybody meets, and of those nobody meets. */
  readonly mentionsMet: ReadonlySet<string>
  readonly mentionsUnmet: ReadonlySet<string>
}

export type Certainty = 'certain' | 'excluded' | 'unknown'

const NO_SET: ReadonlySet<string> = new Set()
const NO_FACTS: Facts = {
  possible: true,
  attributes: new Map(),
  mentionsMet: NO_SET,
  mentionsUnmet: NO_SET,
}
const NOBODY: Facts = { ...NO_FACTS, possible: false }

/** The facts of a rule; EVERYBODY has none. */
export function factsOf(rule: Rule): Facts {
  return factsWhere(rule, true)
}

/** Facts of the records for which `rule` comes to `holds`: negation is pushed down to single tests. */
function factsWhere(rule: Rule, holds: boolean): Facts {
  switch (rule.kind) {
    case 'all':
    case 'any': {
      const parts = rule.of.map((part) => factsWhere(part, holds))
      return (rule.kind === 'all') === holds
        ? parts.reduce(conjunction, NO_FACTS)
        : parts.reduce(disjunction, NOBODY)
    }
    case 'not':
      return factsWhere(rule.of, !holds)
    case 'mention': {
      const key = new Set([clauseKey(rule)])
      return holds ? { ...NO_FACTS, mentionsMet: key } : { ...NO_FACTS, mentionsUnmet: key }
    }
    default: {
      const fact = settle(holds ? factOfTest(rule) : factOfFailedTest(rule))
      return fact ? { ...NO_FACTS, attributes: new Map([[rule.attribute, fact]]) } : NOBODY
    }
  }
}

function factOfTest(rule: Extract<Rule, { attribute: string }>): Fact {
  switch (rule.kind) {
    case 'in':
      return { presence: 'known', allowed: rule.values }
    case 'range':
      return { presence: 'known', range: rule.range }
    case 'has':
      return { presence: 'known', containsOneOf: [rule.values] }
    case 'known':
      return { presence: 'known' }
  }
}

/** A test fails on a missing value too, so its complement never makes a value known. */
function factOfFailedTest(rule: Extract<Rule, { attribute: string }>): Fact {
  switch (rule.kind) {
    case 'in':
    case 'has':
      return { presence: 'either', excluded: rule.values }
    case 'known':
      return { presence: 'missing' }
    case 'range': {
      const { gt, gte, lt, lte } = rule.range
      const bounds = [gt, gte, lt, lte].filter((bound) => bound !== undefined)
      if (bounds.length !== 1) return { presence: 'either' }
      if (gt !== undefined) return { presence: 'either', range: { lte: gt } }
      if (gte !== undefined) return { presence: 'either', range: { lt: gte } }
      if (lt !== undefined) return { presence: 'either', range: { gte: lt } }
      return { presence: 'either', range: { gt: lte! } }
    }
  }
}

function conjunction(a: Facts, b: Facts): Facts {
  if (!a.possible || !b.possible) return NOBODY
  const attributes = new Map(a.attributes)
  for (const [name, fact] of b.attributes) {
    const before = attributes.get(name)
    const after = before ? settle(both(before, fact)) : fact
    if (!after) return NOBODY
    attributes.set(name, after)
  }
  return {
    possible: true,
    attributes,
    mentionsMet: new Set([...a.mentionsMet, ...b.mentionsMet]),
    mentionsUnmet: new Set([...a.mentionsUnmet, ...b.mentionsUnmet]),
  }
}

function disjunction(a: Facts, b: Facts): Facts {
  if (!a.possible) return b
  if (!b.possible) return a
  const attributes = new Map<string, Fact>()
  for (const [name, fact] of a.attributes) {
    const other = b.attributes.get(name)
    if (other) attributes.set(name, alternative(fact, other))
  }
  return {
    possible: true,
    attributes,
    mentionsMet: new Set([...a.mentionsMet].filter((key) => b.mentionsMet.has(key))),
    mentionsUnmet: new Set([...a.mentionsUnmet].filter((key) => b.mentionsUnmet.has(key))),
  }
}

/** The attributes of which everybody certainly has one and the same value, and that value. */
export function certainValues(facts: Facts): Record<string, Scalar> {
  const values: Record<string, Scalar> = {}
  for (const [name, fact] of facts.attributes) {
    if (fact.presence === 'known' && fact.allowed?.length === 1) values[name] = fact.allowed[0]!
  }
  return values
}

/**
 * Whether `when` holds for everybody with these facts (certain), for nobody (excluded), or cannot be told (unknown):
 * Kleene's three-valued logic over single tests, so `not` needs certainty as well.
 *
 * @param context plain known values, such as the locale and placement; they win over facts of the same name
 */
export function decide(when: Rule, facts: Facts, context: Values): Certainty {
  switch (when.kind) {
    case 'all':
    case 'any': {
      const settling = when.kind === 'all' ? 'excluded' : 'certain'
      let result: Certainty = when.kind === 'all' ? 'certain' : 'excluded'
      for (const part of when.of) {
        const decided = decide(part, facts, context)
        if (decided === settling) return settling
        if (decided === 'unknown') result = 'unknown'
      }
      return result
    }
    case 'not': {
      const inner = decide(when.of, facts, context)
      return inner === 'certain' ? 'excluded' : inner === 'excluded' ? 'certain' : 'unknown'
    }
    case 'mention': {
      const key = clauseKey(when)
      if (facts.mentionsMet.has(key)) return 'certain'
      return facts.mentionsUnmet.has(key) ? 'excluded' : 'unknown'
    }
    default: {
      const value = context[when.attribute]
      const fact = value === undefined ? facts.attributes.get(when.attribute) : factOfValue(value)
      return fact ? decideTest(when, fact) : 'unknown'
    }
  }
}

function factOfValue(value: Scalar | readonly string[]): Fact {
  if (typeof value !== 'object') return { presence: 'known', allowed: [value] }
  return value.length === 0
    ? { presence: 'missing' }
    : { presence: 'known', containsOneOf: value.map((item) => [item]), within: value }
}

function decideTest(test: Extract<Rule, { attribute: string }>, fact: Fact): Certainty {
  if (fact.presence === 'missing') return 'excluded'
  const known = fact.presence === 'known'
  switch (test.kind) {
    case 'known':
      return known ? 'certain' : 'unknown'
    case 'in':
      if (known && fact.allowed?.every((value) => test.values.includes(value))) return 'certain'
      return test.values.every((value) => ruledOut(fact, value)) ? 'excluded' : 'unknown'
    case 'has':
      if (known && fact.containsOneOf?.some((clause) => clause.every((item) => test.values.includes(item)))) {
        return 'certain'
      }
      return test.values.every((value) => ruledOut(fact, value)) ? 'excluded' : 'unknown'
    case 'range': {
      const candidates = fact.allowed?.map((value) => typeof value === 'number' && inRange(value, test.range))
      if (known && (candidates?.every(Boolean) || isWithin(fact, test))) return 'certain'
      return candidates?.every((met) => !met) || isOutside(fact, test) ? 'excluded' : 'unknown'
    }
  }
}

/** Whether the fact's range lies inside the test's: adding the test's bounds changes nothing. */
function isWithin(fact: Fact, test: Extract<Rule, { kind: 'range' }>): boolean {
  if (!fact.range) return false
  const { gt, gte, lt, lte } = test.range
  const lowest = fact.range.gt ?? fact.range.gte ?? Number.NEGATIVE_INFINITY
  const highest = fact.range.lt ?? fact.range.lte ?? Number.POSITIVE_INFINITY
  return (
    (gt === undefined || lowest > gt || (lowest === gt && fact.range.gt !== undefined)) &&
    (gte === undefined || lowest >= gte) &&
    (lt === undefined || highest < lt || (highest === lt && fact.range.lt !== undefined)) &&
    (lte === undefined || highest <= lte)
  )
}

function isOutside(fact: Fact, test: Extract<Rule, { kind: 'range' }>): boolean {
  return (
    settle(both({ presence: 'known', ...(fact.range ? { range: fact.range } : {}) }, factOfTest(test))) ===
    undefined
  )
}
