import { compileRule, type RuleRecord } from './compile.ts'
import type { Rule, Values } from './rule.ts'
import { ruleText, type ValueLabel } from './rule-text.ts'

/** Why a record meets a rule or does not, clause by clause. */
export interface Explanation {
  /** The clause in words. */
  readonly text: string
  readonly met: boolean
  /** What the record has, for a clause about one attribute; left out where it has nothing. */
  readonly value?: NonNullable<Values[string]>
  readonly of?: readonly Explanation[]
}

/** The tree of clauses with what each came to. `met` at the top agrees with `compileRule`. */
export function explainRule(rule: Rule, record: RuleRecord, label?: ValueLabel): Explanation {
  const text = ruleText(rule, label)
  const met = compileRule(rule)(record)
  switch (rule.kind) {
    case 'all':
    case 'any':
      return { text, met, of: rule.of.map((part) => explainRule(part, record, label)) }
    case 'not':
      return { text, met, of: [explainRule(rule.of, record, label)] }
    case 'mention':
      return { text, met }
    default: {
      const value = record.values[rule.attribute]
      return value === undefined ? { text, met } : { text, met, value }
    }
  }
}
