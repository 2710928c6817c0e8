import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { BudgetPlanSchema } from '../../engine/budget/budget-plan.ts'
import { planBudget } from '../../engine/budget/plan-budget.ts'
import type { ApiContext } from '../context.ts'
import { NameParams } from '../document-routes.ts'
import { answers, json } from '../documented.ts'

const BudgetPlanQuery = Type.Object(
  {
    budget: Type.String({
      description: 'what may be spent over the flight: 5000, or 5000 USD in the currency of the campaign',
    }),
    value: Type.Optional(
      Type.String({
        description: 'what a goal event is worth; default as in history',
      }),
    ),
    revision: Type.Optional(Type.Integer({ minimum: 1 })),
    frequencyCap: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'most showings a person a week' }),
    ),
    audience: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: "people that can be reached, when others than the population's",
      }),
    ),
  },
  { additionalProperties: false },
)

type BudgetPlanRoute = { Params: Static<typeof NameParams>; Querystring: Static<typeof BudgetPlanQuery> }

export function registerBudgetPlan(server: FastifyInstance, context: ApiContext): void {
  server.get<BudgetPlanRoute>(
    '/v1/campaigns/:name/budget-plan',
    {
      schema: {
        tags: ['campaigns'],
        summary: 'How a budget splits over the leaves, and what it is expected to bring beside broad only',
        params: NameParams,
        querystring: BudgetPlanQuery,
        response: answers(
          { 200: json('The plan', BudgetPlanSchema) },
          404,
          // Not checked, or the check refuses it.
          409,
        ),
      },
    },
    async (request) => {
      await context.loadCounters()
      return planBudget(context.ports, request.params.name, request.query, context.config.fingerprint)
    },
  )
}
