import { PolyadError } from '../core/errors.ts'
import type { AttributeType, Scalar } from '../rules/rule.ts'
import type { AttributeDefinition } from './attributes.ts'
import type { Mention } from './mention.ts'

type Value = Scalar | readonly string[]

/** A mention's value of a field; `language` and `channel` are fields too, unless the mapping has fields so named. */
export function fieldOf(mention: Mention, field: string): Value | undefined {
  if (Object.hasOwn(mention.fields, field)) return mention.fields[field]
  if (field === 'language') return mention.language
  return field === 'channel' ? mention.channel : undefined
}

/**
 * A person's value of an attribute, drawn from all of the person's mentions, oldest first; undefined when no mention
 * tells it. An attribute without `from` is not drawn from mentions.
 *
 * @throws PolyadError INPUT_INVALID when a mention's value does not fit the attribute's type
 */
export function drawValue(definition: AttributeDefinition, mentions: readonly Mention[]): Value | undefined {
  if (!definition.from) return undefined
  const { field, aggregate } = definition.from
  const known: Value[] = []
  for (const mention of mentions) {
    const value = fieldOf(mention, field)
    if (value !== undefined) known.push(value)
  }
  if (aggregate === 'count') return known.length
  if (known.length === 0) return undefined
  switch (aggregate) {
    case 'latest':
      return asType(definition, known[known.length - 1]!)
    case 'top':
      return mostFrequent(known.flatMap(itemsOf))
    case 'set':
      return [...new Set(known.flatMap(itemsOf))]
    case 'any':
      return known.some((value) => asType(definition, value) === true)
    case 'mean':
      return (
        known.reduce<number>((sum, value) => sum + (asType(definition, value) as number), 0) / known.length
      )
  }
}

/**
 * The value as an attribute of this type holds it: any single value can be a category, and a set of one.
 *
 * @throws PolyadError INPUT_INVALID when it cannot be
 */
export function asType(definition: AttributeDefinition, value: Value): Value {
  const { type } = definition
  if (type === 'set') return itemsOf(value)
  if (type === 'category' && typeof value !== 'object') return String(value)
  if (typeof value === type) return value
  throw mismatch(definition, type, value)
}

function mismatch(definition: AttributeDefinition, type: AttributeType, value: Value): PolyadError {
  const field = definition.from?.field ?? definition.name
  return new PolyadError('INPUT_INVALID', {
    what: 'attribute catalogue',
    where: `attribute "${definition.name}"`,
    problem: `is a ${type}, but the field "${field}" of a mention is ${JSON.stringify(value).slice(0, 60)}`,
    mend: 'change its type, or map the field to that type and import again',
  })
}

function itemsOf(value: Value): readonly string[] {
  return typeof value === 'object' ? value : [String(value)]
}

/** Ties: first in text order. */
function mostFrequent(items: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  let best: string | undefined
  let bestCount = 0
  for (const [item, count] of counts) {
    if (count > bestCount || (count === bestCount && item < best!)) {
      best = item
      bestCount = count
    }
  }
  return best
}
