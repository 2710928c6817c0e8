import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { filterReason, type TrackerHeaders } from '../../engine/tracking/filter.ts'
import { type EventOutcome, type IncomingEvent, ingestEvents } from '../../engine/tracking/ingest.ts'
import type { FilterReason } from '../../engine/tracking/record.ts'
import { landingUrlOf, verifyToken } from '../../engine/tracking/token.ts'
import type { ApiContext } from '../context.ts'
import { answers, media } from '../documented.ts'

const Params = Type.Object({ token: Type.String() })
type TokenRoute = { Params: Static<typeof Params> }

/** A transparent GIF of one pixel: 43 bytes. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

const PIXELS = [
  {
    path: '/t/i/:token',
    type: 'impression',
    summary: 'Impression pixel: always a GIF, counted when the token is ours and the log has it',
  },
  {
    path: '/t/v/:token',
    type: 'viewable',
    summary: 'Viewable pixel: as the impression pixel, once the ad was in view long enough',
  },
  {
    path: '/t/x/:token',
    type: 'conversion',
    summary:
      'Conversion pixel, with the token its page was given by the click (POLYAD_CLICK_ID) or of a tracker',
  },
] as const

/**
 * A HEAD is a look at a link, not a showing or a click. Sites frame ads in sandboxes, and browsers block what opens
 * from a sandbox under an opener policy: then a click would count and lead nowhere.
 */
const shared = {
  exposeHeadRoute: false,
  helmet: { crossOriginResourcePolicy: { policy: 'cross-origin' }, crossOriginOpenerPolicy: false },
  config: { allow: ['anyone'], rate: 'trackers' },
} as const

/** A picture of one pixel runs nothing and opens nothing: of the headers that guard pages it needs these alone. */
const PIXEL_HEADERS = {
  'content-type': 'image/gif',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
} as const

export function registerTrackers(server: FastifyInstance, context: ApiContext): void {
  const { secrets, ports } = context
  const tags = ['trackers']

  for (const { path, type, summary } of PIXELS) {
    server.get<TokenRoute>(
      path,
      {
        ...shared,
        helmet: false,
        schema: {
          tags,
          summary,
          params: Params,
          response: answers({ 200: media('A transparent GIF of one pixel', 'image/gif') }),
        },
      },
      async (request, reply) => {
        await take(context, request, type)
        return reply.headers(PIXEL_HEADERS).send(PIXEL)
      },
    )
  }

  server.get<TokenRoute>(
    '/t/c/:token',
    {
      ...shared,
      schema: {
        tags,
        summary: 'Click: counted, then on to the landing page the token names and no other',
        params: Params,
        response: answers({ 302: 'To the landing page' }, 403, 404),
      },
    },
    async (request, reply) => {
      const verdict = verifyToken(secrets.tokenKey, request.params.token, ports.clock.nowMs())
      if (verdict.status === 'invalid' || verdict.payload.landingUrl === '') {
        context.metrics.count('polyad_tokens_refused_total')
        throw new PolyadError('TOKEN_INVALID', {})
      }
      const filtered = await take(context, request, 'click')
      // Answered, it would be kept for the click that follows, and that one would never get here.
      if (filtered === 'prefetch') throw new PolyadError('PREFETCH_REFUSED', {})
      return reply
        .header('cache-control', 'no-store')
        .redirect(landingUrlOf(secrets.tokenKey, verdict.payload), 302)
    },
  )
}

/**
 * Takes one event in. A log that cannot be written must not break the page: it is told in the log of the server.
 *
 * @returns why the event is kept apart; null: it is not
 */
async function take(
  { ports, secrets, metrics }: ApiContext,
  request: FastifyRequest<TokenRoute>,
  type: IncomingEvent['type'],
): Promise<FilterReason | null> {
  const filtered = filterReason(headersOf(request))
  const event = { token: request.params.token, type, via: 'page', filtered } as const
  let outcome: EventOutcome | undefined
  try {
    ;[outcome] = await ingestEvents(ports, secrets.tokenKey, [event])
  } catch (error) {
    request.log.error({ err: error }, `${type} not counted`)
    return filtered
  }
  if (outcome?.status === 'invalid') metrics.count('polyad_tokens_refused_total')
  else {
    const late = String(outcome?.status === 'late')
    metrics.count('polyad_events_total', { type, late, filtered: filtered ?? 'no' })
  }
  return filtered
}

function headersOf({ headers }: FastifyRequest): TrackerHeaders {
  const purposes = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].flatMap((name) => headers[name] ?? [])
  return { userAgent: headers['user-agent'], purposes }
}
