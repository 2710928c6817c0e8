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
          /** Conversions only, micros of the campaign's currency; from role keys. */
          valueMicros: Type.Optional(Type.Integer({ minimum: 0 })),
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
  refused: Type.Array(Type.Object({ index: Type.Integer(), code: Type.String() })),
})
type EventsBody = Static<typeof EventsBody>

export function registerEvents(server: FastifyInstance, context: ApiContext): void {
  const { ports, secrets, metrics } = context
  server.post<{ Body: EventsBody }>(
    '/v1/events',
    {
      config: { allow: ['anyone'] },
      schema: {
        tags: ['events'],
        summary: 'Report events by their tokens; answered when they are durable, and a repeat counts once',
        body: EventsBody,
        response: answers(
          { 200: json('How many were accepted or late, and which were refused', OutcomeSchema) },
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
      const outcomes = await ingestEvents(ports, secrets.tokenKey, events)
      const refused = outcomes.flatMap(({ status }, index) => (status === 'invalid' ? [index] : []))
      for (const [index, { status }] of outcomes.entries()) {
        if (status === 'invalid') metrics.count('polyad_tokens_refused_total')
        else
          metrics.count('polyad_events_total', {
            type: events[index]!.type,
            late: String(status === 'late'),
            filtered: 'no',
          })
      }
      if (refused.length === outcomes.length) throw new PolyadError('TOKEN_INVALID', {})
      const late = outcomes.filter(({ status }) => status === 'late').length
      return {
        accepted: outcomes.length - refused.length - late,
        late,
        refused: refused.map((index) => ({ index, code: 'TOKEN_INVALID' })),
      }
    },
  )
}

/** A token proves that the ad was served, not what a sale was worth: amounts come from callers we know. */
function requireAllowed(request: FastifyRequest<{ Body: EventsBody }>): void {
  const { caller, body } = request
  for (const [index, { type, valueMicros }] of body.events.entries()) {
    if (valueMicros === undefined) continue
    if (type !== 'conversion') {
      throw new PolyadError('INPUT_INVALID', {
        what: 'events',
        where: `/events/${index}/valueMicros`,
        problem: `a ${type} has no value`,
      })
    }
    if (!isTrusted(caller)) {
      throw new PolyadError('FORBIDDEN', {
        action: 'report the value of a conversion',
        caller: callerText(caller),
      })
    }
  }
}
