import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { takeNotice } from '../../engine/tracking/notice.ts'
import type { ApiContext } from '../context.ts'
import { answers } from '../documented.ts'

const Params = Type.Object({ token: Type.String() })
/** What the exchange puts in the place of its macros; it may leave any of them empty, and add what it likes. */
const Query = Type.Object({
  price: Type.Optional(Type.String()),
  cur: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
})

const ROUTES = [
  { path: '/t/w/:token', type: 'win', summary: 'Win notice (nurl) of a bid' },
  { path: '/t/b/:token', type: 'billing', summary: 'Billing notice (burl) of a bid' },
  { path: '/t/l/:token', type: 'loss', summary: 'Loss notice (lurl) of a bid' },
] as const

/**
 * What exchanges tell of our bids. Unlike pixels these come from servers, which try again: they are answered when they
 * are in the log.
 */
export function registerNotices(server: FastifyInstance, { ports, secrets, metrics }: ApiContext): void {
  for (const { path, type, summary } of ROUTES) {
    server.get<{ Params: Static<typeof Params>; Querystring: Static<typeof Query> }>(
      path,
      {
        exposeHeadRoute: false,
        helmet: { crossOriginResourcePolicy: { policy: 'cross-origin' } },
        config: { allow: ['anyone'], rate: 'notices' },
        schema: {
          tags: ['auctions'],
          summary: `${summary}: answered when it is durable; a repeat counts once`,
          params: Params,
          querystring: Query,
          response: answers({ 204: 'Taken' }, 404, 503),
        },
      },
      async (request, reply) => {
        const { price, cur, code } = request.query
        const { status, filtered } = await takeNotice(ports, secrets.tokenKey, {
          token: request.params.token,
          type,
          price,
          currency: cur,
          lossCode: code,
        })
        if (status === 'invalid') {
          metrics.count('polyad_tokens_refused_total')
          throw new PolyadError('TOKEN_INVALID', {})
        }
        metrics.count('polyad_notices_total', {
          type,
          late: String(status === 'late'),
          filtered: filtered ?? 'no',
        })
        return reply.code(204).header('cache-control', 'no-store').send()
      },
    )
  }
}
