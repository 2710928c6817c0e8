import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { ingestEvents } from '../../engine/tracking/ingest.ts'
import { callerText, isTrusted } from '../callers.ts'
import type { ApiContext } from '../context.ts'
import { answers, json } from '../documented.ts'

const EventsBody = Type.Object(
  {
    events: Type.Array(
      Type.Object(
        {
          token: Type.String({ minLength: 1, maxLength: 4000 }),
          type: Type.Union([
            Type.Literal('impression'),
            Type.Literal('viewable'),
            Type.Literal('click'),
            Type.Literal('conversion'),
          ]),
          valueMicros: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: Number.MAX_SAFE_INTEGER,
              description: 'conversions, from role keys: micros of a unit of currency',
            }),
          ),
          currency: Type.Optional(
            Type.String({
              pattern: '^[A-Z]{3}$',
              description:
                "conversions, from role keys: the value's currency (ISO 4217), for confirmation; in another than the " +
                "campaign's the event is kept apart",
            }),
          ),
          orderId: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 200,
              description:
                'conversions, from role keys: one decision may bring several orders, each counts once; the id is not kept',
            }),
          ),
          atMs: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 8.64e15,
              description: 'from role keys: when it happened, Unix ms; else it is taken as of now',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 1000 },
    ),
  },
  { additionalProperties: false },
)

const OutcomeSchema = Type.Object({
  accepted: Type.Integer(),
  late: Type.Integer(),
  apart: Type.Array(Type.Object({ index: Type.Integer(), reason: Type.String() })),
  refused: Type.Array(Type.Object({ index: Type.Integer(), code: Type.String() })),
})
type EventsBody = Static<typeof EventsBody>

export function registerEvents(server: FastifyInstance, context: ApiContext): void {
  const { ports, secrets, metrics, serving } = context
  const currencyOf = async (campaign: string): Promise<string | undefined> => {
    try {
      return (await serving.plan(campaign)).plan.campaign.budget.total.currency
    } catch (error) {
      // A campaign that is gone, or cannot be compiled now, confirms no currency.
      if (error instanceof PolyadError) return undefined
      throw error
    }
  }
  server.post<{ Body: EventsBody }>(
    '/v1/events',
    {
      config: { allow: ['anyone'] },
      schema: {
        tags: ['events'],
        summary: 'Report events by their tokens; answered when they are durable, and a repeat counts once',
        body: EventsBody,
        response: answers(
          {
            200: json(
              'How many were accepted or late, which are kept apart and why, and which were refused',
              OutcomeSchema,
            ),
          },
          401,
          403,
          404,
          503,
        ),
      },
    },
    async (request) => {
      const { events } = request.body
      requireAllowed(request)
      const outcomes = await ingestEvents(ports, secrets.tokenKey, events, currencyOf)
      const refused = outcomes.flatMap(({ status }, index) => (status === 'invalid' ? [index] : []))
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.status === 'invalid') metrics.count('polyad_tokens_refused_total')
        else
          metrics.count('polyad_events_total', {
            type: events[index]!.type,
            late: String(outcome.status === 'late'),
            filtered: outcome.filtered ?? 'no',
          })
      }
      const apart = outcomes.flatMap((outcome, index) =>
        outcome.status !== 'invalid' && outcome.filtered !== null
          ? [{ index, reason: outcome.filtered }]
          : [],
      )
      if (refused.length === outcomes.length) throw new PolyadError('TOKEN_INVALID', {})
      const late = outcomes.filter((outcome) => outcome.status === 'late' && outcome.filtered === null).length
      return {
        accepted: outcomes.length - refused.length - late - apart.length,
        late,
        apart,
        refused: refused.map((index) => ({ index, code: 'TOKEN_INVALID' })),
      }
    },
  )
}

/** What only a conversion has, and what is believed of callers we know alone. */
const OF_CONVERSIONS = ['valueMicros', 'currency', 'orderId'] as const
const TRUSTED_ONLY = {
  valueMicros: 'report the value of a conversion',
  currency: 'report the currency of a conversion',
  orderId: 'report the order of a conversion',
  atMs: 'report when an event happened',
} as const

/**
 * A token proves that the ad was served, not what a sale was worth, nor how many there were, nor when: that comes from
 * callers we know.
 */
function requireAllowed(request: FastifyRequest<{ Body: EventsBody }>): void {
  const { caller, body } = request
  for (const [index, event] of body.events.entries()) {
    for (const field of OF_CONVERSIONS) {
      if (event[field] === undefined || event.type === 'conversion') continue
      throw invalid(index, field, `a ${event.type} has none`)
    }
    if (event.currency !== undefined && event.valueMicros === undefined) {
      throw invalid(index, 'currency', 'there is no valueMicros that it would be of')
    }
    for (const [field, action] of Object.entries(TRUSTED_ONLY)) {
      if (event[field as keyof typeof TRUSTED_ONLY] === undefined || isTrusted(caller)) continue
      throw new PolyadError('FORBIDDEN', { action, caller: callerText(caller) })
    }
  }
}

function invalid(index: number, field: string, problem: string): PolyadError {
  return new PolyadError('INPUT_INVALID', { what: 'events', where: `/events/${index}/${field}`, problem })
}
