import { canonicalJson } from '../core/canonical-json.ts'
import { nearestName } from '../rules/nearest-name.ts'
import type { Rule } from '../rules/rule.ts'
import type { GridTree } from './grid.ts'
import { labelsByLanguage, valuesOf } from './hierarchy.ts'
import type { Population } from './population.ts'
import { quoted } from './read-field.ts'
import type { Segment } from './segment.ts'

/** A rule and where it is written, for messages. */
export interface PlacedRule {
  readonly where: string
  readonly rule: Rule
}

/** Remarks told one by one; further ones are counted. */
const MAX_REMARKS = 20

/** The rules people wrote for these segments: those of rule documents, and what grids lie within. */
export function writtenRules(segments: readonly Segment[], trees: readonly GridTree[]): PlacedRule[] {
  const documents = segments.filter(({ kind }) => kind === 'rule')
  return [
    ...documents.map(({ id, rule }) => ({ where: `segments/${id}.json`, rule })),
    ...trees.flatMap(({ definition: { name, within } }) =>
      within ? [{ where: `segments/${name}.json /grid/within`, rule: within }] : [],
    ),
  ]
}

/**
 * Values of categories and sets in rules that are most likely misspelt: nobody has them, and neither the catalogue nor
 * a hierarchy knows them. One sentence each, with the nearest value there is, found by its label too. Names that are no
 * attribute (locale, placement) are passed over.
 */
export function unknownValueRemarks(rules: readonly PlacedRule[], population: Population): string[] {
  const knownOf = new Map<string, ReadonlySet<string>>()
  const unknown = new Map<string, NamedValue & { readonly where: string }>()
  for (const { where, rule } of rules) {
    for (const named of valuesIn(rule, 'person')) {
      const key = `${named.scope} ${named.attribute}`
      const known = knownOf.get(key) ?? knownValues(named, population)
      if (!known) continue
      knownOf.set(key, known)
      if (!known.has(named.value)) unknown.set(canonicalJson([where, key, named.value]), { ...named, where })
    }
  }
  const remarks = [...unknown.values()].slice(0, MAX_REMARKS).map((named) => {
    const { where, scope, attribute, value } = named
    const nearest = nearestValue(named, knownOf.get(`${scope} ${attribute}`)!, population)
    return (
      `${where}: no ${scope} has the ${attribute} ${quoted(value)}, and the catalogue does not know it` +
      (nearest === undefined ? '' : `; did you mean ${quoted(nearest)}?`)
    )
  })
  const more = unknown.size - remarks.length
  return more > 0 ? [...remarks, `and ${more} more values that nobody has`] : remarks
}

interface NamedValue {
  readonly scope: 'person' | 'mention'
  readonly attribute: string
  readonly value: string
}

function* valuesIn(rule: Rule, scope: NamedValue['scope']): Generator<NamedValue> {
  switch (rule.kind) {
    case 'all':
    case 'any':
      for (const part of rule.of) yield* valuesIn(part, scope)
      return
    case 'not':
      yield* valuesIn(rule.of, scope)
      return
    case 'mention':
      yield* valuesIn(rule.of, 'mention')
      return
    case 'in':
    case 'has':
      for (const value of rule.values)
        if (typeof value === 'string') yield { scope, attribute: rule.attribute, value }
  }
}

function definitionOf({ scope, attribute }: NamedValue, { catalogue }: Population) {
  return catalogue.attributes.find((each) => each.name === attribute && each.scope === scope)
}

/** The values somebody has or the catalogue tells of; undefined where a value is no name of one. */
function knownValues(named: NamedValue, population: Population): ReadonlySet<string> | undefined {
  const definition = definitionOf(named, population)
  const column = definition && population.column(named.attribute, named.scope)
  if (column?.type !== 'category' && column?.type !== 'set') return undefined
  return new Set([...valuesOf(definition!).keys(), ...column.dictionary])
}

function nearestValue(
  named: NamedValue,
  known: ReadonlySet<string>,
  population: Population,
): string | undefined {
  const valueByName = new Map([...known].map((value) => [value, value]))
  for (const [value, { label }] of valuesOf(definitionOf(named, population)!)) {
    for (const name of Object.values(labelsByLanguage(value, label)))
      if (!valueByName.has(name)) valueByName.set(name, value)
  }
  const nearest = nearestName(named.value, valueByName.keys())
  return nearest === undefined ? undefined : valueByName.get(nearest)
}
