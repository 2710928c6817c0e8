import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { notBitmap } from '../../core/bitmap.ts'
import { certainValues, decide, factsOf } from '../../rules/certainty.ts'
import { compileRule } from '../../rules/compile.ts'
import { explainRule } from '../../rules/explain.ts'
import { parseRule, RuleSchema, ruleJson } from '../../rules/parse.ts'
import type { Rule, RuleJson } from '../../rules/rule.ts'
import { clauseKey } from '../../rules/rule-json.ts'
import { interpret, recordArbitrary, ruleJsonArbitrary, VOCABULARY } from './arbitrary-rule.ts'
import { populationOf } from './population-of.ts'

const parse = (json: RuleJson): Rule => parseRule(json, VOCABULARY, 'test')
const rule = ruleJsonArbitrary.map(parse)
const runs = { numRuns: 300 }

describe('rules', () => {
  it('compiled says what the naive interpreter says', () => {
    fc.assert(
      fc.property(rule, recordArbitrary, (r, record) => {
        expect(compileRule(r)(record)).toBe(interpret(r, record.values, record.mentions))
      }),
      runs,
    )
  })

  it('bitmaps over a population say what compiled says person by person', () => {
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 5 }),
        fc.array(recordArbitrary, { maxLength: 40 }),
        (rules, records) => {
          const population = populationOf(records)
          for (const r of rules) {
            const met = compileRule(r)
            const bitmap = population.evaluate(r)
            for (let row = 0; row < population.people; row++) {
              const record = { values: population.valuesAt(row), mentions: population.mentionValuesAt(row) }
              expect(((bitmap.words[row >>> 5]! >>> (row & 31)) & 1) === 1).toBe(met(record))
            }
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  it('De Morgan holds and not not r is r, one by one and on bitmaps', () => {
    fc.assert(
      fc.property(
        fc.array(ruleJsonArbitrary, { maxLength: 3 }),
        fc.array(recordArbitrary, { minLength: 1, maxLength: 40 }),
        (parts, records) => {
          const notAll = parse({ not: { all: parts } })
          const anyNot = parse({ any: parts.map((part) => ({ not: part })) })
          const twice = parse({ not: { not: { all: parts } } })
          const all = parse({ all: parts })
          for (const record of records) {
            expect(compileRule(notAll)(record)).toBe(compileRule(anyNot)(record))
            expect(compileRule(twice)(record)).toBe(compileRule(all)(record))
          }
          const population = populationOf(records)
          expect(population.evaluate(notAll)).toEqual(population.evaluate(anyNot))
          expect(population.evaluate(twice)).toEqual(population.evaluate(all))
          expect(population.evaluate(notAll)).toEqual(notBitmap(population.evaluate(all)))
        },
      ),
      { numRuns: 100 },
    )
  })

  it('JSON round-trips: parse, write, through text, parse', () => {
    fc.assert(
      fc.property(rule, (r) => {
        expect(parse(JSON.parse(JSON.stringify(ruleJson(r))))).toEqual(r)
      }),
      runs,
    )
  })

  it('the published schema, on its own, accepts every rule', () => {
    const validate = new Ajv({ strict: false }).compile(RuleSchema)
    fc.assert(
      fc.property(rule, (r) => {
        expect(validate(ruleJson(r))).toBe(true)
      }),
      runs,
    )
    expect(validate({ state: 'CA', age: '18-24' })).toBe(false)
  })

  it('explain agrees with match, and a clause with its parts', () => {
    fc.assert(
      fc.property(rule, recordArbitrary, (r, record) => {
        const explanation = explainRule(r, record)
        expect(explanation.met).toBe(compileRule(r)(record))
        const parts = explanation.of?.map(({ met }) => met) ?? []
        if (r.kind === 'all') expect(explanation.met).toBe(parts.every(Boolean))
        if (r.kind === 'any') expect(explanation.met).toBe(parts.some(Boolean))
        if (r.kind === 'not') expect(explanation.met).toBe(!parts[0])
      }),
      runs,
    )
  })

  it('rules with one clause key are met by the same records, and members in another order keep the key', () => {
    fc.assert(
      fc.property(fc.array(ruleJsonArbitrary, { maxLength: 3 }), recordArbitrary, (parts, record) => {
        const forward = parse({ any: parts })
        const backward = parse({ any: [...parts, ...parts].reverse() })
        expect(clauseKey(backward)).toBe(clauseKey(forward))
        expect(compileRule(backward)(record)).toBe(compileRule(forward)(record))
      }),
      runs,
    )
  })
})

describe('certainty', () => {
  it('is sound: certain holds for every record that meets the rule, excluded for none', () => {
    const told = { certain: 0, excluded: 0, unknown: 0 }
    fc.assert(
      fc.property(
        rule,
        rule,
        fc.array(recordArbitrary, { minLength: 10, maxLength: 30 }),
        (segment, when, records) => {
          const decided = decide(when, factsOf(segment), {})
          const members = records.filter((record) => compileRule(segment)(record))
          if (members.length > 0) told[decided]++
          for (const member of members) {
            if (decided !== 'unknown') expect(compileRule(when)(member)).toBe(decided === 'certain')
          }
        },
      ),
      { numRuns: 3000 },
    )
    expect(Math.min(told.certain, told.excluded, told.unknown)).toBeGreaterThan(20)
  })

  it('is sound with a context: its values are taken for known', () => {
    fc.assert(
      fc.property(rule, rule, recordArbitrary, (segment, when, record) => {
        if (!compileRule(segment)(record)) return
        const { state, interests } = record.values
        const decided = decide(when, factsOf(segment), { state, interests })
        if (decided !== 'unknown') expect(compileRule(when)(record)).toBe(decided === 'certain')
      }),
      { numRuns: 2000 },
    )
  })

  it('a rule seen to be impossible is met by nobody, and certain values are everybody’s', () => {
    fc.assert(
      fc.property(rule, recordArbitrary, (segment, record) => {
        if (!compileRule(segment)(record)) return
        const facts = factsOf(segment)
        expect(facts.possible).toBe(true)
        expect(record.values).toMatchObject(certainValues(facts))
      }),
      { numRuns: 1000 },
    )
  })
})
