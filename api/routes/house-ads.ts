import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { PLACEMENTS } from '../../data/placements.ts'
import { answers, media } from '../documented.ts'

const Params = Type.Object({ file: Type.String({ maxLength: 80 }) })

/** What a holdout is shown: a calm picture of the placement's size that advertises nothing. */
export function registerHouseAds(server: FastifyInstance): void {
  server.get<{ Params: { file: string } }>(
    '/v1/house-ads/:file',
    {
      helmet: { crossOriginResourcePolicy: { policy: 'cross-origin' } },
      config: { allow: ['anyone'], rate: 'trackers' },
      schema: {
        tags: ['ad units'],
        summary: 'The house ad of a placement: PLACEMENT.svg',
        params: Params,
        response: answers({ 200: media('The picture', 'image/svg+xml') }, 404),
      },
    },
    async (request, reply) => {
      const { file } = request.params
      const placement = file.endsWith('.svg') ? PLACEMENTS.get(file.slice(0, -'.svg'.length)) : undefined
      if (!placement) throw new PolyadError('NOT_FOUND', { what: 'house ad', name: file })
      return reply
        .type('image/svg+xml')
        .header('cache-control', 'public, max-age=86400')
        .send(houseAd(placement.widthPx, placement.heightPx))
    },
  )
}

function houseAd(widthPx: number, heightPx: number): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}">`,
    '<linearGradient id="sky" x2="0" y2="1"><stop stop-color="#dfe7ec"/><stop offset="1" stop-color="#b9c9d3"/></linearGradient>',
    '<rect width="100%" height="100%" fill="url(#sky)"/>',
    '</svg>\n',
  ].join('\n')
}
