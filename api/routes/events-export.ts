import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { exportEvents } from '../../engine/reporting/events-export.ts'
import { tableCsv } from '../../engine/reporting/table-csv.ts'
import { createBoundedWork } from '../bounded-work.ts'
import type { ApiContext } from '../context.ts'
import { Day } from '../day.ts'
import { answers, media } from '../documented.ts'

const ExportQuery = Type.Object(
  {
    campaign: Type.Optional(Type.String({ description: 'default: all' })),
    from: Type.Optional(Day),
    to: Type.Optional(Day),
    format: Type.Optional(Type.Union([Type.Literal('csv'), Type.Literal('parquet')])),
    person: Type.Optional(
      Type.Union([Type.Literal('export'), Type.Literal('workspace')], {
        description:
          "export (default): a hash that joins a person's rows here and nowhere else; workspace: the hash of all exports",
      }),
    ),
  },
  { additionalProperties: false },
)

const MEDIA_TYPES = { csv: 'text/csv; charset=utf-8', parquet: 'application/vnd.apache.parquet' } as const

export function registerEventsExport(server: FastifyInstance, context: ApiContext): void {
  const { ports } = context
  // One holds a window of decisions in memory.
  const exports = createBoundedWork('exporting of events', { atOnce: 1, waiting: 4 })

  server.get<{ Querystring: Static<typeof ExportQuery> }>(
    '/v1/events/export',
    {
      config: { allow: ['analyst'] },
      schema: {
        tags: ['reports'],
        summary:
          'Decisions with their events, one row a decision, as a CSV or Parquet file; data of single people',
        querystring: ExportQuery,
        response: answers(
          {
            200: media(
              'The file; the header polyad-decisions tells its rows',
              'text/csv',
              'application/vnd.apache.parquet',
            ),
          },
          404,
          503,
        ),
      },
    },
    (request, reply) =>
      exports.run(async () => {
        const { campaign, from, to, format = 'csv', person } = request.query
        const abort = new AbortController()
        reply.raw.once('close', () => abort.abort())
        const made = await exportEvents(
          ports,
          {
            ...(campaign !== undefined && { campaign }),
            ...(from !== undefined && { fromDay: from }),
            ...(to !== undefined && { toDay: to }),
          },
          { personKey: person === 'workspace' ? null : randomBytes(32), signal: abort.signal },
        )
        const write = format === 'csv' ? tableCsv : ports.tables.parquet
        const file = Readable.from(write(made.columns, made.rows), { objectMode: false })
        reply
          .type(MEDIA_TYPES[format])
          .header('polyad-decisions', made.decisions)
          .header('content-disposition', `attachment; filename="events.${format}"`)
          .send(file)
        // Its place is free when the file is through; a failure on the way ends the connection, and the server logs it.
        await finished(file).catch(() => {})
        return reply
      }),
  )
}
