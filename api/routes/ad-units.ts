import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { MAX_ID_CHARACTERS } from '../../engine/campaign/id-codec.ts'
import { houseAdUrl } from '../../engine/decision/answer.ts'
import { pauseOfUnit } from '../../engine/delivery/paused.ts'
import { clickThroughUrl } from '../../engine/generate/click-through.ts'
import { LONGEST_SIDE_PX } from '../../engine/openrtb/native-markup.ts'
import { verifyToken } from '../../engine/tracking/token.ts'
import { isCopyOnly, requireCanvas } from '../../templates/placement.ts'
import type { FoundAdUnit } from '../ad-unit-pages.ts'
import { type Caller, callerText, isTrusted } from '../callers.ts'
import type { ApiContext } from '../context.ts'
import { answers, media } from '../documented.ts'

const FORMATS = ['json', 'html', 'svg', 'jpg', 'png', 'webp', 'avif', 'zip'] as const
type Format = (typeof FORMATS)[number]

const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  json: 'application/json; charset=utf-8',
  html: 'text/html; charset=utf-8',
  svg: 'image/svg+xml',
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
  zip: 'application/zip',
}

/**
 * Nothing of a document runs or is loaded but its pictures and the impression pixel. Its one link opens a window that
 * is free of the sandbox: a landing page must have its own cookies and forms.
 */
const DOCUMENT_POLICY = [
  'sandbox allow-popups allow-popups-to-escape-sandbox',
  "default-src 'none'",
  'img-src data: http: https:',
  "style-src 'unsafe-inline'",
].join('; ')

const Params = Type.Object({ file: Type.String({ maxLength: MAX_ID_CHARACTERS + '.json'.length }) })
const Query = Type.Object(
  {
    /** The content hash an address was made with: such an answer never changes. */
    h: Type.Optional(Type.String({ maxLength: 64 })),
    /** HTML only: the token of the decision that shows it, for its click and impression. */
    token: Type.Optional(Type.String({ maxLength: 4000 })),
  },
  { additionalProperties: false },
)

const PAUSED = 'It is paused: the house ad; role keys see it still'

const PictureParams = Type.Object({
  id: Type.String({ maxLength: MAX_ID_CHARACTERS }),
  file: Type.String({ maxLength: 80 }),
})
const Side = Type.Integer({ minimum: 1, maximum: LONGEST_SIDE_PX })
const PictureQuery = Type.Object({ w: Side, h: Side }, { additionalProperties: false })

export function registerAdUnits(server: FastifyInstance, context: ApiContext): void {
  const { adUnits } = context
  server.get<{ Params: Static<typeof Params>; Querystring: Static<typeof Query> }>(
    '/v1/ad-units/:file',
    {
      // Ads are shown on pages of others: they may be framed and embedded, and stand under a sandbox of their own.
      helmet: {
        contentSecurityPolicy: false,
        crossOriginOpenerPolicy: false,
        originAgentCluster: false,
        frameguard: false,
        crossOriginResourcePolicy: { policy: 'cross-origin' },
      },
      config: { allow: ['anyone', 'creative', 'buyer', 'analyst', 'site'], rate: 'trackers' },
      schema: {
        tags: ['ad units'],
        summary:
          'Any ad unit by id: ID.json (role keys), ID.html, ID.svg, ID.jpg, ID.png, ID.webp, ID.avif; ID.zip (role keys), an HTML5 creative',
        params: Params,
        querystring: Query,
        response: answers(
          {
            200: media('The ad unit', ...Object.values(MEDIA_TYPES).map((type) => type.split(';')[0]!)),
            302: PAUSED,
            304: 'Unchanged',
          },
          401,
          403,
          404,
          503,
        ),
      },
    },
    async (request, reply) => {
      const [id, format] = splitFile(request.params.file)
      if (format === 'json' || format === 'zip') requireTrusted(request.caller)
      const found = await adUnits.find(id)
      if (isKeptBack(context, found, request.caller, reply) && format !== 'json') {
        return reply.redirect(houseAdUrl(found.plan, found.unit.placement))
      }
      // Its links belong to one decision, or to the landing page of the day: only the looks may be kept.
      if (format === 'html' || format === 'json' || format === 'zip')
        reply.header('cache-control', 'no-store')
      else if (isUnchanged(found, format, request, reply)) return reply.code(304).send()
      reply.type(MEDIA_TYPES[format]).header('x-content-type-options', 'nosniff')
      if (format === 'html' || format === 'svg') {
        reply.header('content-security-policy', DOCUMENT_POLICY)
      }
      return reply.send(await bodyOf(context, found, format, request.query.token))
    },
  )
  registerSlotPictures(server, context)
}

