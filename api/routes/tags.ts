import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { answerFor, answerForNoAd } from '../../engine/decision/answer.ts'
import { verifyTag } from '../../engine/tags/tag-token.ts'
import { VIEWABLE_MS, viewableShare } from '../../engine/tracking/viewable.ts'
import { languagesFrom } from '../accept-language.ts'
import type { ApiContext } from '../context.ts'
import { answers, json, media } from '../documented.ts'
import { countRefusals } from './decisions.ts'

/** Names of 60 letters each, their marks, the byte of the kind, the key's id and the signature, as base64url. */
const LONGEST_TAG = 196
const Params = Type.Object({ token: Type.String({ maxLength: LONGEST_TAG }) })
const Query = Type.Object(
  {
    /** Anything: makes the address another one for a cache that keeps what it must not. */
    cb: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
)

const Address = Type.Union([Type.String(), Type.Null()])
const TagAnswerSchema = Type.Object({
  widthPx: Type.Integer(),
  heightPx: Type.Integer(),
  html: Address,
  image: Type.String(),
  click: Address,
  impression: Type.String(),
  viewable: Type.String(),
  viewableShare: Type.Number(),
  viewableMs: Type.Integer(),
})

/** What stands in pages of others: framed and embedded there, and a click on it opens a window of its own. */
const EMBEDDED = {
  frameguard: false,
  originAgentCluster: false,
  crossOriginOpenerPolicy: false,
  crossOriginResourcePolicy: { policy: 'cross-origin' },
} as const

/** An hour: a change of the script reaches pages within it. */
const CACHED = 'public, max-age=3600'

const FRAME_STYLE = 'html,body{margin:0}'

const FRAME = [
  '<!doctype html>',
  '<meta charset="utf-8">',
  '<title>Advertisement</title>',
  `<style>${FRAME_STYLE}</style>`,
  '<body><script src="tag.js" data-frame></script></body>',
  '',
].join('\n')

/** The frame runs the tag's script, which asks for a decision, frames its ad and fetches its pixels, all from here. */
const FRAME_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "img-src 'self'",
  `style-src 'sha256-${createHash('sha256').update(FRAME_STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** Ad tags: a script and a frame that never change, and the decision they ask for. */
export function registerTags(server: FastifyInstance, context: ApiContext): void {
  const { config, ports, secrets, serving, metrics } = context
  const tags = ['tags']

  server.get(
    '/v1/tag.js',
    {
      helmet: EMBEDDED,
      config: { allow: ['anyone'], rate: 'trackers' },
      schema: {
        tags,
        summary: 'The script of ad tags',
        response: answers({ 200: media('A classic script', 'text/javascript') }),
      },
    },
    async (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').header('cache-control', CACHED).send(config.tagScript),
  )

  server.get(
    '/v1/tag.html',
    {
      helmet: { ...EMBEDDED, contentSecurityPolicy: false },
      config: { allow: ['anyone'], rate: 'trackers' },
      schema: {
        tags,
        summary: 'The document of iframe tags; what it shows is named in the fragment, which is never sent',
        response: answers({ 200: media('A document that runs the script', 'text/html') }),
      },
    },
    async (_request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', FRAME_POLICY)
        .header('cache-control', CACHED)
        .send(FRAME),
  )

  server.get<{ Params: { token: string }; Querystring: Static<typeof Query> }>(
    '/v1/tags/:token',
    {
      helmet: EMBEDDED,
      config: { allow: ['anyone'], rate: 'trackers' },
      schema: {
        tags,
        summary: 'Choose an ad for a tag, by context only; the decision is in the log before it is answered',
        params: Params,
        querystring: Query,
        response: answers({ 200: json('The ad, its click address and trackers', TagAnswerSchema) }, 404, 503),
      },
    },
    async (request, reply) => {
      const started = performance.now()
      const tag = verifyTag(secrets.tokenKey, request.params.token)
      if (!tag) {
        metrics.count('polyad_tokens_refused_total')
        throw new PolyadError('TOKEN_INVALID', {})
      }
      const languages = languagesFrom(request.headers['accept-language'] ?? '')
      const decision = serving.decider().answer({ ...tag, languages })
      countRefusals(metrics, decision.record ? decision.why.refused : decision.refused)
      if (decision.record) {
        await ports.eventLog.append([decision.record])
        metrics.count('polyad_decisions_total', { arm: decision.record.arm })
        metrics.observeDecision((performance.now() - started) / 1000)
      }
      const { widthPx, heightPx, html, image, click, impression, viewable } = decision.record
        ? answerFor(decision, secrets.tokenKey, { explain: false })
        : answerForNoAd(decision, ports.clock.nowMs(), { explain: false })
      return reply
        .header('access-control-allow-origin', '*')
        .header('cache-control', 'no-store')
        .send({
          widthPx,
          heightPx,
          html,
          image,
          click,
          impression,
          viewable,
          viewableShare: viewableShare(widthPx, heightPx),
          viewableMs: VIEWABLE_MS,
        })
    },
  )
}
