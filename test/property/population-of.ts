import type { RuleRecord } from '../../rules/compile.ts'
import type { Values } from '../../rules/rule.ts'
import type { AttributeCatalogue } from '../../segments/attributes.ts'
import type { Mention } from '../../segments/mention.ts'
import { openPopulation, type Population } from '../../segments/population.ts'
import { createPopulationBuilder } from '../../segments/population-builder.ts'
import { VOCABULARY } from './arbitrary-rule.ts'

/** The catalogue of the random rules' vocabulary; a person's attributes are drawn from fields of the same name. */
export const CATALOGUE: AttributeCatalogue = {
  attributes: [
    ...[...VOCABULARY.person].map(([name, type]) => ({
      name,
      type,
      scope: 'person' as const,
      dimension: 'behavioural' as const,
      from: { field: name, aggregate: type === 'set' ? ('set' as const) : ('latest' as const) },
      ...(name === 'state' && { hierarchy: 'us-states' }),
      ...(name === 'age' && { hierarchy: 'age-bands' }),
    })),
    ...[...VOCABULARY.mention].map(([name, type]) => ({
      name,
      type,
      scope: 'mention' as const,
      dimension: 'behavioural' as const,
    })),
  ],
}

export function mentionOf(author: string, key: string, fields: Values): Mention {
  return {
    key,
    author,
    atMs: 0,
    text: undefined,
    language: undefined,
    channel: undefined,
    source: 'test',
    fields: fields as Mention['fields'],
    confidence: {},
  }
}

export const personKey = (index: number): string => index.toString(16).padStart(32, '0')

/** A population of these records, in their order. Each has one mention more than told, which carries its values. */
export function populationOf(records: readonly RuleRecord[]): Population {
  const builder = createPopulationBuilder(CATALOGUE, 1_000)
  for (const [i, { values, mentions = [] }] of records.entries()) {
    builder.add([values, ...mentions].map((fields, j) => mentionOf(personKey(i), personKey(j), fields)))
  }
  return openPopulation(builder.finish())
}