/** Pictures of single slots, for native ads: the page that shows one lays it out itself. */
function registerSlotPictures(server: FastifyInstance, context: ApiContext): void {
  const { adUnits } = context
  server.get<{ Params: Static<typeof PictureParams>; Querystring: Static<typeof PictureQuery> }>(
    '/v1/ad-units/:id/pictures/:file',
    {
      helmet: { crossOriginResourcePolicy: { policy: 'cross-origin' } },
      config: { allow: ['anyone'], rate: 'trackers' },
      schema: {
        tags: ['ad units'],
        summary: 'The picture of one slot of an ad unit, cropped to a size: SLOT.jpg',
        params: PictureParams,
        querystring: PictureQuery,
        response: answers({ 200: media('The picture', 'image/jpeg'), 302: PAUSED }, 404, 503),
      },
    },
    async (request, reply) => {
      const { id, file } = request.params
      const { w, h } = request.query
      if (!file.endsWith('.jpg')) throw new PolyadError('NOT_FOUND', { what: 'picture', name: file })
      const found = await adUnits.find(id)
      if (isKeptBack(context, found, request.caller, reply)) {
        return reply.redirect(houseAdUrl(found.plan, found.unit.placement))
      }
      const slot = file.slice(0, -'.jpg'.length)
      const picture = await adUnits.slotPicture(found, slot, { widthPx: w, heightPx: h })
      return reply
        .type('image/jpeg')
        .header('x-content-type-options', 'nosniff')
        .header('cache-control', 'public, max-age=3600')
        .send(Buffer.from(picture))
    },
  )
}

/**
 * Whether a pause keeps the ad unit from whoever asks: everybody but role keys, who see what they stopped. The answer names
 * the pause in a header, and is kept by no cache.
 */
function isKeptBack(
  { keeper }: ApiContext,
  { plan, unit }: FoundAdUnit,
  caller: Caller,
  reply: FastifyReply,
): boolean {
  const pause = pauseOfUnit(keeper.delivery.paused, plan.campaign.name, unit)
  if (!pause) return false
  reply.header('polyad-paused', encodeURI(pause.target)).header('cache-control', 'no-store')
  return caller.kind !== 'role'
}

/** The data of an ad unit name its segment, which pictures and documents never do. */
function requireTrusted(caller: Caller): void {
  if (isTrusted(caller)) return
  if (caller.kind === 'none') throw new PolyadError('UNAUTHENTICATED', {})
  throw new PolyadError('FORBIDDEN', { action: 'read the data of an ad unit', caller: callerText(caller) })
}

/** The id and format of `ID.FORMAT`. */
function splitFile(file: string): [id: string, format: Format] {
  const dot = file.lastIndexOf('.')
  const format = FORMATS.find((each) => each === file.slice(dot + 1))
  if (dot > 0 && format) return [file.slice(0, dot), format]
  throw new PolyadError('INPUT_INVALID', {
    what: 'ad unit',
    where: `"${file}"`,
    problem: 'it has no known ending',
    mend: `end it with one of ${FORMATS.map((each) => `.${each}`).join(', ')}`,
  })
}

/** Sets the caching headers; whether the caller has this content already. */
function isUnchanged(
  found: FoundAdUnit,
  format: Format,
  request: FastifyRequest,
  reply: FastifyReply,
): boolean {
  const { h } = request.query as Static<typeof Query>
  const etag = `"${found.contentHash}-${format}"`
  const cached = h === found.contentHash ? 'public, max-age=31536000, immutable' : 'no-cache'
  reply.header('etag', etag).header('cache-control', cached)
  return request.headers['if-none-match'] === etag
}

async function bodyOf(
  context: ApiContext,
  found: FoundAdUnit,
  format: Format,
  token: string | undefined,
): Promise<string | Uint8Array> {
  const { adUnits } = context
  if (format !== 'json') requireCanvas(found.placement)
  switch (format) {
    case 'json':
      return JSON.stringify(describe(found))
    case 'html':
      return adUnits.html(found, linksOf(context, found, token))
    case 'svg':
      return adUnits.svg(found)
    case 'jpg':
      return Buffer.from(await adUnits.picture(found, 'jpeg'))
    case 'zip':
      return Buffer.from(await adUnits.zip(found))
    case 'png':
    case 'webp':
    case 'avif':
      return Buffer.from(await adUnits.picture(found, format))
  }
}

/** Counted links when the token is ours and of this ad unit; a preview goes to the bare landing page, as nobody's visit. */
function linksOf(
  { secrets, ports }: ApiContext,
  { id, plan }: FoundAdUnit,
  token: string | undefined,
): { clickUrl: string; impressionUrl?: string } {
  if (token === undefined) return { clickUrl: plan.campaign.landingUrl }
  const verdict = verifyToken(secrets.tokenKey, token, ports.clock.nowMs())
  if (verdict.status === 'invalid' || verdict.payload.adUnit !== id)
    throw new PolyadError('TOKEN_INVALID', {})
  return { clickUrl: `${plan.publicUrl}/t/c/${token}`, impressionUrl: `${plan.publicUrl}/t/i/${token}` }
}

function describe(found: FoundAdUnit): object {
  const { id, plan, unit, values, placement } = found
  const address = `${plan.publicUrl}/v1/ad-units/${id}`
  const version = `?h=${found.contentHash}`
  return {
    id,
    campaign: plan.campaign.name,
    revision: plan.revision,
    segment: unit.segment,
    segmentTitle: plan.segments.find((segment) => segment.id === unit.segment)?.title ?? unit.segment,
    locale: unit.locale,
    placement: unit.placement,
    widthPx: placement.widthPx,
    heightPx: placement.heightPx,
    choices: unit.choices,
    fields: values,
    clickThroughUrl: clickThroughUrl(plan, unit.segment, id),
    /** How each text came out: fits, shrunk, truncated, missing characters. */
    texts: found.scene.texts,
    ...(!isCopyOnly(placement) && {
      html: `${address}.html`,
      svg: `${address}.svg${version}`,
      jpg: `${address}.jpg${version}`,
      png: `${address}.png${version}`,
    }),
  }
}
