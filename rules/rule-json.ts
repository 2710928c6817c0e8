import { canonicalJson } from '../core/canonical-json.ts'
import type { AttributeTest, Rule, RuleJson } from './rule.ts'

/** The rule as people write it, in its shortest form; `parseRule` reads it back to an equal rule. */
export function ruleJson(rule: Rule): RuleJson {
  switch (rule.kind) {
    case 'all':
      return { all: rule.of.map(ruleJson) }
    case 'any':
      return { any: rule.of.map(ruleJson) }
    case 'not':
      return { not: ruleJson(rule.of) }
    case 'mention':
      return { mention: ruleJson(rule.of) }
    default:
      return { [rule.attribute]: attributeTest(rule) }
  }
}

function attributeTest(rule: Extract<Rule, { attribute: string }>): AttributeTest {
  switch (rule.kind) {
    case 'in':
      return rule.values.length === 1 ? rule.values[0]! : { in: rule.values }
    case 'has':
      return rule.values.length === 1 ? rule.values[0]! : { has: rule.values }
    case 'range':
      return { range: rule.range }
    case 'known':
      return { known: true }
  }
}

/**
 * The name of a clause: canonical JSON with the members of `all` and `any` sorted and repeats dropped, so clauses that
 * differ only in writing have one name. For a mention clause give the whole `mention` rule.
 */
export function clauseKey(rule: Rule): string {
  switch (rule.kind) {
    case 'all':
    case 'any':
      return `{"${rule.kind}":[${[...new Set(rule.of.map(clauseKey))].sort().join(',')}]}`
    case 'not':
    case 'mention':
      return `{"${rule.kind}":${clauseKey(rule.of)}}`
    default:
      return canonicalJson(ruleJson(rule))
  }
}

/** The distinct mention clauses of a rule, each as the whole `mention` rule. */
export function mentionClausesOf(rule: Rule): Rule[] {
  const found = new Map<string, Rule>()
  const walk = (part: Rule): void => {
    if (part.kind === 'mention') found.set(clauseKey(part), part)
    else if (part.kind === 'not') walk(part.of)
    else if (part.kind === 'all' || part.kind === 'any') part.of.forEach(walk)
  }
  walk(rule)
  return [...found.values()]
}
