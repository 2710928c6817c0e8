import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import type { Values } from '../../rules/rule.ts'
import type { AttributeCatalogue } from '../../segments/attributes.ts'
import type { NoPersonalUse, PrivacySignals } from './personal-use.ts'

/** A longer consent string is refused; one that is shorter and makes no sense is read as no consent. */
const LONGEST_STRING = 20_000

const ConsentSchema = Type.Object(
  {
    /** The caller's own word. false is final; true stands where no string says otherwise. */
    personalise: Type.Optional(Type.Boolean()),
    /** Whether the GDPR applies; not said: as it does where there is a TCF string. */
    gdpr: Type.Optional(Type.Boolean()),
    /** TC string, TCF 2.0 to 2.3. */
    tcf: Type.Optional(Type.String({ maxLength: LONGEST_STRING })),
    /** Global Privacy Platform string. */
    gpp: Type.Optional(Type.String({ maxLength: LONGEST_STRING })),
    /** Ids of its sections that apply, -1: none does; not said: every section in it. */
    gppSections: Type.Optional(Type.Array(Type.Integer({ minimum: -1 }), { maxItems: 64 })),
    /** US Privacy string, e.g. 1YNN. */
    usPrivacy: Type.Optional(Type.String({ maxLength: 100 })),
    /** Global Privacy Control, where the viewer's own headers do not reach us. */
    gpc: Type.Optional(Type.Boolean()),
    /** The device limits tracking. */
    limitTracking: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

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
    /** Values of person attributes of the catalogue; they win over what the population knows. */
    attributes: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { maxProperties: 100 })),
    /** What the person said; where it does not come to a yes nothing personal is read: the answer is broad. */
    consent: Type.Optional(ConsentSchema),
    /** A child may be watching: nothing personal is read. */
    coppa: Type.Optional(Type.Boolean()),
    /** Made by a simulator. */
    simulated: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
export type DecisionRequest = Static<typeof DecisionRequestSchema>

/** A decision to make, for callers that decided whether anything personal may be read before they asked. */
export interface Opportunity extends DecisionRequest {
  /** Why nothing personal may be read, null: it may. Left out: what `consent` and `coppa` come to. */
  readonly noPersonalUse?: NoPersonalUse | null
}

/** What a decision request says of the law and the person's will. */
export function privacyOf({ consent = {}, coppa }: DecisionRequest): PrivacySignals {
  return {
    childDirected: coppa === true,
    personalise: consent.personalise ?? null,
    gdprApplies: consent.gdpr ?? null,
    tcfString: consent.tcf ?? null,
    gppString: consent.gpp ?? null,
    gppSections: consent.gppSections ?? [],
    usPrivacy: consent.usPrivacy ?? null,
    limitTracking: consent.limitTracking === true,
    globalPrivacyControl: consent.gpc === true,
  }
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
