import type { FastifyInstance } from 'fastify'
import type { ApiContext } from '../context.ts'
import { answers } from '../documented.ts'

/** What caps and pacing stand at in this process. */
export function registerDelivery(server: FastifyInstance, { ports, keeper }: ApiContext): void {
  server.get(
    '/v1/delivery',
    {
      schema: {
        tags: ['campaigns'],
        summary:
          'Of every campaign that is served: what its pacing has counted and holds back (micros of money, or ' +
          'impressions), the share of people it lets in, and the memory of its caps',
        response: answers({ 200: 'By campaign' }),
      },
    },
    async () => ({ campaigns: keeper.delivery.state(ports.clock.nowMs()) }),
  )
}
