import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileRule, type RuleRecord } from '../../rules/compile.ts'
import { type Conjunction, conjunctionsOf, gateOf } from '../../rules/conjunctions.ts'
import { parseRule } from '../../rules/parse.ts'
import type { Rule } from '../../rules/rule.ts'
import { clauseKey, mentionClausesOf } from '../../rules/rule-json.ts'
import { recordArbitrary, ruleJsonArbitrary, VOCABULARY } from './arbitrary-rule.ts'

const MOST = 4
const rules = ruleJsonArbitrary.map((json) => parseRule(json, VOCABULARY, 'test'))

function meets(conjunction: Conjunction, record: RuleRecord, rule: Rule): boolean {
  const clauses = new Map(mentionClausesOf(rule).map((clause) => [clauseKey(clause), clause]))
  return conjunction.every(({ test, holds }) => {
    const single = test.kind === 'mention' ? clauses.get(test.key)! : test
    return compileRule(single)(record) === holds
  })
}

describe('conjunctions', () => {
  it('one of them is met exactly where the rule is, and there are no more than asked', () => {
    let expanded = 0
    let refused = 0
    fc.assert(
      fc.property(rules, fc.array(recordArbitrary, { maxLength: 10 }), (rule, records) => {
        const conjunctions = conjunctionsOf(rule, MOST)
        if (!conjunctions) {
          refused++
          return
        }
        expanded++
        expect(conjunctions.length).toBeLessThanOrEqual(MOST)
        for (const record of records) {
          expect(conjunctions.some((each) => meets(each, record, rule))).toBe(compileRule(rule)(record))
        }
      }),
      { numRuns: 500 },
    )
    expect(expanded).toBeGreaterThan(300)
    expect(refused).toBeGreaterThan(0)
  })

  it('take the values of lone tests together, however many', () => {
    const states = Array.from({ length: 2_000 }, (_, i) => `S${i}`)
    const rule: Rule = {
      kind: 'any',
      of: [
        ...states.map((state): Rule => ({ kind: 'in', attribute: 'state', values: [state] })),
        { kind: 'not', of: { kind: 'in', attribute: 'state', values: ['CA'] } },
        { kind: 'has', attribute: 'interests', values: ['tea'] },
      ],
    }
    expect(conjunctionsOf(rule, 3)?.map((each) => each.length)).toEqual([1, 1, 1])
    expect(conjunctionsOf(rule, 2)).toBeUndefined()
  })
})

describe('a gate', () => {
  it('lets through everybody who meets the rule', () => {
    fc.assert(
      fc.property(rules, fc.array(recordArbitrary, { maxLength: 10 }), (rule, records) => {
        const gate = gateOf(rule)
        for (const record of records) {
          if (compileRule(rule)(record)) expect(gate && meets(gate, record, rule)).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('asks for what everybody in it has, and is shut where nobody can be', () => {
    const state = (values: string[]): Rule => ({ kind: 'in', attribute: 'state', values })
    const topic: Rule = { kind: 'mention', of: { kind: 'has', attribute: 'topics', values: ['tea'] } }
    const rule: Rule = {
      kind: 'all',
      of: [
        { kind: 'any', of: [state(['CA']), state(['OR'])] },
        { kind: 'has', attribute: 'interests', values: ['hiking', 'tea'] },
        { kind: 'known', attribute: 'age' },
        topic,
      ],
    }
    expect(gateOf(rule)?.map(({ test, holds }) => [test, holds])).toEqual([
      [{ kind: 'mention', key: clauseKey(topic) }, true],
      [{ kind: 'in', attribute: 'state', values: ['CA', 'OR'] }, true],
      [{ kind: 'has', attribute: 'interests', values: ['hiking', 'tea'] }, true],
      [{ kind: 'known', attribute: 'age' }, true],
    ])
    expect(gateOf({ kind: 'all', of: [state(['CA']), state(['OR'])] })).toBeUndefined()
  })
})
