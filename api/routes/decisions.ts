import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { answerFor } from '../../engine/decision/answer.ts'
import { type DecisionRequest, DecisionRequestSchema } from '../../engine/decision/request.ts'
import { languagesFrom } from '../accept-language.ts'
import { callerText, mayExplain } from '../callers.ts'
import type { ApiContext } from '../context.ts'
import { answers, json } from '../documented.ts'

const Query = Type.Object({ explain: Type.Optional(Type.Boolean()) }, { additionalProperties: false })

const Address = Type.Union([Type.String(), Type.Null()])
const DecisionAnswerSchema = Type.Object({
  decision: Type.String(),
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
  impression: Type.String(),
  viewable: Type.String(),
  expiresAtMs: Type.Integer(),
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
          { 200: json('The ad unit, its addresses and trackers', DecisionAnswerSchema) },
          404,
          503,
        ),
      },
    },
    async (request) => {
      const started = performance.now()
      const explain = request.query.explain === true
      requireAllowed(request, explain)
      const decision = serving.decider().decide(asAsked(request))
      await ports.eventLog.append([decision.record])
      metrics.count('polyad_decisions_total', { arm: decision.record.arm })
      const { noPersonalUse } = decision.why
      if (noPersonalUse !== null) metrics.count('polyad_no_personal_use_total', { reason: noPersonalUse })
      metrics.observeDecision((performance.now() - started) / 1000)
      return answerFor(decision, secrets.tokenKey, { explain })
    },
  )
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
