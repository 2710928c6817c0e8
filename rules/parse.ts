import { Type } from 'typebox'
import { PolyadError } from '../core/errors.ts'
import { createDoor } from '../core/schema.ts'
import { nearestName } from './nearest-name.ts'
import type { AttributeTest, AttributeType, Range, Rule, RuleJson, Scalar, Vocabulary } from './rule.ts'

export { ruleJson } from './rule-json.ts'

/** What the language means by these words; no attribute can have such a name. */
export const RESERVED_NAMES: readonly string[] = ['all', 'any', 'not', 'mention']

/** In rules; one rule inside another is one or two levels of JSON (`not` one, `all` two). */
const MAX_DEPTH = 24
const MAX_VALUES = 5000

const scalar = { type: ['string', 'number', 'boolean'] }
const bound = { type: 'number' }

/**
 * The rule language as JSON Schema: the shape only. Names and types of attributes are checked against a vocabulary.
 * It has no `anyOf`, so a problem is told where it is and not as the failure of every alternative.
 */
export const RuleSchema = {
  $ref: '#/$defs/rule',
  $defs: {
    rule: {
      type: 'object',
      minProperties: 1,
      maxProperties: 1,
      properties: {
        all: { type: 'array', maxItems: MAX_VALUES, items: { $ref: '#/$defs/rule' } },
        any: { type: 'array', maxItems: MAX_VALUES, items: { $ref: '#/$defs/rule' } },
        not: { $ref: '#/$defs/rule' },
        mention: { $ref: '#/$defs/rule' },
      },
      additionalProperties: { $ref: '#/$defs/test' },
    },
    test: {
      type: ['string', 'number', 'boolean', 'object'],
      minProperties: 1,
      maxProperties: 1,
      properties: {
        in: { type: 'array', minItems: 1, maxItems: MAX_VALUES, items: scalar },
        range: {
          type: 'object',
          minProperties: 1,
          properties: { gt: bound, gte: bound, lt: bound, lte: bound },
          additionalProperties: false,
        },
        has: { type: 'array', minItems: 1, maxItems: MAX_VALUES, items: { type: 'string' } },
        known: { const: true },
      },
      additionalProperties: false,
    },
  },
} as const

const door = createDoor('rule', Type.Unsafe<RuleJson>(RuleSchema))

/**
 * Reads a rule and checks it: shape, attribute names, and that every test fits the type of its attribute. Shorthands
 * are resolved; lists of values come out sorted, each value once.
 *
 * @param where its source in people's words, e.g. segments/hikers.json
 * @throws PolyadError INPUT_INVALID with the JSON pointer of the problem; an unknown attribute suggests the nearest
 */
export function parseRule(json: unknown, vocabulary: Vocabulary, where: string): Rule {
  if (isDeeperThan(json, MAX_DEPTH * 2)) {
    throw problemAt(where, '', `is nested more than ${MAX_DEPTH} deep`, 'flatten it')
  }
  return parsePart(door(json, where), { vocabulary, where, pointer: '', inMention: false })
}

interface Place {
  readonly vocabulary: Vocabulary
  readonly where: string
  readonly pointer: string
  readonly inMention: boolean
}

function parsePart(json: RuleJson, place: Place): Rule {
  const [key, body] = Object.entries(json)[0]!
  const inner: Place = { ...place, pointer: `${place.pointer}/${escapePointer(key)}` }
  switch (key) {
    case 'all':
    case 'any': {
      const parts = body as readonly RuleJson[]
      return {
        kind: key,
        of: parts.map((part, i) => parsePart(part, { ...inner, pointer: `${inner.pointer}/${i}` })),
      }
    }
    case 'not':
      return { kind: 'not', of: parsePart(body as RuleJson, inner) }
    case 'mention':
      if (place.inMention) throw problemAt(place.where, inner.pointer, 'is a mention inside a mention')
      return { kind: 'mention', of: parsePart(body as RuleJson, { ...inner, inMention: true }) }
    default:
      return parseTest(key, body as AttributeTest, inner)
  }
}

