import { inRange, isKnown } from './known.ts'
import type { Rule, Values } from './rule.ts'
import { clauseKey } from './rule-json.ts'

/** What a rule is asked of. */
export interface RuleRecord {
  readonly values: Values
  /** The person's mentions, where they are at hand. */
  readonly mentions?: readonly Values[]
  /** Names (`clauseKey`) of the mention clauses this person is known to meet. */
  readonly clauses?: ReadonlySet<string>
}

export type Predicate = (record: RuleRecord) => boolean

type ValuesPredicate = (values: Values) => boolean

/** Fewer values than this are compared one by one: quicker than a look-up. */
const FEW = 4

/** The rule as a function; compile once, ask often. A mention clause is met by a named clause or by one mention. */
export function compileRule(rule: Rule): Predicate {
  switch (rule.kind) {
    case 'all': {
      const parts = rule.of.map(compileRule)
      return (record) => {
        for (const part of parts) if (!part(record)) return false
        return true
      }
    }
    case 'any': {
      const parts = rule.of.map(compileRule)
      return (record) => {
        for (const part of parts) if (part(record)) return true
        return false
      }
    }
    case 'not': {
      const part = compileRule(rule.of)
      return (record) => !part(record)
    }
    case 'mention': {
      const key = clauseKey(rule)
      const part = compileRule(rule.of)
      return (record) =>
        record.clauses?.has(key) === true || record.mentions?.some((values) => part({ values })) === true
    }
    default: {
      const test = compileTest(rule)
      return (record) => test(record.values)
    }
  }
}

function compileTest(rule: Extract<Rule, { attribute: string }>): ValuesPredicate {
  const { attribute } = rule
  switch (rule.kind) {
    case 'in': {
      if (rule.values.length === 1) {
        const only = rule.values[0]
        return (values) => values[attribute] === only
      }
      if (rule.values.length < FEW) {
        const list = rule.values
        return (values) => list.includes(values[attribute] as never)
      }
      const accepted = new Set<unknown>(rule.values)
      return (values) => accepted.has(values[attribute])
    }
    case 'range': {
      const { range } = rule
      return (values) => {
        const value = values[attribute]
        return typeof value === 'number' && isKnown(value) && inRange(value, range)
      }
    }
    case 'has': {
      const accepted = new Set<string>(rule.values)
      return (values) => {
        const value = values[attribute]
        if (typeof value !== 'object') return false
        for (const item of value) if (accepted.has(item)) return true
        return false
      }
    }
    case 'known':
      return (values) => isKnown(values[attribute])
  }
}
