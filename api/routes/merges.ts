import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { readMerges } from '../../engine/guard/moves/merges.ts'
import { mergeLosing, restoreLeaf } from '../../engine/guard/moves/move-leaves.ts'
import { type Caller, callerText } from '../callers.ts'
import type { ApiContext } from '../context.ts'
import { NameParams, readDocument } from '../document-routes.ts'
import { answers } from '../documented.ts'

const RestoreBody = Type.Object(
  {
    leaf: Type.String({ minLength: 1, maxLength: 400 }),
    reason: Type.String({
      pattern: '\\S\\s*\\S\\s*\\S',
      maxLength: 1000,
      description: 'a reason that the next reader understands',
    }),
  },
  { additionalProperties: false },
)

type Params = Static<typeof NameParams>

/** Leaves that the guard gave to a wider segment. */
export function registerMerges(server: FastifyInstance, context: ApiContext): void {
  const { ports, serving } = context
  const url = '/v1/campaigns/:name/merges'
  const tags = ['campaigns']

  server.get<{ Params: Params }>(
    url,
    {
      schema: {
        tags,
        summary: 'Leaves that a wider segment serves because narrow loses there, and those given back',
        params: NameParams,
        response: answers({ 200: 'merged and restored' }, 404),
      },
    },
    async (request) => {
      const { name } = request.params
      await readDocument(ports.documents, 'campaign', name)
      return (await readMerges(ports, name)).merges
    },
  )

  server.post<{ Params: Params }>(
    url,
    {
      config: { allow: ['buyer'] },
      schema: {
        tags,
        summary: 'Merge the leaves in which narrow is shown to lose, by the counts as they stand',
        params: NameParams,
        response: answers(
          { 200: 'merged (just now), standing (all), without (why none was judged)' },
          404,
          412,
        ),
      },
    },
    async (request) => {
      const { name } = request.params
      await context.loadCounters()
      const moved = await mergeLosing(ports, name, { by: 'person', who: whoOf(request.caller) })
      await serving.steerAnew(name)
      return moved
    },
  )

  server.post<{ Params: Params; Body: Static<typeof RestoreBody> }>(
    `${url}/restore`,
    {
      config: { allow: ['buyer'] },
      schema: {
        tags,
        summary: 'Give a merged leaf its own ads back, with a reason that is kept',
        params: NameParams,
        body: RestoreBody,
        response: answers({ 200: 'merged and restored' }, 404, 412),
      },
    },
    async (request) => {
      const { name } = request.params
      const { leaf, reason } = request.body
      const merges = await restoreLeaf(ports, name, leaf, { who: whoOf(request.caller), reason })
      await serving.steerAnew(name)
      return merges
    },
  )
}

function whoOf(caller: Caller): string {
  return caller.kind === 'role' ? `${caller.role} key ${caller.id}` : callerText(caller)
}