function parseTest(attribute: string, test: AttributeTest, place: Place): Rule {
  const type = typeOf(attribute, place)
  const { where, pointer } = place
  if (typeof test !== 'object') {
    if (type === 'set') {
      return { kind: 'has', attribute, values: checkValues([test], 'set', place) as string[] }
    }
    return { kind: 'in', attribute, values: checkValues([test], type, place) }
  }
  if ('in' in test) {
    if (type === 'set') throw problemAt(where, pointer, `"${attribute}" is a set`, 'write has instead of in')
    return { kind: 'in', attribute, values: checkValues(test.in, type, place) }
  }
  if ('range' in test) {
    if (type !== 'number') {
      throw problemAt(where, pointer, `"${attribute}" is a ${type}; only a number has a range`)
    }
    return { kind: 'range', attribute, range: checkRange(test.range, place) }
  }
  if ('has' in test) {
    if (type !== 'set') {
      throw problemAt(where, pointer, `"${attribute}" is a ${type}, not a set`, 'write in instead of has')
    }
    return { kind: 'has', attribute, values: checkValues(test.has, 'set', place) as string[] }
  }
  return { kind: 'known', attribute }
}

function typeOf(attribute: string, { vocabulary, where, pointer, inMention }: Place): AttributeType {
  const names = inMention ? vocabulary.mention : vocabulary.person
  const type = names.get(attribute)
  if (type) return type
  const elsewhere = inMention ? vocabulary.person : vocabulary.mention
  if (elsewhere.has(attribute)) {
    throw problemAt(
      where,
      pointer,
      `"${attribute}" is known of ${inMention ? 'people, not of one mention' : 'mentions, not of people'}`,
      inMention ? 'take it out of the mention clause' : `write {"mention": {"${attribute}": ...}}`,
    )
  }
  const nearest = nearestName(attribute, names.keys())
  throw problemAt(
    where,
    pointer,
    `there is no attribute "${attribute}"`,
    vocabulary.adviceOn?.(attribute) ??
      (nearest ? `did you mean "${nearest}"?` : 'see segments/attributes.json'),
  )
}

const SCALAR_OF: Readonly<Record<AttributeType, 'string' | 'number' | 'boolean'>> = {
  category: 'string',
  set: 'string',
  number: 'number',
  boolean: 'boolean',
}

function checkValues(values: readonly Scalar[], type: AttributeType, place: Place): Scalar[] {
  const wanted = SCALAR_OF[type]
  for (const value of values) {
    if (typeof value !== wanted) {
      const problem = `${JSON.stringify(value)} is a ${typeof value}, but the attribute is a ${type}`
      throw problemAt(place.where, place.pointer, problem, `write a ${wanted}`)
    }
  }
  return [...new Set(values)].sort(compareValues)
}

function checkRange(range: Range, place: Place): Range {
  if (range.gt !== undefined && range.gte !== undefined) {
    throw problemAt(place.where, place.pointer, 'has both gt and gte', 'keep one')
  }
  if (range.lt !== undefined && range.lte !== undefined) {
    throw problemAt(place.where, place.pointer, 'has both lt and lte', 'keep one')
  }
  return range
}

/** Numbers by size, everything else in text order (of UTF-16 code units, the same on every machine). */
function compareValues(a: Scalar, b: Scalar): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Guards the recursive checks against a document nested to overflow the stack. */
function isDeeperThan(json: unknown, depth: number): boolean {
  if (json === null || typeof json !== 'object') return false
  if (depth === 0) return true
  return Object.values(json).some((value) => isDeeperThan(value, depth - 1))
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

function problemAt(where: string, pointer: string, problem: string, mend?: string): PolyadError {
  return new PolyadError('INPUT_INVALID', {
    what: 'rule',
    where,
    problem: `${pointer || '/'} ${problem}`,
    ...(mend === undefined ? {} : { mend }),
  })
}
