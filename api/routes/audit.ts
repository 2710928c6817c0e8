import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { momentFrom } from '../../core/time.ts'
import type { ApiContext } from '../context.ts'
import { answers, json } from '../documented.ts'

const Query = Type.Object(
  {
    since: Type.Optional(
      Type.String({ description: 'a day (UTC) or a moment, ISO 8601; default: from the first' }),
    ),
  },
  { additionalProperties: false },
)

const HashSchema = Type.Union([Type.String(), Type.Null()])
const AuditSchema = Type.Object({
  entries: Type.Array(
    Type.Object({
      atMs: Type.Integer(),
      who: Type.String(),
      via: Type.Union([Type.Literal('api'), Type.Literal('command')]),
      action: Type.String(),
      subject: Type.String(),
      before: Type.Optional(HashSchema),
      after: Type.Optional(HashSchema),
      note: Type.Optional(Type.String()),
    }),
  ),
  unreadable: Type.Integer(),
})

export function registerAudit(server: FastifyInstance, { ports }: ApiContext): void {
  server.get<{ Querystring: Static<typeof Query> }>(
    '/v1/audit',
    {
      // Nobody but admins.
      config: { allow: [] },
      schema: {
        tags: ['operation'],
        summary:
          'Who changed what, by the API and by commands; edits of files are in the revisions of documents',
        querystring: Query,
        response: answers({ 200: json('Oldest first; unreadable: lines that a crash cut', AuditSchema) }),
      },
    },
    ({ query: { since } }) => ports.audit.read(since === undefined ? 0 : momentFrom(since, 'since')),
  )
}
