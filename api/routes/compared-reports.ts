import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { compareCampaigns } from '../../engine/reporting/compare-reports.ts'
import { ComparedReportsSchema } from '../../engine/reporting/compared-reports.ts'
import type { ApiContext } from '../context.ts'
import { Day } from '../day.ts'
import { NameParams } from '../document-routes.ts'
import { answers, json } from '../documented.ts'

const CompareQuerySchema = Type.Object(
  {
    with: Type.Optional(Type.String({ description: 'another campaign; default the same' })),
    by: Type.Optional(Type.String()),
    from: Type.Optional(Day),
    to: Type.Optional(Day),
    withFrom: Type.Optional(Day),
    withTo: Type.Optional(Day),
  },
  { additionalProperties: false },
)

type CompareRoute = { Params: Static<typeof NameParams>; Querystring: Static<typeof CompareQuerySchema> }

export function registerComparedReports(server: FastifyInstance, context: ApiContext): void {
  server.get<CompareRoute>(
    '/v1/campaigns/:name/report/comparison',
    {
      schema: {
        tags: ['reports'],
        summary:
          'Two campaigns, or two times of one, side by side, with what narrow brings over broad in each',
        params: NameParams,
        querystring: CompareQuerySchema,
        response: answers({ 200: json('The two reports compared', ComparedReportsSchema) }, 404),
      },
    },
    async (request) => {
      const { with: other, by, from, to, withFrom, withTo } = request.query
      await context.loadCounters()
      return compareCampaigns(context.ports, request.params.name, {
        ...(other !== undefined && { other }),
        ...(by !== undefined && { by }),
        ...(from !== undefined && { fromDay: from }),
        ...(to !== undefined && { toDay: to }),
        ...((withFrom !== undefined || withTo !== undefined) && {
          otherDays: {
            ...(withFrom !== undefined && { fromDay: withFrom }),
            ...(withTo !== undefined && { toDay: withTo }),
          },
        }),
      })
    },
  )
}
