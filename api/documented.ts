import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import { ANY_ROLE } from './callers.ts'
import { ProblemSchema } from './problem.ts'

const PROBLEM = {
  description: 'A problem; its code says which',
  content: { 'application/problem+json': { schema: ProblemSchema } },
}

/** A success for the OpenAPI document: in words alone when it has no body, else also by media type. */
export type Success = string | { readonly description: string; readonly content: object }

/** A success whose body is JSON of this schema. */
export function json(description: string, schema: TSchema): Success {
  return { description, content: { 'application/json': { schema } } }
}

/** A success whose body is a text, a picture or a file of one of these media types, without parameters. */
export function media(description: string, ...types: readonly string[]): Success {
  return { description, content: Object.fromEntries(types.map((type) => [type, { schema: {} }])) }
}

/** What a route answers, for the OpenAPI document: what a success holds by status, and the failures of its own. */
export function answers(
  successes: Readonly<Record<number, Success>>,
  ...failures: readonly number[]
): object {
  return {
    ...Object.fromEntries(
      Object.entries(successes).map(([status, success]) => [
        status,
        typeof success === 'string' ? { description: success, type: 'null' } : success,
      ]),
    ),
    ...problems(failures),
  }
}

/**
 * Adds to every route what all of its kind have: who may use it (`x-allow`; without a key: no security), and the
 * failures of a key that lacks, a body or address that is wrong.
 */
export function registerCommonAnswers(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    const { schema } = route
    if (!schema || schema.hide) return
    const allow = route.config?.allow ?? ANY_ROLE
    const needsKey = !allow.includes('anyone')
    const isChecked = schema.querystring || schema.body || (schema.params && route.url.startsWith('/v1/'))
    const common = [
      ...(needsKey ? [401, 403] : []),
      ...(isChecked ? [400] : []),
      ...(schema.body ? [413, 415] : []),
      429,
    ]
    schema.response = { ...problems(common), ...(schema.response as object) }
    Object.assign(
      schema,
      { 'x-allow': needsKey ? [...allow, 'admin'] : allow },
      !needsKey && { security: [] },
    )
  })
}

function problems(statuses: readonly number[]): object {
  return Object.fromEntries(statuses.map((status) => [status, PROBLEM]))
}
