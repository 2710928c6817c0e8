import { HIERARCHIES } from '../data/hierarchies.ts'
import type { AttributeCatalogue, AttributeDefinition } from './attributes.ts'

/** One value of an attribute: how it is called, and the next wider value. */
export interface CatalogueValue {
  readonly label: string | Readonly<Record<string, string>> | undefined
  readonly parent: string | undefined
}

/** What labels are looked up under when there is none for a language. */
const ANY_LANGUAGE = '*'

const valuesByDefinition = new WeakMap<AttributeDefinition, ReadonlyMap<string, CatalogueValue>>()

/** The definition of an attribute; where a name is known of people and of mentions, that of people. */
export function definitionOf(
  catalogue: AttributeCatalogue,
  attribute: string,
): AttributeDefinition | undefined {
  const named = catalogue.attributes.filter(({ name }) => name === attribute)
  return named.find(({ scope }) => scope === 'person') ?? named[0]
}

/** Every value the catalogue or its hierarchy tells something of. The catalogue's own labels and parents win. */
export function valuesOf(definition: AttributeDefinition): ReadonlyMap<string, CatalogueValue> {
  const known = valuesByDefinition.get(definition)
  if (known) return known
  const values = new Map<string, CatalogueValue>()
  for (const [value, { label, parent }] of hierarchyOf(definition) ?? []) values.set(value, { label, parent })
  for (const [value, own] of Object.entries(definition.values ?? {})) {
    const base = values.get(value)
    values.set(value, { label: own.label ?? base?.label, parent: own.parent ?? base?.parent })
  }
  valuesByDefinition.set(definition, values)
  return values
}

function hierarchyOf({ hierarchy }: AttributeDefinition) {
  return hierarchy !== undefined && Object.hasOwn(HIERARCHIES, hierarchy) ? HIERARCHIES[hierarchy] : undefined
}

/** The next wider value: a state's division, a band's wider band. Undefined at the top and for an unknown value. */
export function parentOf(
  catalogue: AttributeCatalogue,
  attribute: string,
  value: string,
): string | undefined {
  const definition = definitionOf(catalogue, attribute)
  return definition && valuesOf(definition).get(value)?.parent
}

/**
 * How a value is called in a language (`en`, or a locale `en-US`): its label there, else the label for any language,
 * else the value itself.
 */
export function labelOf(
  catalogue: AttributeCatalogue,
  attribute: string,
  value: string,
  language: string,
): string {
  const definition = definitionOf(catalogue, attribute)
  const label = definition && valuesOf(definition).get(value)?.label
  if (label === undefined || typeof label === 'string') return label ?? value
  const byLanguage = labelsByLanguage(value, label)
  return byLanguage[language] ?? byLanguage[language.split('-')[0]!] ?? byLanguage[ANY_LANGUAGE]!
}

/** Labels by language, with one under `*` for every other language: English, else the first given. */
export function labelsByLanguage(
  value: string,
  label: CatalogueValue['label'],
): Readonly<Record<string, string>> & { readonly '*': string } {
  if (label === undefined || typeof label === 'string') return { [ANY_LANGUAGE]: label ?? value }
  const fallback = label[ANY_LANGUAGE] ?? label['en'] ?? Object.values(label)[0] ?? value
  return { ...label, [ANY_LANGUAGE]: fallback }
}
