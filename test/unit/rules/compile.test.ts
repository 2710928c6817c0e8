import { describe, expect, it } from 'vitest'
import { compileRule } from '../../../rules/compile.ts'
import { explainRule } from '../../../rules/explain.ts'
import { parseRule } from '../../../rules/parse.ts'
import { clauseKey } from '../../../rules/rule-json.ts'
import { VOCABULARY } from '../../property/arbitrary-rule.ts'

const bothInOne = parseRule(
  { mention: { all: [{ airline: 'United' }, { sentiment: 'negative' }] } },
  VOCABULARY,
  'test',
)

describe('a mention clause', () => {
  it('is one mention that is both, not a person with one of each', () => {
    const met = compileRule(bothInOne)
    const oneOfEach = [
      { airline: 'United', sentiment: 'positive' },
      { airline: 'Delta', sentiment: 'negative' },
    ]
    expect(met({ values: {}, mentions: oneOfEach })).toBe(false)
    expect(met({ values: {}, mentions: [...oneOfEach, { airline: 'United', sentiment: 'negative' }] })).toBe(
      true,
    )
  })

  it('is met by its name alone, whichever way its members were written', () => {
    const turned = parseRule(
      { mention: { all: [{ sentiment: 'negative' }, { airline: 'United' }] } },
      VOCABULARY,
      'test',
    )
    const clauses = new Set([clauseKey(turned)])
    expect(compileRule(bothInOne)({ values: {}, clauses })).toBe(true)
    expect(compileRule(bothInOne)({ values: {} })).toBe(false)
  })
})

it('explain shows what the record has', () => {
  const rule = parseRule({ all: [{ state: 'CA' }, { posts: { range: { gte: 3 } } }] }, VOCABULARY, 'test')
  expect(explainRule(rule, { values: { state: 'OR' } })).toEqual({
    text: 'state is CA and posts is at least 3',
    met: false,
    of: [
      { text: 'state is CA', met: false, value: 'OR' },
      { text: 'posts is at least 3', met: false },
    ],
  })
})
