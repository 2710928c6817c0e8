import { inRange } from './known.ts'
import type { Range, Scalar } from './rule.ts'

/**
 * What is certain of one attribute of everybody in a group. All members hold at once; one that is left out says
 * nothing. `allowed` and `range` speak of the value where there is one.
 */
export interface Fact {
  readonly presence: 'known' | 'missing' | 'either'
  /** A known value is one of these. */
  readonly allowed?: readonly Scalar[]
  /** No value is one of these, and no set contains one. */
  readonly excluded?: readonly Scalar[]
  /** A known number lies in it. */
  readonly range?: Range
  /** The set contains at least one value of each of these lists. */
  readonly containsOneOf?: readonly (readonly string[])[]
  /** The set contains nothing else. */
  readonly within?: readonly string[]
}

/** More lists of alternatives than this are dropped when groups are joined: fewer facts are still sound. */
const MAX_CLAUSES = 16

/** Both facts at once, not yet settled. */
export function both(a: Fact, b: Fact): Fact {
  const presence = a.presence === 'either' ? b.presence : a.presence
  if (a.presence !== 'either' && b.presence !== 'either' && a.presence !== b.presence) {
    return { presence: 'known', allowed: [] }
  }
  return {
    presence,
    ...given(
      'allowed',
      a.allowed && b.allowed ? intersection(a.allowed, b.allowed) : (a.allowed ?? b.allowed),
    ),
    ...given(
      'excluded',
      a.excluded && b.excluded ? union(a.excluded, b.excluded) : (a.excluded ?? b.excluded),
    ),
    ...given('range', a.range && b.range ? narrower(a.range, b.range) : (a.range ?? b.range)),
    ...given('containsOneOf', joinLists(a.containsOneOf, b.containsOneOf)),
    ...given('within', a.within && b.within ? intersection(a.within, b.within) : (a.within ?? b.within)),
  }
}

/** Takes the consequences of a fact's members on one another; undefined when nobody can have it. */
export function settle(fact: Fact): Fact | undefined {
  if (fact.presence === 'missing') return { presence: 'missing' }
  const allowed = fact.allowed?.filter(
    (value) =>
      !fact.excluded?.includes(value) &&
      (!fact.range || (typeof value === 'number' && inRange(value, fact.range))),
  )
  const containsOneOf = fact.containsOneOf?.map((clause) =>
    clause.filter((item) => !fact.excluded?.includes(item)),
  )
  const impossible =
    allowed?.length === 0 ||
    (fact.range !== undefined && isEmpty(fact.range)) ||
    containsOneOf?.some((clause) => clause.length === 0)
  if (impossible) return fact.presence === 'known' ? undefined : { presence: 'missing' }
  return { ...fact, ...given('allowed', allowed), ...given('containsOneOf', containsOneOf) }
}

/** What is certain where one of two settled facts holds. */
export function alternative(a: Fact, b: Fact): Fact {
  if (a.presence === 'missing') return b.presence === 'missing' ? a : orMissing(b)
  if (b.presence === 'missing') return orMissing(a)
  const excluded = union(a.excluded ?? [], b.excluded ?? []).filter(
    (value) => ruledOut(a, value) && ruledOut(b, value),
  )
  return {
    presence: a.presence === b.presence ? a.presence : 'either',
    ...given('allowed', a.allowed && b.allowed ? union(a.allowed, b.allowed) : undefined),
    ...given('excluded', excluded.length > 0 ? excluded : undefined),
    ...given('range', wider(rangeOf(a), rangeOf(b))),
    ...given('containsOneOf', eitherClause(a.containsOneOf, b.containsOneOf)),
    ...given('within', a.within && b.within ? union(a.within, b.within) : undefined),
  }
}

/** Whether nobody with this fact has the value, or a set that contains it. */
export function ruledOut(fact: Fact, value: Scalar): boolean {
  return (
    fact.presence === 'missing' ||
    (fact.excluded?.includes(value) ?? false) ||
    (fact.allowed !== undefined && !fact.allowed.includes(value)) ||
    (fact.within !== undefined && !(fact.within as readonly Scalar[]).includes(value)) ||
    (fact.range !== undefined && !(typeof value === 'number' && inRange(value, fact.range)))
  )
}

function orMissing(fact: Fact): Fact {
  const { containsOneOf: _lost, ...rest } = fact
  return { ...rest, presence: 'either' }
}

function rangeOf(fact: Fact): Range | undefined {
  if (fact.range) return fact.range
  const numbers = fact.allowed?.filter((value) => typeof value === 'number')
  if (!numbers || numbers.length === 0 || numbers.length !== fact.allowed?.length) return undefined
  return { gte: Math.min(...numbers), lte: Math.max(...numbers) }
}

function narrower(a: Range, b: Range): Range {
  return { ...lower(a, b, true), ...upper(a, b, true) }
}

function wider(a: Range | undefined, b: Range | undefined): Range | undefined {
  if (!a || !b) return undefined
  const range = { ...lower(a, b, false), ...upper(a, b, false) }
  return Object.keys(range).length > 0 ? range : undefined
}

function lower(a: Range, b: Range, narrow: boolean): Range {
  const atA = a.gt ?? a.gte
  const atB = b.gt ?? b.gte
  if (atA === undefined || atB === undefined) {
    const only = narrow ? (atA === undefined ? b : a) : {}
    return { ...given('gt', only.gt), ...given('gte', only.gte) }
  }
  // At the same bound the open one (gt) is the narrower.
  const aIsNarrower = atA > atB || (atA === atB && a.gt !== undefined)
  const chosen = aIsNarrower === narrow ? a : b
  return { ...given('gt', chosen.gt), ...given('gte', chosen.gte) }
}

function upper(a: Range, b: Range, narrow: boolean): Range {
  const atA = a.lt ?? a.lte
  const atB = b.lt ?? b.lte
  if (atA === undefined || atB === undefined) {
    const only = narrow ? (atA === undefined ? b : a) : {}
    return { ...given('lt', only.lt), ...given('lte', only.lte) }
  }
  const aIsNarrower = atA < atB || (atA === atB && a.lt !== undefined)
  const chosen = aIsNarrower === narrow ? a : b
  return { ...given('lt', chosen.lt), ...given('lte', chosen.lte) }
}

function isEmpty(range: Range): boolean {
  const lowest = range.gt ?? range.gte
  const highest = range.lt ?? range.lte
  if (lowest === undefined || highest === undefined) return false
  return lowest > highest || (lowest === highest && (range.gt !== undefined || range.lt !== undefined))
}

function eitherClause(
  a: Fact['containsOneOf'],
  b: Fact['containsOneOf'],
): readonly (readonly string[])[] | undefined {
  if (!a || !b) return undefined
  return a.flatMap((x) => b.map((y) => union(x, y))).slice(0, MAX_CLAUSES)
}

function joinLists<T>(a: readonly T[] | undefined, b: readonly T[] | undefined): readonly T[] | undefined {
  return a && b ? [...a, ...b] : (a ?? b)
}

function union<T>(a: readonly T[], b: readonly T[]): T[] {
  return [...new Set([...a, ...b])]
}

function intersection<T>(a: readonly T[], b: readonly T[]): T[] {
  return a.filter((value) => b.includes(value))
}

/** `{ key: value }`, or nothing for undefined: what exactOptionalPropertyTypes asks for. */
function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V })
}
