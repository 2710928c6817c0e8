import { type Static, Type } from 'typebox'
import type { RuleRecord } from '../../rules/compile.ts'
import type { Values } from '../../rules/rule.ts'
import type { AttributeCatalogue, AttributeDefinition } from '../../segments/attributes.ts'
import { createAttributeCheck } from './attribute-check.ts'

/** Values of attributes that the catalogue marks with `context`. */
export const ContextSchema = Type.Record(Type.String(), Type.Unknown(), { maxProperties: 100 })

/** The page or app screen that shows the ad. Of its address only the name of the host is read; none of it is kept. */
export const PageSchema = Type.Object(
  {
    url: Type.Optional(Type.String({ format: 'uri', pattern: '^https?://', maxLength: 2000 })),
    /** BCP 47; a locale is chosen by it where the viewer's own languages choose none. */
    language: Type.Optional(Type.String({ maxLength: 35 })),
  },
  { additionalProperties: false },
)

export const DeviceSchema = Type.Object(
  {
    type: Type.Optional(
      Type.Union([
        Type.Literal('phone'),
        Type.Literal('tablet'),
        Type.Literal('desktop'),
        Type.Literal('tv'),
        Type.Literal('other'),
      ]),
    ),
    /** As the caller names it, e.g. iOS. */
    os: Type.Optional(Type.String({ maxLength: 40 })),
  },
  { additionalProperties: false },
)

/** What is said of what shows the ad. */
export interface SaidOfContext {
  readonly context?: Static<typeof ContextSchema>
  readonly page?: Static<typeof PageSchema>
  readonly device?: Static<typeof DeviceSchema>
}

/** Nothing said: the same object, so that it is told at once. */
export const NO_CONTEXT: Values = {}

/** The attributes that may be said of what shows an ad. */
export function contextAttributes({ attributes }: AttributeCatalogue): AttributeDefinition[] {
  return attributes.filter(({ scope, context }) => scope === 'person' && context !== undefined)
}

/**
 * Reads the context of a request as rule values: what `context` says, and of `page` and `device` what the catalogue asks
 * for. NO_CONTEXT where that is nothing.
 *
 * @throws PolyadError INPUT_INVALID naming the attribute that is none of the catalogue's, or of another type
 */
export function createContextReader(catalogue: AttributeCatalogue): (said: SaidOfContext) => Values {
  const definitions = contextAttributes(catalogue)
  const check = createAttributeCheck(definitions, 'context', 'an attribute of what shows the ad')
  const drawn = definitions.filter(({ context }) => context !== 'given')
  return (said) => {
    if (said.context === undefined && drawn.length === 0) return NO_CONTEXT
    const values: Record<string, unknown> = { ...said.context }
    for (const { name, type, context } of drawn) {
      if (Object.hasOwn(values, name)) continue
      const text = partOf(said, context!)
      if (text !== undefined) values[name] = type === 'set' ? [text] : text
    }
    const read = check(values)
    for (const _ in read) return read
    return NO_CONTEXT
  }
}

function partOf(
  { page, device }: SaidOfContext,
  from: NonNullable<AttributeDefinition['context']>,
): string | undefined {
  switch (from) {
    case 'page.domain':
      return page?.url === undefined ? undefined : hostOf(page.url)
    case 'page.language':
      return page?.language
    case 'device.type':
      return device?.type
    case 'device.os':
      return device?.os
    case 'given':
      return undefined
  }
}

/** The host without `www.`; undefined for an address that has none. */
function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, '') || undefined : undefined
}

/** A person in a context: what is known of the person stands, sets are joined, and the context fills in the rest. */
export function withContext(person: RuleRecord, context: Values): RuleRecord {
  const values: Record<string, Values[string]> = { ...context, ...person.values }
  for (const [name, value] of Object.entries(context)) {
    const own = person.values[name]
    if (Array.isArray(value) && Array.isArray(own)) values[name] = [...new Set([...own, ...value])]
  }
  return { ...person, values }
}
