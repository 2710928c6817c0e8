import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { type EventOutcome, ingestEvents } from '../../engine/tracking/ingest.ts'
import type { FilterReason } from '../../engine/tracking/record.ts'
import { callerText, isTrusted } from '../callers.ts'
import type { ApiContext } from '../context.ts'
import { answers, json } from '../documented.ts'
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
      config: { allow: ['anyone', 'creative', 'buyer', 'analyst', 'site'] },
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
      const answer = tally(events, outcomes, metrics)
      if (answer.refused.length === outcomes.length) throw new PolyadError('TOKEN_INVALID', {})
      return answer
    },
  )
}

/** Counts a batch, each kind of event once for all there are of it, and says what became of them. */
function tally(
  events: EventsBody['events'],
  outcomes: readonly EventOutcome[],
  metrics: Metrics,
): Static<typeof OutcomeSchema> {
  const kinds = new Map<string, { labels: Record<string, string>; events: number }>()
  const apart: { index: number; reason: FilterReason }[] = []
  const refused: { index: number; code: 'TOKEN_INVALID' }[] = []
  let [accepted, late] = [0, 0]
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'invalid') {
      refused.push({ index, code: 'TOKEN_INVALID' })
      continue
    }
    const { status, filtered } = outcome
    const { type } = events[index]!
    if (filtered !== null) apart.push({ index, reason: filtered })
    else if (status === 'late') late++
    else accepted++
    const key = `${type} ${status} ${filtered}`
    const kind = kinds.get(key)
    if (kind) kind.events++
    else
      kinds.set(key, {
        labels: { type, late: String(status === 'late'), filtered: filtered ?? 'no' },
        events: 1,
      })
  }
  for (const { labels, events: times } of kinds.values()) metrics.count('polyad_events_total', labels, times)
  if (refused.length > 0) metrics.count('polyad_tokens_refused_total', {}, refused.length)
  return { accepted, late, apart, refused }
}

/** What only a conversion has, and what is believed of callers we know alone. */
const OF_CONVERSIONS = ['valueMicros', 'currency', 'orderId'] as const
const TRUSTED_ONLY = {
  valueMicros: 'report the value of a conversion',
  currency: 'report the currency of a conversion',
  orderId: 'report the order of a conversion',
  atMs: 'report when an event happened',
} as const

const TRUSTED_FIELDS = Object.keys(TRUSTED_ONLY) as readonly (keyof typeof TRUSTED_ONLY)[]

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
    for (const field of TRUSTED_FIELDS) {
      if (event[field] === undefined || isTrusted(caller)) continue
      const action = TRUSTED_ONLY[field]
      throw new PolyadError('FORBIDDEN', { action, caller: callerText(caller) })
    }
  }
}

function invalid(index: number, field: string, problem: string): PolyadError {
  return new PolyadError('INPUT_INVALID', { what: 'events', where: `/events/${index}/${field}`, problem })
}
