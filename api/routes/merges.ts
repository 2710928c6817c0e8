import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { auditedDocuments } from '../../engine/audit/audited-documents.ts'
import { MergesSchema, MovedLeavesSchema, readMerges } from '../../engine/guard/moves/merges.ts'
import { mergeLosing, restoreLeaf } from '../../engine/guard/moves/move-leaves.ts'
import { actorOf, type Caller } from '../callers.ts'
import type { ApiContext } from '../context.ts'
import { NameParams, readDocument } from '../document-routes.ts'
import { answers, json } from '../documented.ts'

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
  const portsOf = (caller: Caller) => ({ ...ports, documents: auditedDocuments(ports, actorOf(caller)) })

  server.get<{ Params: Params }>(
    url,
    {
      schema: {
        tags,
        summary: 'Leaves that a wider segment serves because narrow loses there, and those given back',
        params: NameParams,
        response: answers({ 200: json('What stands', MergesSchema) }, 404),
      },
    },
    async (request) => {
      const { name } = request.params
      await readDocument(ports.documents, 'campaign', name)
      return readMerges(ports, name)
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
        response: answers({ 200: json('What was merged, and what stands', MovedLeavesSchema) }, 404),
      },
    },
    async (request) => {
      const { name } = request.params
      await context.loadCounters()
      const { caller } = request
      const moved = await mergeLosing(portsOf(caller), name, { by: 'person', who: actorOf(caller).who })
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
        response: answers({ 200: json('What stands', MergesSchema) }, 404),
      },
    },
    async (request) => {
      const { name } = request.params
      const { leaf, reason } = request.body
      const { caller } = request
      const merges = await restoreLeaf(portsOf(caller), name, leaf, { who: actorOf(caller).who, reason })
      await serving.steerAnew(name)
      return merges
    },
  )
}
