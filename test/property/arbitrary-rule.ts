import fc from 'fast-check'
import type { RuleRecord } from '../../rules/compile.ts'
import type { Rule, RuleJson, Scalar, Values, Vocabulary } from '../../rules/rule.ts'

/** A small world, so that random rules and records meet often. */
export const VOCABULARY: Vocabulary = {
  person: new Map([
    ['state', 'category'],
    ['age', 'category'],
    ['interests', 'set'],
    ['posts', 'number'],
    ['member', 'boolean'],
  ]),
  mention: new Map([
    ['airline', 'category'],
    ['sentiment', 'category'],
    ['topics', 'set'],
  ]),
}

const STATES = ['CA', 'OR', 'WA']
const AGES = ['18-24', '25-34']
const ITEMS = ['hiking', 'chess', 'tea']
const AIRLINES = ['United', 'Delta']
const SENTIMENTS = ['negative', 'positive']

const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 })
const number = fc.integer({ min: -2, max: 6 })

const category = (name: string, values: readonly string[]): fc.Arbitrary<RuleJson> =>
  fc.oneof(
    fc.constantFrom(...values).map((value) => ({ [name]: value })),
    some(values).map((list) => ({ [name]: { in: list } })),
    fc.constant({ [name]: { known: true as const } }),
  )

const set = (name: string, values: readonly string[]): fc.Arbitrary<RuleJson> =>
  fc.oneof(
    fc.constantFrom(...values).map((value) => ({ [name]: value })),
    some(values).map((list) => ({ [name]: { has: list } })),
    fc.constant({ [name]: { known: true as const } }),
  )

const range = fc
  .tuple(fc.constantFrom('gt', 'gte', undefined), number, fc.constantFrom('lt', 'lte', undefined), number)
  .map(([low, from, high, to]) => ({ ...(low && { [low]: from }), ...(high && { [high]: to }) }))
  .filter((bounds) => Object.keys(bounds).length > 0)

const personTest: fc.Arbitrary<RuleJson> = fc.oneof(
  category('state', STATES),
  category('age', AGES),
  set('interests', ITEMS),
  number.map((posts) => ({ posts })),
  range.map((bounds) => ({ posts: { range: bounds } })),
  fc.boolean().map((member) => ({ member })),
)

const mentionTest: fc.Arbitrary<RuleJson> = fc.oneof(
  category('airline', AIRLINES),
  category('sentiment', SENTIMENTS),
  set('topics', ITEMS),
)

const treeOf = (leaf: fc.Arbitrary<RuleJson>): fc.Arbitrary<RuleJson> =>
  fc.letrec<{ rule: RuleJson }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.array(tie('rule'), { maxLength: 3 }).map((all) => ({ all })),
      fc.array(tie('rule'), { maxLength: 3 }).map((any) => ({ any })),
      tie('rule').map((not) => ({ not })),
    ),
  })).rule

/** Rules as people write them, mention clauses among them. */
export const ruleJsonArbitrary: fc.Arbitrary<RuleJson> = treeOf(
  fc.oneof(
    { weight: 5, arbitrary: personTest },
    { weight: 1, arbitrary: treeOf(mentionTest).map((mention) => ({ mention })) },
  ),
)

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 })
const present = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

export const mentionValuesArbitrary: fc.Arbitrary<Values> = fc
  .record({
    airline: maybe(fc.constantFrom(...AIRLINES)),
    sentiment: maybe(fc.constantFrom(...SENTIMENTS)),
    topics: maybe(some(ITEMS)),
  })
  .map(present)

export const personValuesArbitrary: fc.Arbitrary<Values> = fc
  .record({
    state: maybe(fc.constantFrom(...STATES)),
    age: maybe(fc.constantFrom(...AGES)),
    interests: maybe(some(ITEMS)),
    posts: maybe(number),
    member: maybe(fc.boolean()),
  })
  .map(present)

export const recordArbitrary: fc.Arbitrary<RuleRecord & { mentions: readonly Values[] }> = fc.record({
  values: personValuesArbitrary,
  mentions: fc.array(mentionValuesArbitrary, { maxLength: 3 }),
})

/** The language's meaning, spelt out with no regard to speed. */
export function interpret(rule: Rule, values: Values, mentions: readonly Values[]): boolean {
  const value = 'attribute' in rule ? values[rule.attribute] : undefined
  switch (rule.kind) {
    case 'all':
      return rule.of.every((part) => interpret(part, values, mentions))
    case 'any':
      return rule.of.some((part) => interpret(part, values, mentions))
    case 'not':
      return !interpret(rule.of, values, mentions)
    case 'mention':
      return mentions.some((mention) => interpret(rule.of, mention, []))
    case 'in':
      return rule.values.some((wanted: Scalar) => wanted === value)
    case 'has':
      return Array.isArray(value) && rule.values.some((wanted) => value.includes(wanted))
    case 'known':
      return value !== undefined
    case 'range': {
      if (typeof value !== 'number') return false
      const { gt, gte, lt, lte } = rule.range
      return !(
        (gt !== undefined && value <= gt) ||
        (gte !== undefined && value < gte) ||
        (lt !== undefined && value >= lt) ||
        (lte !== undefined && value > lte)
      )
    }
  }
}
