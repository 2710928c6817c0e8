import { PolyadError } from '../core/errors.ts'
import { HIERARCHIES } from '../data/hierarchies.ts'
import { nearestName } from '../rules/nearest-name.ts'
import { RESERVED_NAMES } from '../rules/parse.ts'
import type { AttributeType, Vocabulary } from '../rules/rule.ts'
import type { AttributeCatalogue, AttributeDefinition } from './attributes.ts'
import { labelsByLanguage, valuesOf } from './hierarchy.ts'
import { sensitiveSubjectOfName, sensitiveSubjectOfValue } from './sensitive.ts'

/** What `when` rules and copy mean by these; no attribute can have such a name. */
const CONTEXT_NAMES: readonly string[] = ['locale', 'placement']

type Aggregate = NonNullable<AttributeDefinition['from']>['aggregate']

const TYPES_OF_AGGREGATE: Readonly<Record<Aggregate, readonly AttributeType[]>> = {
  latest: ['category', 'set', 'number', 'boolean'],
  top: ['category'],
  set: ['set'],
  any: ['boolean'],
  mean: ['number'],
  count: ['number'],
}

/** The names and types a rule may use. */
export function vocabularyOf(catalogue: AttributeCatalogue): Vocabulary {
  const typesIn = (wanted: AttributeDefinition['scope']) =>
    new Map(
      catalogue.attributes
        .filter(({ scope }) => scope === wanted)
        .map(({ name, type }) => [name, type] as const),
    )
  return { person: typesIn('person'), mention: typesIn('mention') }
}

/** Labels for copy: attribute -> value -> language, with `*` for every other language. */
export function labelsOf(
  catalogue: AttributeCatalogue,
): Record<string, Record<string, Readonly<Record<string, string>>>> {
  const labelled = catalogue.attributes
    .filter(({ scope }) => scope === 'person')
    .map((definition) => {
      const values = [...valuesOf(definition)].filter(([, { label }]) => label !== undefined)
      const labels = values.map(([value, { label }]) => [value, labelsByLanguage(value, label)] as const)
      return [definition.name, Object.fromEntries(labels)] as const
    })
  return Object.fromEntries(labelled)
}

/**
 * Checks what the catalogue's schema cannot say: names, aggregates that fit their types, hierarchies, parents without
 * a circle, and nothing of the sensitive list.
 *
 * @throws PolyadError INPUT_INVALID with the JSON pointer of the first problem
 */
export function checkCatalogue(catalogue: AttributeCatalogue, where: string): void {
  const seen = new Set<string>()
  for (const [index, definition] of catalogue.attributes.entries()) {
    const refuse = (field: string, problem: string, mend?: string): never => {
      throw new PolyadError('INPUT_INVALID', {
        what: 'attribute catalogue',
        where,
        problem: `/attributes/${index}/${field} ${problem}`,
        ...(mend === undefined ? {} : { mend }),
      })
    }
    checkName(definition, seen, refuse)
    checkSource(definition, refuse)
    checkValues(definition, refuse)
  }
}

type Refuse = (field: string, problem: string, mend?: string) => never

function checkName({ name, scope }: AttributeDefinition, seen: Set<string>, refuse: Refuse): void {
  if (RESERVED_NAMES.includes(name) || CONTEXT_NAMES.includes(name) || name in Object.prototype) {
    refuse('name', `"${name}" is a reserved word`, 'choose another name')
  }
  if (seen.has(`${scope} ${name}`)) refuse('name', `"${name}" is there twice`, 'keep one')
  seen.add(`${scope} ${name}`)
  const subject = sensitiveSubjectOfName(name)
  if (subject) refuse('name', `"${name}" tells of ${subject}: it cannot become a segment`, 'remove it')
}

function checkSource(definition: AttributeDefinition, refuse: Refuse): void {
  const { scope, type, from, hierarchy, context } = definition
  if (context && scope === 'mention') {
    refuse('context', 'is for attributes of people', 'only those are matched with a request')
  }
  if (context && context !== 'given' && type !== 'category' && type !== 'set') {
    refuse('context', `${context} is a text, but the attribute is a ${type}`, 'write "given"')
  }
  if (from && scope === 'mention') {
    refuse('from', 'is for attributes of people', 'a mention attribute is the field of the same name')
  }
  if (from && !TYPES_OF_AGGREGATE[from.aggregate].includes(type)) {
    const fitting = TYPES_OF_AGGREGATE[from.aggregate].join(' or ')
    refuse('from/aggregate', `${from.aggregate} gives a ${fitting}, but the attribute is a ${type}`)
  }
  if (hierarchy === undefined) return
  if (!Object.hasOwn(HIERARCHIES, hierarchy)) {
    const nearest = nearestName(hierarchy, Object.keys(HIERARCHIES))
    const names = Object.keys(HIERARCHIES).join(', ')
    refuse(
      'hierarchy',
      `there is no "${hierarchy}"`,
      nearest ? `did you mean "${nearest}"?` : `use one of ${names}`,
    )
  }
  if (type !== 'category' && type !== 'set') refuse('hierarchy', `a ${type} has no hierarchy`, 'remove it')
}

function checkValues(definition: AttributeDefinition, refuse: Refuse): void {
  const values = valuesOf(definition)
  for (const value of Object.keys(definition.values ?? {})) {
    const field = `values/${value.replaceAll('~', '~0').replaceAll('/', '~1')}`
    const path = new Set([value])
    for (let at = values.get(value)?.parent; at !== undefined; at = values.get(at)?.parent) {
      if (path.has(at)) refuse(field, `has itself among its parents (${[...path, at].join(' > ')})`)
      path.add(at)
    }
    const subject = sensitiveSubjectOfValue(definition, value)
    if (subject) refuse(field, `tells of ${subject}: it cannot become a segment`, 'remove it')
  }
}
