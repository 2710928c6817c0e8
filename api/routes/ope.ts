import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { type CampaignOpeQuery, valuePolicyOfCampaign } from '../../engine/ope/ope-campaign.ts'
import { OpeReportSchema } from '../../engine/ope/ope-report.ts'
import { PolicySchema } from '../../engine/ope/policy.ts'
import { createBoundedWork } from '../bounded-work.ts'
import type { ApiContext } from '../context.ts'
import { Day } from '../day.ts'
import { NameParams } from '../document-routes.ts'
import { answers, json } from '../documented.ts'

const OpeBody = Type.Object(
  {
    policy: PolicySchema,
    outcome: Type.Optional(
      Type.Union([Type.Literal('click'), Type.Literal('conversion'), Type.Literal('value')], {
        description: "default: the campaign's goal",
      }),
    ),
    from: Type.Optional(Day),
    to: Type.Optional(Day),
  },
  { additionalProperties: false },
)
type OpeBody = Static<typeof OpeBody>

export function registerOpe(server: FastifyInstance, { ports }: ApiContext): void {
  // One holds the choices of a whole log in memory.
  const bounded = createBoundedWork('off-policy evaluation', { atOnce: 1, waiting: 4 })

  server.post<{ Params: Static<typeof NameParams>; Body: OpeBody }>(
    '/v1/campaigns/:name/ope',
    {
      config: { allow: ['analyst'] },
      schema: {
        tags: ['reports'],
        summary: 'What another policy would have brought, from the decisions as they were logged',
        params: NameParams,
        body: OpeBody,
        response: answers(
          {
            200: json(
              'The value of the policy with its intervals, and how far the log carries it',
              OpeReportSchema,
            ),
          },
          404,
          422,
          503,
        ),
      },
    },
    (request) =>
      bounded.run(() =>
        valuePolicyOfCampaign(ports, request.params.name, queryFrom(request.body), 'request body, /policy'),
      ),
  )
}

function queryFrom({ policy, outcome, from, to }: OpeBody): CampaignOpeQuery {
  return {
    policy,
    ...(outcome !== undefined && { outcome }),
    ...(from !== undefined && { fromDay: from }),
    ...(to !== undefined && { toDay: to }),
  }
}

/** The same query as a body of the route. */
export function opeBody({ policy, outcome, fromDay, toDay }: CampaignOpeQuery): OpeBody {
  return {
    policy,
    ...(outcome !== undefined && { outcome }),
    ...(fromDay !== undefined && { from: fromDay }),
    ...(toDay !== undefined && { to: toDay }),
  }
}
