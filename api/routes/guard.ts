import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import {
  type CampaignGuardQuery,
  CampaignGuardSchema,
  guardCampaign,
} from '../../engine/guard/experiment/guard-campaign.ts'
import { createBoundedWork } from '../bounded-work.ts'
import type { ApiContext } from '../context.ts'
import { Day } from '../day.ts'
import { NameParams } from '../document-routes.ts'
import { answers, json } from '../documented.ts'

const Micros = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

const GuardQuerySchema = Type.Object(
  {
    from: Type.Optional(Day),
    to: Type.Optional(Day),
    outcome: Type.Optional(Type.Union([Type.Literal('goal'), Type.Literal('value')])),
    /** Smallest gain worth the trouble: a share of broad's mean, or an amount a person; one of the two. */
    worthwhileShare: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    worthwhileGain: Type.Optional(Type.Number({ minimum: 0 })),
    valueMicros: Type.Optional(Micros),
    costPerSegmentMicros: Type.Optional(Micros),
    costPerPersonMicros: Type.Optional(Micros),
    audience: Type.Optional(Type.Integer({ minimum: 1 })),
    costRatio: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    seed: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)
type GuardQuery = Static<typeof GuardQuerySchema>

/** Judging takes a core for seconds: one at a time, and few wait. */
const LIMITS = { atOnce: 1, waiting: 4 }

export function registerGuard(server: FastifyInstance, context: ApiContext): void {
  const { ports, judge } = context
  const bounded = createBoundedWork('judging', LIMITS)

  server.get<{ Params: Static<typeof NameParams>; Querystring: GuardQuery }>(
    '/v1/campaigns/:name/guard',
    {
      schema: {
        tags: ['reports'],
        summary: 'Whether narrow pays over broad, leaf by leaf, proved on people held out',
        params: NameParams,
        querystring: GuardQuerySchema,
        response: answers(
          { 200: json("The guard's report; its verdict is an answer whatever it is", CampaignGuardSchema) },
          404,
          503,
        ),
      },
    },
    (request) =>
      bounded.run(async () => {
        await context.loadCounters()
        return guardCampaign(ports, request.params.name, guardQueryFrom(request.query), judge)
      }),
  )
}

function guardQueryFrom(query: GuardQuery): CampaignGuardQuery {
  const { from, to, outcome, seed, worthwhileShare, worthwhileGain } = query
  const { valueMicros, costPerSegmentMicros, costPerPersonMicros, audience, costRatio } = query
  return {
    ...(from !== undefined && { fromDay: from }),
    ...(to !== undefined && { toDay: to }),
    ...(outcome !== undefined && { outcome }),
    ...(seed !== undefined && { seed }),
    ...(worthwhileShare !== undefined && { worthwhile: { relative: worthwhileShare } }),
    ...(worthwhileGain !== undefined && { worthwhile: { perPerson: worthwhileGain } }),
    economics: {
      ...(valueMicros !== undefined && { valuePerOutcomeMicros: valueMicros }),
      ...(costPerSegmentMicros !== undefined && { costPerSegmentMicros }),
      ...(costPerPersonMicros !== undefined && { costPerPersonMicros }),
      ...(audience !== undefined && { audience }),
      ...(costRatio !== undefined && { costRatio }),
    },
  }
}

/** The same query as parameters of the route. */
export function guardParameters(query: CampaignGuardQuery): URLSearchParams {
  const { fromDay, toDay, outcome, seed, worthwhile, economics = {} } = query
  const given: Readonly<Record<string, string | number | undefined>> = {
    from: fromDay,
    to: toDay,
    outcome,
    seed,
    worthwhileShare: worthwhile && 'relative' in worthwhile ? worthwhile.relative : undefined,
    worthwhileGain: worthwhile && 'perPerson' in worthwhile ? worthwhile.perPerson : undefined,
    valueMicros: economics.valuePerOutcomeMicros,
    costPerSegmentMicros: economics.costPerSegmentMicros,
    costPerPersonMicros: economics.costPerPersonMicros,
    audience: economics.audience,
    costRatio: economics.costRatio,
  }
  return new URLSearchParams(
    Object.entries(given).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  )
}
