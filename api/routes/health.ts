import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import type { ApiContext } from '../context.ts'
import { answers, json, media } from '../documented.ts'

const StatusSchema = Type.Object({ status: Type.String() })

export function registerHealth(server: FastifyInstance, { ports, metrics }: ApiContext): void {
  const tags = ['operation']
  server.get(
    '/health/live',
    {
      config: { allow: ['anyone'], rate: 'trackers' },
      schema: { tags, summary: 'The process answers', response: answers({ 200: json('Yes', StatusSchema) }) },
    },
    async () => ({ status: 'live' }),
  )

  server.get(
    '/health/ready',
    {
      config: { allow: ['anyone'], rate: 'trackers' },
      schema: {
        tags,
        summary: 'The documents and counters can be read, and it is not stopping',
        response: answers({ 200: json('Yes', StatusSchema) }, 503),
      },
    },
    async (request) => {
      if (server.stopping) throw new PolyadError('STOPPING', {})
      try {
        await ports.documents.list('campaign')
        await ports.counters.position()
      } catch (error) {
        request.log.error({ err: error }, 'not ready')
        throw new PolyadError('NOT_READY', {})
      }
      return { status: 'ready' }
    },
  )

  server.get(
    '/metrics',
    {
      schema: {
        tags,
        summary: 'Counts and decision latency of this process, Prometheus text format',
        response: answers({ 200: media('text/plain; version=0.0.4', 'text/plain') }),
      },
    },
    async (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.text()),
  )
}
