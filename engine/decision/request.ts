import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import type { Values } from '../../rules/rule.ts'
import type { AttributeCatalogue } from '../../segments/attributes.ts'

/** One opportunity: somebody is about to see a placement. */
export const DecisionRequestSchema = Type.Object(
  {
    /** Placement id, e.g. iab-300x250. */
    placement: Type.String({ maxLength: 60 }),
    /** Only this campaign; else one of the live campaigns that have the placement. */
    campaign: Type.Optional(Type.String({ maxLength: 60 })),
    /** Languages of the viewer, best first (BCP 47). */
    languages: Type.Optional(Type.Array(Type.String({ maxLength: 35 }), { maxItems: 20 })),
    /** The person's identifier as the listening data have it; hashed at once and never kept. */
    person: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    /** The same already as keyed hash. */
    personKey: Type.Optional(Type.String({ pattern: '^[0-9a-f]{32}$' })),
    /** What names the viewer's session, for campaigns that assign by it; hashed at once. Read only with consent. */
    session: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    /** Where no ad may be shown nothing is wanted either: no house ad, the answer is 204. */
    acceptsNothing: Type.Optional(Type.Boolean()),
    /** Values of person attributes of the catalogue; they win over what the population knows. */
    attributes: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { maxProperties: 100 })),
    /** Without `personalise: true` nothing personal is read: the answer is broad. */
    consent: Type.Optional(Type.Object({ personalise: Type.Boolean() }, { additionalProperties: false })),
    /** A child may be watching: nothing personal is read. */
    coppa: Type.Optional(Type.Boolean()),
    /** Made by a simulator. */
    simulated: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
export type DecisionRequest = Static<typeof DecisionRequestSchema>

/** Whether person and attributes may be read: consent was given, and nobody says it is a child. */
export function mayPersonalise(request: DecisionRequest): boolean {
  return request.consent?.personalise === true && request.coppa !== true
}

/** Checks attributes of a request against the catalogue and gives them as rule values. */
export type AttributeCheck = (attributes: Readonly<Record<string, unknown>>) => Values

/**
 * The check of a request's attributes: only person attributes of the catalogue, each of its type.
 *
 * @throws PolyadError INPUT_INVALID naming the attribute
 */
export function createAttributeCheck(catalogue: AttributeCatalogue): AttributeCheck {
  const types = new Map(
    catalogue.attributes.filter((a) => a.scope === 'person').map((a) => [a.name, a.type] as const),
  )
  return (attributes) => {
    const values: Record<string, string | number | boolean | readonly string[]> = {}
    for (const [name, value] of Object.entries(attributes)) {
      const type = types.get(name)
      if (!type) refuse(name, `is not an attribute of a person; known are ${[...types.keys()].join(', ')}`)
      if (!hasType(value, type)) refuse(name, `must be ${EXPECTED[type]}`)
      values[name] = value
    }
    return values
  }
}

type AttributeType = AttributeCatalogue['attributes'][number]['type']

const EXPECTED: Readonly<Record<AttributeType, string>> = {
  category: 'a text',
  set: 'a list of texts',
  number: 'a number',
  boolean: 'true or false',
}

function hasType(
  value: unknown,
  type: AttributeType,
): value is string | number | boolean | readonly string[] {
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

function refuse(name: string, problem: string): never {
  throw new PolyadError('INPUT_INVALID', {
    what: 'decision request',
    where: `/attributes/${name.replace(/~/g, '~0').replace(/\//g, '~1')}`,
    problem,
  })
}
