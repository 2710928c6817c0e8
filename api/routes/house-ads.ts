import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { PLACEMENTS } from '../../data/placements.ts'
import { isCopyOnly } from '../../templates/placement.ts'
import type { ApiContext } from '../context.ts'
import { answers, media } from '../documented.ts'

const Params = Type.Object({ file: Type.String({ maxLength: 80 }) })

const CampaignParams = Type.Object({
  campaign: Type.String({ maxLength: 60 }),
  file: Type.String({ maxLength: 80 }),
})

/** What a holdout is shown, and whoever no campaign may be shown to. */
export function registerHouseAds(server: FastifyInstance, context: ApiContext): void {
  registerCampaignHouseAds(server, context)
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
      if (!placement || isCopyOnly(placement))
        throw new PolyadError('NOT_FOUND', { what: 'house ad', name: file })
      return reply
        .type('image/svg+xml')
        .header('cache-control', 'public, max-age=86400')
        .send(houseAd(placement.widthPx, placement.heightPx))
    },
  )
}

/** The picture a campaign names, cropped to a placement of its own. */
function registerCampaignHouseAds(server: FastifyInstance, { serving, adUnits }: ApiContext): void {
  server.get<{ Params: Static<typeof CampaignParams> }>(
    '/v1/house-ads/:campaign/:file',
    {
      helmet: { crossOriginResourcePolicy: { policy: 'cross-origin' } },
      config: { allow: ['anyone'] },
      schema: {
        tags: ['ad units'],
        summary: "A campaign's own house ad (`houseAd`) in a placement: PLACEMENT.jpg",
        params: CampaignParams,
        response: answers({ 200: media('The picture', 'image/jpeg') }, 404, 503),
      },
    },
    async (request, reply) => {
      const { campaign, file } = request.params
      const state = serving.states().find((each) => each.campaign === campaign)
      const plan = state && (await serving.plan(campaign)).plan
      const placement = plan?.placements.find(({ id }) => `${id}.jpg` === file)
      const picture = plan && placement && !isCopyOnly(placement) && (await adUnits.houseAd(plan, placement))
      if (!picture) throw new PolyadError('NOT_FOUND', { what: 'house ad', name: `${campaign}/${file}` })
      return reply
        .type('image/jpeg')
        .header('x-content-type-options', 'nosniff')
        .header('cache-control', 'public, max-age=3600')
        .send(Buffer.from(picture))
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
