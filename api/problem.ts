import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../core/errors.ts'

/** A detail may tell what was sent, and that may be a megabyte. */
const LONGEST_DETAIL = 2_000

/** RFC 9457. `code` is the error catalogue's. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.Optional(Type.String()),
    requestId: Type.String(),
  },
  { additionalProperties: false, description: 'application/problem+json (RFC 9457)' },
)

/** Every failure becomes a problem of the one catalogue; a 5xx shows only its code and the request id. */
export function registerProblems(server: FastifyInstance): void {
  server.setErrorHandler((error: FastifyError | PolyadError, request, reply) => {
    const problem = problemFrom(error, request)
    if (problem.status >= 500 && problem.code !== 'STOPPING')
      request.log.error({ err: error }, 'request failed')
    return sendProblem(problem, request, reply)
  })
  server.setNotFoundHandler((request, reply) =>
    sendProblem(
      new PolyadError('NOT_FOUND', { what: 'page', name: request.url.split('?', 1)[0]! }),
      request,
      reply,
    ),
  )
}

/**
 * Answers what fails before a route is found, such as an address that cannot be decoded: it passes no hook, and the
 * framework would tell the address back.
 */
export function refuseAddress(_error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-content-type-options', 'nosniff')
  sendProblem(invalid('address', 'it is too long, or not percent-encoded UTF-8'), request, reply)
}

/** The catalogue's name for a failure of the framework; anything unknown is a bug of ours. */
function problemFrom(error: FastifyError | PolyadError, request: FastifyRequest): PolyadError {
  if (error instanceof PolyadError) return error
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new PolyadError('BODY_TOO_LARGE', { maxBytes: request.routeOptions.bodyLimit ?? 0 })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new PolyadError('MEDIA_TYPE_UNSUPPORTED', {})
    case 'FST_ERR_VALIDATION':
      return invalid(`request ${error.validationContext}`, error.message)
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return invalid('request', error.message)
  }
  return new PolyadError('INTERNAL', {}, { cause: error })
}

function invalid(where: string, problem: string): PolyadError {
  return new PolyadError('INPUT_INVALID', { what: 'request', where, problem })
}

function sendProblem(error: PolyadError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer')
  if (error.status === 503) reply.header('retry-after', '1')
  if (isRateLimited(error)) reply.header('retry-after', String(error.details.retrySeconds))
  return reply
    .code(error.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(withoutMarkup(JSON.stringify(problemBody(error, request.id))))
}

function isRateLimited(error: PolyadError): error is PolyadError<'RATE_LIMITED'> {
  return error.code === 'RATE_LIMITED'
}

/** A failure as a problem. A failure of ours tells its code alone: the log has the rest. */
export function problemBody(error: PolyadError, requestId: string): Static<typeof ProblemSchema> {
  return {
    type: `urn:polyad:error:${error.code}`,
    title: error.code.toLowerCase().replaceAll('_', ' '),
    status: error.status,
    code: error.code,
    ...(error.status < 500 ? { detail: shortened(error.message) } : {}),
    requestId,
  }
}

function shortened(text: string): string {
  return text.length > LONGEST_DETAIL ? `${text.slice(0, LONGEST_DETAIL)}...` : text
}

/** The same JSON without a character of markup: a detail tells what was sent, and somebody may look at it as a page. */
function withoutMarkup(json: string): string {
  return json.replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
}
