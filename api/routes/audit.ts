import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { momentFrom } from '../../core/time.ts'
import type { ApiContext } from '../context.ts'
import { answers } from '../documented.ts'

const Query = Type.Object(
  {
    since: Type.Optional(
      Type.String({ description: 'a day (UTC) or a moment, ISO 8601; default: from the first' }),
    ),
  },
  { additionalProperties: false },
)

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
        response: answers({ 200: 'entries, oldest first; unreadable: lines that a crash left' }),
      },
    },
    ({ query: { since } }) => ports.audit.read(since === undefined ? 0 : momentFrom(since, 'since')),
  )
}
