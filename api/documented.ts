import type { FastifyInstance } from 'fastify'
import { ProblemSchema } from './problem.ts'

const PROBLEM = {
  description: 'A problem; its code says which',
  content: { 'application/problem+json': { schema: ProblemSchema } },
}

/** What a route answers, for the OpenAPI document: what a success holds by status, and the failures of its own. */
export function answers(successes: Readonly<Record<number, string>>, ...failures: readonly number[]): object {
  return {
    ...Object.fromEntries(
      Object.entries(successes).map(([status, description]) => [status, { description }]),
    ),
    ...problems(failures),
  }
}

/** Adds to every route the failures that all of its kind have: a key that lacks, a body or address that is wrong. */
export function registerCommonAnswers(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    const { schema } = route
    if (!schema || schema.hide) return
    const needsKey = !route.config?.allow?.includes('anyone')
    const isRead = schema.params || schema.querystring || schema.body
    const common = [
      ...(needsKey ? [401, 403] : []),
      ...(isRead && route.url.startsWith('/v1/') ? [400] : []),
      ...(schema.body ? [413, 415] : []),
      429,
    ]
    schema.response = { ...problems(common), ...(schema.response as object) }
  })
}

function problems(statuses: readonly number[]): object {
  return Object.fromEntries(statuses.map((status) => [status, PROBLEM]))
}
