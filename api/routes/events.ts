import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { type EventOutcome, ingestEvents } from '../../engine/tracking/ingest.ts'
import { callerText, isTrusted } from '../callers.ts'
import type { ApiContext } from '../context.ts'
import { answers } from '../documented.ts'
import type { Metrics } from '../metrics.ts'

const EVENT_TYPES = ['impression', 'viewable', 'click', 'conversion'] as const

const EventsBody = Type.Object(
  {
    events: Type.Array(
      Type.Object(
        {
          // Of any length: one that cannot be ours is refused by itself, and measuring fifty costs more than it saves.
          token: Type.String(),
          type: Type.Unsafe<(typeof EVENT_TYPES)[number]>({ enum: EVENT_TYPES }),
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
type EventsBody = Static<typeof EventsBody>

export function registerEvents(server: FastifyInstance, context: ApiContext): void {
  const { ports, secrets } = context
  server.post<{ Body: EventsBody }>(
    '/v1/events',
    {
      config: { allow: ['anyone'] },
      schema: {
        tags: ['events'],
        summary: 'Report events by their tokens; answered when they are durable, and a repeat counts once',
        body: EventsBody,
        response: answers(
          { 200: 'How many were accepted or late, and which were refused' },
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
      const { accepted, late, refused } = tally(events, outcomes, context.metrics)
      if (refused.length === outcomes.length) throw new PolyadError('TOKEN_INVALID', {})
      return { accepted, late, refused: refused.map((index) => ({ index, code: 'TOKEN_INVALID' })) }
    },
  )
}

/** Counts a batch, each kind of event once for all there are of it. */
function tally(
  events: EventsBody['events'],
  outcomes: readonly EventOutcome[],
  metrics: Metrics,
): { readonly accepted: number; readonly late: number; readonly refused: readonly number[] } {
  const taken = { accepted: new Map<string, number>(), late: new Map<string, number>() }
  const refused: number[] = []
  for (const [index, { status }] of outcomes.entries()) {
    if (status === 'invalid') {
      refused.push(index)
      continue
    }
    const { type } = events[index]!
    taken[status].set(type, (taken[status].get(type) ?? 0) + 1)
  }
  if (refused.length > 0) metrics.count('polyad_tokens_refused_total', {}, refused.length)
  const countAll = (counts: ReadonlyMap<string, number>, late: boolean): number => {
    let sum = 0
    for (const [type, times] of counts) {
      metrics.count('polyad_events_total', { type, late: String(late), filtered: 'no' }, times)
      sum += times
    }
    return sum
  }
  return { accepted: countAll(taken.accepted, false), late: countAll(taken.late, true), refused }
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
