import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { allocateCampaign } from '../../engine/allocation/allocate-campaign.ts'
import { AllocationReportSchema } from '../../engine/allocation/allocation-report.ts'
import { readWeights, StoredWeightsSchema } from '../../engine/allocation/stored-weights.ts'
import type { ApiContext } from '../context.ts'
import { NameParams, readDocument } from '../document-routes.ts'
import { answers, json } from '../documented.ts'

const AllocationQuery = Type.Object(
  {
    segment: Type.Optional(
      Type.String({ maxLength: 400, description: 'whose options are listed; default broad' }),
    ),
  },
  { additionalProperties: false },
)

const WeightsParams = Type.Object({
  name: Type.String({ maxLength: 120 }),
  version: Type.Integer({ minimum: 0, description: 'as decisions log it; 0 is even' }),
})

const WeightsSchema = Type.Object(
  {
    campaign: Type.String(),
    weightsVersion: Type.Integer({ minimum: 0 }),
    /** null: version 0, which is even. */
    stored: Type.Union([StoredWeightsSchema, Type.Null()]),
  },
  { additionalProperties: false },
)

type AllocationRoute = { Params: Static<typeof NameParams>; Querystring: Static<typeof AllocationQuery> }

/** How a campaign's options are drawn, and any weights that ever were in service. */
export function registerAllocation(server: FastifyInstance, context: ApiContext): void {
  const { ports, serving } = context
  const allocate = async (name: string, segment: string | undefined, store: boolean) => {
    await readDocument(ports.documents, 'campaign', name)
    const plan = serving.served(name) ?? (await serving.plan(name)).plan
    await context.loadCounters()
    const report = await allocateCampaign(ports, plan, {
      learn: context.learn,
      store,
      ...(segment === undefined ? {} : { segment }),
    })
    if (store) await serving.steerAnew(name)
    return report
  }

  server.get<AllocationRoute>(
    '/v1/campaigns/:name/allocation',
    {
      schema: {
        tags: ['campaigns'],
        summary: 'How the options of slots would be drawn by what was counted so far, and what is in service',
        params: NameParams,
        querystring: AllocationQuery,
        response: answers({ 200: json('The allocation', AllocationReportSchema) }, 404),
      },
    },
    (request) => allocate(request.params.name, request.query.segment, false),
  )

  server.post<AllocationRoute>(
    '/v1/campaigns/:name/allocation',
    {
      config: { allow: ['buyer', 'analyst'] },
      schema: {
        tags: ['campaigns'],
        summary: 'Learn the weights anew and put them into service now',
        params: NameParams,
        querystring: AllocationQuery,
        response: answers({ 200: json('The allocation', AllocationReportSchema) }, 404),
      },
    },
    (request) => allocate(request.params.name, request.query.segment, true),
  )

  server.get<{ Params: Static<typeof WeightsParams> }>(
    '/v1/campaigns/:name/weights/:version',
    {
      schema: {
        tags: ['campaigns'],
        summary: 'Weights by the version that decisions log: rule, floor, and a weight for each option',
        params: WeightsParams,
        response: answers({ 200: json('The weights', WeightsSchema) }, 404),
      },
    },
    async (request) => {
      const { name, version } = request.params
      await readDocument(ports.documents, 'campaign', name)
      const { stored = null } = await readWeights(ports, name, version)
      return { campaign: name, weightsVersion: version, stored }
    },
  )
}
