/**
 * The predicate language, as people write it in JSON. Every object has exactly one key.
 *
 *   {"all": [RULE, ...]}   {"any": [RULE, ...]}   {"not": RULE}
 *   {"mention": RULE}                   one mention meets the whole RULE
 *   {"state": "CA"}                     equal; for a set attribute: contains
 *   {"state": {"in": ["CA", "OR"]}}     one of
 *   {"age": {"range": {"gte": 18, "lt": 25}}}
 *   {"interests": {"has": ["hiking"]}}  the set contains one of
 *   {"state": {"known": true}}          there is a value
 *
 * A missing value meets no positive test. `not` is the plain complement, so De Morgan's laws hold.
 * An attribute cannot be named all, any, not or mention.
 */
export type RuleJson =
  | { readonly all: readonly RuleJson[] }
  | { readonly any: readonly RuleJson[] }
  | { readonly not: RuleJson }
  | { readonly mention: RuleJson }
  | { readonly [attribute: string]: AttributeTest }

export type Scalar = string | number | boolean

export interface Range {
  readonly gt?: number
  readonly gte?: number
  readonly lt?: number
  readonly lte?: number
}

export type AttributeTest =
  | Scalar
  | { readonly in: readonly Scalar[] }
  | { readonly range: Range }
  | { readonly has: readonly string[] }
  | { readonly known: true }

/** A parsed rule: checked against a vocabulary, shorthands resolved. */
export type Rule =
  | { readonly kind: 'all'; readonly of: readonly Rule[] }
  | { readonly kind: 'any'; readonly of: readonly Rule[] }
  | { readonly kind: 'not'; readonly of: Rule }
  | { readonly kind: 'mention'; readonly of: Rule }
  | { readonly kind: 'in'; readonly attribute: string; readonly values: readonly Scalar[] }
  | { readonly kind: 'range'; readonly attribute: string; readonly range: Range }
  | { readonly kind: 'has'; readonly attribute: string; readonly values: readonly string[] }
  | { readonly kind: 'known'; readonly attribute: string }

export type AttributeType = 'category' | 'set' | 'number' | 'boolean'

/** The attributes a rule may name: those of the person, and, inside `mention`, those of one mention. */
export interface Vocabulary {
  readonly person: ReadonlyMap<string, AttributeType>
  readonly mention: ReadonlyMap<string, AttributeType>
  /** How to mend an unknown name, where the nearest known one is not the best advice. */
  readonly adviceOn?: (unknown: string) => string | undefined
}

/** One record's values; a missing key is a missing value. A set is an array. */
export type Values = Readonly<Record<string, Scalar | readonly string[] | undefined>>

/** The rule everybody meets. */
export const EVERYBODY: Rule = { kind: 'all', of: [] }
