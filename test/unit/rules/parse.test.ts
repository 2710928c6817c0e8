import { describe, expect, it } from 'vitest'
import { PolyadError } from '../../../core/errors.ts'
import { parseRule } from '../../../rules/parse.ts'
import type { RuleJson } from '../../../rules/rule.ts'
import { ruleText } from '../../../rules/rule-text.ts'
import { VOCABULARY } from '../../property/arbitrary-rule.ts'

const parse = (json: unknown) => parseRule(json, VOCABULARY, 'segments/x.json')

function problemOf(json: unknown): string {
  try {
    parse(json)
  } catch (error) {
    expect(error).toBeInstanceOf(PolyadError)
    expect((error as PolyadError).code).toBe('INPUT_INVALID')
    return (error as PolyadError).message
  }
  throw new Error('it was accepted')
}

describe('parseRule', () => {
  it('resolves shorthands by the type of the attribute, and sorts values', () => {
    expect(parse({ state: 'CA' })).toEqual({ kind: 'in', attribute: 'state', values: ['CA'] })
    expect(parse({ interests: 'tea' })).toEqual({ kind: 'has', attribute: 'interests', values: ['tea'] })
    expect(parse({ posts: { in: [10, 9, 10] } })).toEqual({ kind: 'in', attribute: 'posts', values: [9, 10] })
  })

  it.each([
    [
      'an unknown attribute suggests the nearest',
      { all: [{ stat: 'CA' }] },
      /\/all\/0\/stat .*did you mean "state"/,
    ],
    [
      'a range only on numbers',
      { state: { range: { gte: 3 } } },
      /\/state .*category; only a number has a range/,
    ],
    ['has only on sets', { state: { has: ['CA'] } }, /write in instead of has/],
    ['in not on sets', { interests: { in: ['tea'] } }, /write has instead of in/],
    ['values of the attribute’s type', { any: [{ posts: 'many' }] }, /\/any\/0\/posts "many" is a string/],
    [
      'no mention inside a mention',
      { mention: { mention: { airline: 'x' } } },
      /\/mention\/mention .*inside a mention/,
    ],
    ['mention attributes only in a mention', { sentiment: 'negative' }, /write {"mention": {"sentiment"/],
    ['person attributes not in a mention', { mention: { state: 'CA' } }, /take it out of the mention/],
    ['one key an object', { state: 'CA', age: '18-24' }, /must have at most 1 field/],
    ['at least one value', { state: { in: [] } }, /at least 1 item/],
    ['no unknown test', { state: { like: 'C%' } }, /unknown field "like"/],
    ['one lower bound', { posts: { range: { gt: 1, gte: 2 } } }, /both gt and gte/],
    ['an object', ['state', 'CA'], /must be object/],
  ])('wants %s', (_what, json, problem) => {
    expect(problemOf(json)).toMatch(problem)
  })

  it('refuses a rule nested to overflow the stack', () => {
    let json: RuleJson = { state: 'CA' }
    for (let i = 0; i < 100_000; i++) json = { not: json }
    expect(problemOf(json)).toMatch(/nested more than/)
  })
})

describe('ruleText', () => {
  it('reads as a sentence, with brackets where they matter', () => {
    const rule = parse({
      all: [
        { state: { in: ['CA', 'OR'] } },
        { any: [{ posts: { range: { gte: 2, lt: 5 } } }, { not: { interests: 'tea' } }] },
        { mention: { all: [{ airline: 'United' }, { sentiment: 'negative' }] } },
      ],
    })
    expect(ruleText(rule, (_attribute, value) => (value === 'CA' ? 'California' : String(value)))).toBe(
      'state is one of California, OR and (posts is at least 2 and under 5 or not interests include tea) and ' +
        'one mention with (airline is United and sentiment is negative)',
    )
    expect(ruleText(parse({ all: [] }))).toBe('everybody')
  })
})
