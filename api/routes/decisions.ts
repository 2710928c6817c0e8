import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { answerFor } from '../../engine/decision/answer.ts'
import { formatted } from '../../engine/decision/formats.ts'
import { askedPlacements, decidePage, type PlacementOutcome } from '../../engine/decision/page.ts'
import { type DecisionBody, DecisionBodySchema } from '../../engine/decision/request.ts'
import { languagesFrom } from '../accept-language.ts'
import { callerText, mayExplain } from '../callers.ts'
import type { ApiContext } from '../context.ts'
import { answers, json } from '../documented.ts'

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
/** One placement's answer, the same whether it was asked for alone or with others. */
const DecisionAnswerSchema = Type.Object({
  id: Type.Optional(Type.String({ description: 'as in `placements`' })),
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
  markup: Type.Optional(Type.String({ description: 'with format html' })),
  native: Type.Optional(Type.Object({}, { description: 'with format native: OpenRTB Native Ads 1.2' })),
  explain: Type.Optional(Explanation),
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
const AnswerSchema = Type.Union([
  DecisionAnswerSchema,
  Type.Object(
    { decisions: Type.Array(Type.Union([DecisionAnswerSchema, NoAnswerSchema])) },
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
          { 200: json('The ad units, their addresses and trackers', AnswerSchema) },
          404,
          503,
        ),
      },
    },
    async (request) => {
      const started = performance.now()
      const explain = request.query.explain === true
      requireAllowed(request, explain)
      const outcomes = decidePage(serving.decider(), askedPlacements(asAsked(request)))
      const decisions = outcomes.flatMap(({ outcome }) => (outcome instanceof PolyadError ? [] : [outcome]))
      await ports.eventLog.append(decisions.map(({ record }) => record))
      for (const { record, why } of decisions) {
        metrics.count('polyad_decisions_total', { arm: record.arm })
        if (why.noPersonalUse !== null) {
          metrics.count('polyad_no_personal_use_total', { reason: why.noPersonalUse })
        }
        metrics.observeDecision((performance.now() - started) / 1000)
      }
      const answered = outcomes.map((each) => answerTo(each, secrets.tokenKey, explain))
      return request.body.placements ? { decisions: answered } : answered[0]
    },
  )
}

function answerTo(
  { id, format, request, outcome }: PlacementOutcome,
  tokenKey: ApiContext['secrets']['tokenKey'],
  explain: boolean,
) {
  const named = id === undefined ? {} : { id }
  if (outcome instanceof PolyadError) {
    const { code, message } = outcome
    return { ...named, placement: request.placement, decision: null, problem: { code, detail: message } }
  }
  const answer = answerFor(outcome, tokenKey, { explain })
  if (format === 'json' && id === undefined) return answer
  return { ...named, ...answer, ...formatted(answer, outcome.campaign.plan, format) }
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
