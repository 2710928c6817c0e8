import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { answerFor, answerForNoAd } from '../../engine/decision/answer.ts'
import type { RefusedCampaign } from '../../engine/decision/decider.ts'
import { formatted } from '../../engine/decision/formats.ts'
import { askedPlacements, decidePage, type PlacementOutcome } from '../../engine/decision/page.ts'
import { type DecisionBody, DecisionBodySchema } from '../../engine/decision/request.ts'
import { REFUSALS } from '../../engine/delivery/delivery.ts'
import { languagesFrom } from '../accept-language.ts'
import { callerText, mayExplain } from '../callers.ts'
import type { ApiContext } from '../context.ts'
import { answers, json } from '../documented.ts'
import type { Metrics } from '../metrics.ts'

const Query = Type.Object({ explain: Type.Optional(Type.Boolean()) }, { additionalProperties: false })

const Address = Type.Union([Type.String(), Type.Null()])
const Candidate = Type.Object({
  asset: Type.Union([Type.String(), Type.Null()], { description: 'null: the slot stays empty' }),
  weight: Type.Number(),
  propensity: Type.Number({ description: 'by the weights, beside the choices in the slots before it' }),
})
const Explanation = Type.Object({
  arm: Type.String(),
  leaf: Type.Union([Type.String(), Type.Null()]),
  contextual: Type.Boolean(),
  noPersonalUse: Type.Union([Type.String(), Type.Null()]),
  matched: Type.Array(Type.Object({ id: Type.String(), title: Type.String() }), {
    description: 'segments, narrowest first',
  }),
  candidates: Type.Object({ slots: Type.Record(Type.String(), Type.Array(Candidate)) }),
  propensity: Type.Object({ arm: Type.Number(), slots: Type.Record(Type.String(), Type.Number()) }),
})
const Refused = Type.Object({
  refused: Type.Array(Type.Object({ campaign: Type.String(), refusal: Type.Enum(REFUSALS) })),
})
/** One placement's answer, the same whether it was asked for alone or with others. */
const DecisionAnswerSchema = Type.Object({
  id: Type.Optional(Type.String({ description: 'as in `placements`' })),
  decision: Type.Union([Type.String(), Type.Null()], {
    description: 'null: no campaign may be shown now; the house ad has no trackers, and `refusal` says why',
  }),
  campaign: Type.String(),
  revision: Type.Integer(),
  adUnit: Type.Union([Type.String(), Type.Null()], { description: 'null: the house ad' }),
  placement: Type.String(),
  locale: Type.String(),
  widthPx: Type.Integer(),
  heightPx: Type.Integer(),
  fields: Type.Record(Type.String(), Type.Object({ kind: Type.String() })),
  image: Type.String(),
  html: Address,
  click: Address,
  impression: Address,
  viewable: Address,
  expiresAtMs: Type.Integer(),
  markup: Type.Optional(Type.String({ description: 'with format html' })),
  native: Type.Optional(Type.Object({}, { description: 'with format native: OpenRTB Native Ads 1.2' })),
  refusal: Type.Optional(Type.Enum(REFUSALS)),
  explain: Type.Optional(Type.Union([Explanation, Refused])),
})
const NoAnswerSchema = Type.Object(
  {
    id: Type.Optional(Type.String()),
    placement: Type.String(),
    decision: Type.Null(),
    problem: Type.Object({ code: Type.Literal('NO_CAMPAIGN'), detail: Type.String() }),
  },
  { description: 'no campaign has this placement' },
)
const NothingSchema = Type.Object(
  {
    id: Type.Optional(Type.String()),
    placement: Type.String(),
    decision: Type.Null(),
    refusal: Type.Enum([...REFUSALS, 'holdout']),
  },
  { description: 'a house ad that was not wanted, by `acceptsNothing`' },
)
const AnswerSchema = Type.Union([
  DecisionAnswerSchema,
  Type.Object(
    { decisions: Type.Array(Type.Union([DecisionAnswerSchema, NoAnswerSchema, NothingSchema])) },
    { description: 'to `placements`, in their order' },
  ),
])

/** What a site key may not send: its text is public, so anybody could ask about anybody. */
const NOT_FOR_SITES = ['person', 'personKey', 'attributes', 'simulated'] as const

