import { type Static, Type } from 'typebox'
import type { AdUnit } from '../space/ad-unit.ts'
import { ContextSchema, DeviceSchema, PageSchema } from './context.ts'
import { ANSWER_FORMATS } from './formats.ts'
import type { NoPersonalUse, PrivacySignals } from './personal-use.ts'

/** A longer consent string is refused; one that is shorter and makes no sense is read as no consent. */
const LONGEST_STRING = 20_000

/** Placements of one request. */
const MOST_PLACEMENTS = 20

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

/** Placement id, e.g. iab-300x250. */
const PlacementId = Type.String({ maxLength: 60 })
/** Only this campaign; else one of the live campaigns that have the placement. */
const CampaignName = Type.String({ maxLength: 60 })

const Format = Type.Enum(ANSWER_FORMATS)

/** One opportunity: somebody is about to see a placement. */
export const DecisionRequestSchema = Type.Object(
  {
    placement: PlacementId,
    campaign: Type.Optional(CampaignName),
    context: Type.Optional(ContextSchema),
    page: Type.Optional(PageSchema),
    device: Type.Optional(DeviceSchema),
    format: Type.Optional(Format),
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

/** One placement of a page, with what is said of it alone; what is said of the request stands for each. */
const PagePlacementSchema = Type.Object(
  {
    /** Comes back with the answer, e.g. that of the element. */
    id: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    placement: PlacementId,
    campaign: Type.Optional(CampaignName),
    /** Beside that of the request; of one attribute this wins. */
    context: Type.Optional(ContextSchema),
    page: Type.Optional(PageSchema),
    format: Type.Optional(Format),
  },
  { additionalProperties: false },
)

/** What `POST /v1/decisions` takes: one `placement`, or the `placements` of one page. */
export const DecisionBodySchema = Type.Object(
  {
    ...DecisionRequestSchema.properties,
    placement: Type.Optional(PlacementId),
    placements: Type.Optional(Type.Array(PagePlacementSchema, { minItems: 1, maxItems: MOST_PLACEMENTS })),
  },
  { additionalProperties: false },
)
export type DecisionBody = Static<typeof DecisionBodySchema>

/** A decision to make, for callers that decided whether anything personal may be read before they asked. */
export interface Opportunity extends DecisionRequest {
  /** Why nothing personal may be read, null: it may. Left out: what `consent` and `coppa` come to. */
  readonly noPersonalUse?: NoPersonalUse | null
  /** Ad units that the page has already: not one of them again where there is another. */
  readonly onPage?: readonly AdUnit[]
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

/** Languages to choose a locale by, best first: the viewer's, then the page's. */
export function languagesOf({ languages = [], page }: DecisionRequest): readonly string[] {
  return page?.language === undefined ? languages : [...languages, page.language]
}
