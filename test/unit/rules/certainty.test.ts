import { describe, expect, it } from 'vitest'
import { certainValues, decide, factsOf } from '../../../rules/certainty.ts'
import { parseRule } from '../../../rules/parse.ts'
import type { RuleJson, Values } from '../../../rules/rule.ts'
import { VOCABULARY } from '../../property/arbitrary-rule.ts'

const parse = (json: RuleJson) => parseRule(json, VOCABULARY, 'test')
const decided = (segment: RuleJson, when: RuleJson, context: Values = {}) =>
  decide(parse(when), factsOf(parse(segment)), context)

describe('decide', () => {
  it.each<[string, RuleJson, RuleJson, string]>([
    ['not CA on broad', { all: [] }, { not: { state: 'CA' } }, 'unknown'],
    ['not CA in WA', { state: 'WA' }, { not: { state: 'CA' } }, 'certain'],
    ['CA in WA', { state: 'WA' }, { state: 'CA' }, 'excluded'],
    ['CA or OR in CA', { state: 'CA' }, { state: { in: ['CA', 'OR'] } }, 'certain'],
    ['CA in CA or OR', { state: { in: ['CA', 'OR'] } }, { state: 'CA' }, 'unknown'],
    [
      'a conjunction intersects',
      { all: [{ state: { in: ['CA', 'OR'] } }, { not: { state: 'OR' } }] },
      { state: 'CA' },
      'certain',
    ],
    ['a disjunction unites', { any: [{ state: 'CA' }, { state: 'OR' }] }, { state: 'WA' }, 'excluded'],
    [
      'known where nobody is known',
      { not: { state: { known: true } } },
      { state: { known: true } },
      'excluded',
    ],
    ['known where a value is asked', { state: 'CA' }, { state: { known: true } }, 'certain'],
    [
      'a range in a wider one',
      { posts: { range: { gt: 2, lte: 4 } } },
      { posts: { range: { gte: 2 } } },
      'certain',
    ],
    ['a range beside another', { posts: { range: { lt: 2 } } }, { posts: { range: { gte: 2 } } }, 'excluded'],
    [
      'a failed range may be a missing value',
      { not: { posts: { range: { lt: 2 } } } },
      { posts: { range: { gte: 2 } } },
      'unknown',
    ],
    ['a set that contains it', { interests: 'tea' }, { interests: { has: ['chess', 'tea'] } }, 'certain'],
    ['a set says nothing of others', { interests: 'tea' }, { interests: 'chess' }, 'unknown'],
    [
      'one of two in each branch',
      { any: [{ interests: 'tea' }, { interests: 'chess' }] },
      { interests: { has: ['chess', 'tea'] } },
      'certain',
    ],
    [
      'the same mention clause',
      { mention: { airline: 'United' } },
      { mention: { airline: 'United' } },
      'certain',
    ],
    [
      'a mention clause nobody meets',
      { not: { mention: { airline: 'United' } } },
      { mention: { airline: 'United' } },
      'excluded',
    ],
  ])('%s', (_what, segment, when, expected) => {
    expect(decided(segment, when)).toBe(expected)
  })

  it('takes context for known, over what the segment says', () => {
    expect(decided({ all: [] }, { state: 'CA' }, { state: 'CA' })).toBe('certain')
    expect(decided({ all: [] }, { not: { state: 'CA' } }, { state: 'OR' })).toBe('certain')
    expect(decided({ all: [] }, { interests: 'tea' }, { interests: ['chess'] })).toBe('excluded')
  })
})

it('certainValues are the single values everybody has', () => {
  const rule = parse({
    all: [{ state: 'CA' }, { age: { in: ['18-24', '25-34'] } }, { interests: 'tea' }, { member: true }],
  })
  expect(certainValues(factsOf(rule))).toEqual({ state: 'CA', member: true })
})
