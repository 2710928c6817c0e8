import { PolyadError } from '../../core/errors.ts'
import type { Scalar, Values } from '../../rules/rule.ts'
import type { AttributeDefinition } from '../../segments/attributes.ts'
import { sensitiveSubjectOfValue } from '../../segments/sensitive.ts'

/** Checks attributes of a request and gives them as rule values. */
export type AttributeCheck = (attributes: Readonly<Record<string, unknown>>) => Values

/** Texts of callers whose subject is remembered, by attribute. */
const MOST_REMEMBERED = 10_000

/**
 * The check of a request's attributes: only these, each of its type. A value of the sensitive list is left out, as it is
 * of the population: no rule is ever asked of it.
 *
 * @param field of the request that holds them, for the pointer of a problem
 * @param ofWhat names them in a problem, e.g. "an attribute of a person"
 * @throws PolyadError INPUT_INVALID naming the attribute
 */
export function createAttributeCheck(
  definitions: readonly AttributeDefinition[],
  field: string,
  ofWhat: string,
): AttributeCheck {
  const byName = new Map(
    definitions.map((each) => [each.name, { type: each.type, mayBeRead: createReadableTest(each) }] as const),
  )
  const refuse = (name: string, problem: string): never => {
    const where = `/${field}/${name.replace(/~/g, '~0').replace(/\//g, '~1')}`
    throw new PolyadError('INPUT_INVALID', { what: 'decision request', where, problem })
  }
  return (attributes) => {
    const values: Record<string, Scalar | readonly string[]> = {}
    for (const name of Object.keys(attributes)) {
      const value = attributes[name]
      const known = byName.get(name)
      if (!known) return refuse(name, `is not ${ofWhat}; known are ${[...byName.keys()].join(', ')}`)
      const { type, mayBeRead } = known
      if (!hasType(value, type)) return refuse(name, `must be ${EXPECTED[type]}`)
      if (typeof value === 'string') {
        if (mayBeRead(value)) values[name] = value
      } else values[name] = typeof value === 'object' ? readable(value, mayBeRead) : value
    }
    return values
  }
}

/** The set itself where all of it may be read. */
function readable(items: readonly string[], mayBeRead: (item: string) => boolean): readonly string[] {
  for (const item of items) if (!mayBeRead(item)) return items.filter(mayBeRead)
  return items
}

/** Whether a value is not on the sensitive list. */
function createReadableTest(definition: AttributeDefinition): (value: string) => boolean {
  const known = new Map<string, boolean>()
  return (value) => {
    let mayBeRead = known.get(value)
    if (mayBeRead === undefined) {
      mayBeRead = sensitiveSubjectOfValue(definition, value) === undefined
      if (known.size >= MOST_REMEMBERED) known.clear()
      known.set(value, mayBeRead)
    }
    return mayBeRead
  }
}

type AttributeType = AttributeDefinition['type']

const EXPECTED: Readonly<Record<AttributeType, string>> = {
  category: 'a text',
  set: 'a list of texts',
  number: 'a number',
  boolean: 'true or false',
}

function hasType(value: unknown, type: AttributeType): value is Scalar | readonly string[] {
  switch (type) {
    case 'category':
      return typeof value === 'string'
    case 'set':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
    case 'number':
      return typeof value === 'number'
    case 'boolean':
      return typeof value === 'boolean'
  }
}
