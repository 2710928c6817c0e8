import type { FastifyRequest, FastifyServerOptions } from 'fastify'
import { PolyadError } from '../core/errors.ts'

/**
 * A logger that is told nothing of people: of a request its method and the pattern of its route, never its address,
 * headers or body, and never where it came from; of a failure of ours its words, of any other only where it happened,
 * since its words may repeat what was sent. The request id joins a line with the problem that was answered.
 *
 * @param logger as Fastify takes it; its serializers are replaced
 */
export function safeLogger(logger: FastifyServerOptions['logger']): {
  readonly logger: NonNullable<FastifyServerOptions['logger']>
} {
  if (!logger) return { logger: false }
  return { logger: { ...(logger === true ? {} : logger), serializers: SERIALIZERS } }
}

const SERIALIZERS = {
  req: (request: FastifyRequest) => ({
    method: request.method,
    route: request.routeOptions.url ?? 'none',
  }),
  res: (reply: { readonly statusCode?: number }) => ({ status: reply.statusCode }),
  err: errorOf,
} as const

interface LoggedError {
  readonly [detail: string]: unknown
  readonly type: string
  readonly message: string
  readonly stack: string
}

function errorOf(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: '', stack: '' }
  const stack = framesOf(error)
  const cause = error.cause === undefined ? {} : { cause: errorOf(error.cause) }
  if (error instanceof PolyadError) {
    return { type: error.code, message: error.status >= 500 ? error.message : '', stack, ...cause }
  }
  return { type: error.name, message: (error as NodeJS.ErrnoException).code ?? '', stack, ...cause }
}

/** Where it happened, without the words that stand above. */
function framesOf({ stack = '', name, message }: Error): string {
  const frames = stack.slice(`${name}: ${message}`.length).split('\n')
  return frames.filter((line) => /^\s+at /.test(line)).join('\n')
}