export function registerDecisions(server: FastifyInstance, context: ApiContext): void {
  const { ports, secrets, serving, metrics } = context
  server.post<{ Body: DecisionBody; Querystring: Static<typeof Query> }>(
    '/v1/decisions',
    {
      config: { allow: ['creative', 'buyer', 'analyst', 'site'] },
      schema: {
        tags: ['decisions'],
        summary:
          'Choose an ad for a placement, or for several of one page; decisions are in the log before the answer',
        body: DecisionBodySchema,
        querystring: Query,
        response: answers(
          {
            200: json('The ad units, their addresses and trackers', AnswerSchema),
            204: 'Nothing, where the one placement would get a house ad and accepts that; Polyad-Refusal says why',
          },
          404,
          503,
        ),
      },
    },
    async (request, reply) => {
      const started = performance.now()
      const explain = request.query.explain === true
      requireAllowed(request, explain)
      const outcomes = decidePage(serving.decider(), askedPlacements(asAsked(request)))
      const decisions = outcomes.flatMap(({ outcome }) =>
        outcome instanceof PolyadError || !outcome.record ? [] : [outcome],
      )
      for (const { outcome } of outcomes) {
        if (outcome instanceof PolyadError) continue
        countRefusals(metrics, outcome.record ? outcome.why.refused : outcome.refused)
      }
      if (decisions.length > 0) await ports.eventLog.append(decisions.map(({ record }) => record))
      for (const { record, why } of decisions) {
        metrics.count('polyad_decisions_total', { arm: record.arm })
        if (why.noPersonalUse !== null) {
          metrics.count('polyad_no_personal_use_total', { reason: why.noPersonalUse })
        }
        metrics.observeDecision((performance.now() - started) / 1000)
      }
      const { acceptsNothing, placements } = request.body
      const nowMs = ports.clock.nowMs()
      const answered = outcomes.map((each) => {
        const refusal = acceptsNothing ? refusalOf(each) : undefined
        return refusal === undefined
          ? answerTo(each, secrets.tokenKey, nowMs, explain)
          : { ...named(each), placement: each.request.placement, decision: null, refusal }
      })
      if (placements) return { decisions: answered }
      const refusal = acceptsNothing && refusalOf(outcomes[0]!)
      return refusal ? reply.header('polyad-refusal', refusal).code(204).send() : answered[0]
    },
  )
}

/** Counts the campaigns that were asked and had a reason not to answer. */
export function countRefusals(metrics: Metrics, refused: readonly RefusedCampaign[]): void {
  for (const { refusal } of refused) metrics.count('polyad_refusals_total', { refusal })
}

/**
 * Why a house ad is all there is to show; undefined: an ad, or a problem. Of a holdout the record, which has no impression,
 * alone says so.
 */
function refusalOf({ outcome }: PlacementOutcome): string | undefined {
  if (outcome instanceof PolyadError) return undefined
  if (!outcome.record) return outcome.refused[0]!.refusal
  return outcome.unit ? undefined : 'holdout'
}

function named({ id }: PlacementOutcome): { readonly id?: string } {
  return id === undefined ? {} : { id }
}

function answerTo(
  asked: PlacementOutcome,
  tokenKey: ApiContext['secrets']['tokenKey'],
  nowMs: number,
  explain: boolean,
) {
  const { id, format, request, outcome } = asked
  if (outcome instanceof PolyadError) {
    const { code, message } = outcome
    return {
      ...named(asked),
      placement: request.placement,
      decision: null,
      problem: { code, detail: message },
    }
  }
  const answer = outcome.record
    ? answerFor(outcome, tokenKey, { explain })
    : answerForNoAd(outcome, nowMs, { explain })
  if (format === 'json' && id === undefined) return answer
  return { ...named(asked), ...answer, ...formatted(answer, outcome.campaign.plan, format) }
}

function requireAllowed(request: FastifyRequest<{ Body: DecisionBody }>, explain: boolean): void {
  const { caller, body } = request
  const refuse = (action: string) => {
    throw new PolyadError('FORBIDDEN', { action, caller: callerText(caller) })
  }
  if (explain && !mayExplain(caller)) refuse('ask why a decision fell as it did')
  if (body.person !== undefined && body.personKey !== undefined) {
    const problem = 'give either person or personKey: they may be two people'
    throw new PolyadError('INPUT_INVALID', { what: 'decision request', where: '/personKey', problem })
  }
  if (caller.kind !== 'site') return
  for (const field of NOT_FOR_SITES) if (body[field] !== undefined) refuse(`send "${field}"`)
}

/** The request with what its headers add: Global Privacy Control, and Accept-Language where no languages are given. */
function asAsked(request: FastifyRequest<{ Body: DecisionBody }>): DecisionBody {
  const { body, headers } = request
  const languages = body.languages ?? languagesFrom(headers['accept-language'] ?? '')
  const optedOut = headers['sec-gpc'] === '1'
  return { ...body, languages, ...(optedOut && { consent: { ...body.consent, gpc: true } }) }
}
