import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { answerFor, answerForNoAd } from '../../engine/decision/answer.ts'
import type { RefusedCampaign } from '../../engine/decision/decider.ts'
import { type DecisionRequest, DecisionRequestSchema } from '../../engine/decision/request.ts'
import { REFUSALS } from '../../engine/delivery/delivery.ts'
import { languagesFrom } from '../accept-language.ts'
import { callerText, mayExplain } from '../callers.ts'
import type { ApiContext } from '../context.ts'
import { answers, json } from '../documented.ts'
import type { Metrics } from '../metrics.ts'

const Query = Type.Object({ explain: Type.Optional(Type.Boolean()) }, { additionalProperties: false })

const Address = Type.Union([Type.String(), Type.Null()])
const DecisionAnswerSchema = Type.Object({
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
  refusal: Type.Optional(Type.Enum(REFUSALS)),
  explain: Type.Optional(Type.Object({})),
})

/** What a site key may not send: its text is public, so anybody could ask about anybody. */
const NOT_FOR_SITES = ['person', 'personKey', 'attributes', 'simulated'] as const

export function registerDecisions(server: FastifyInstance, context: ApiContext): void {
  const { ports, secrets, serving, metrics } = context
  server.post<{ Body: DecisionRequest; Querystring: Static<typeof Query> }>(
    '/v1/decisions',
    {
      config: { allow: ['creative', 'buyer', 'analyst', 'site'] },
      schema: {
        tags: ['decisions'],
        summary: 'Choose an ad for one opportunity; the decision is in the log before it is answered',
        body: DecisionRequestSchema,
        querystring: Query,
        response: answers(
          {
            200: json('The ad unit, its addresses and trackers', DecisionAnswerSchema),
            204: 'Nothing, where the request accepts that and would get a house ad; Polyad-Refusal says why',
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
      const decision = serving.decider().answer(asAsked(request))
      countRefusals(metrics, decision.record ? decision.why.refused : decision.refused)
      const { acceptsNothing } = request.body
      if (!decision.record) {
        const answer = answerForNoAd(decision, ports.clock.nowMs(), { explain })
        if (acceptsNothing) return reply.header('polyad-refusal', answer.refusal).code(204).send()
        return answer
      }
      await ports.eventLog.append([decision.record])
      metrics.count('polyad_decisions_total', { arm: decision.record.arm })
      const { noPersonalUse } = decision.why
      if (noPersonalUse !== null) metrics.count('polyad_no_personal_use_total', { reason: noPersonalUse })
      metrics.observeDecision((performance.now() - started) / 1000)
      // It has no impression: the record alone says that the person was held out.
      if (acceptsNothing && !decision.unit) return reply.header('polyad-refusal', 'holdout').code(204).send()
      return answerFor(decision, secrets.tokenKey, { explain })
    },
  )
}

/** Counts the campaigns that were asked and had a reason not to answer. */
export function countRefusals(metrics: Metrics, refused: readonly RefusedCampaign[]): void {
  for (const { refusal } of refused) metrics.count('polyad_refusals_total', { refusal })
}

function requireAllowed(request: FastifyRequest<{ Body: DecisionRequest }>, explain: boolean): void {
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
function asAsked(request: FastifyRequest<{ Body: DecisionRequest }>): DecisionRequest {
  const { body, headers } = request
  const languages = body.languages ?? languagesFrom(headers['accept-language'] ?? '')
  const optedOut = headers['sec-gpc'] === '1'
  return { ...body, languages, ...(optedOut && { consent: { ...body.consent, gpc: true } }) }
}
