import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyHttpOptions, FastifyInstance } from 'fastify'
import { PolyadError } from '../core/errors.ts'
import { problemBody } from './problem.ts'

/** What one request and one connection may take of the server. */
export interface Limits {
  /** Largest request body, bytes. */
  readonly bodyBytes: number
  /** Request line and headers together, bytes. */
  readonly headerBytes: number
  /** From the first byte of a request until its headers are there, ms. */
  readonly headersMs: number
  /** From the first byte of a request until all of it is there, ms. */
  readonly requestMs: number
  /** How long an answered connection is kept open for the next request, ms. */
  readonly keepAliveMs: number
  /** How long a connection may be silent in both directions while it is answered, ms. */
  readonly idleMs: number
  /** Connections open at once; those above are closed as they come. */
  readonly connections: number
}

export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 1024 * 1024,
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 72_000,
  idleMs: 600_000,
  connections: 10_000,
}

/** Documents nest a few levels; checking a schema that holds itself takes stack for each. */
const MAX_JSON_DEPTH = 64
/** Node looks for requests past their time this often; its own default, 30 s, would triple a limit of 10. */
const LOOK_EVERY_MS = 1_000

/** The limits as options of the server. */
export function limitOptions(limits: Limits): FastifyHttpOptions<Server> {
  return {
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionTimeout: limits.idleMs,
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: Math.min(LOOK_EVERY_MS, limits.headersMs),
    },
    clientErrorHandler: (error, socket) => refuseConnection(error, socket, limits),
  }
}

/** What options cannot say: how many connections, how deep JSON. */
export function registerLimits(server: FastifyInstance, limits: Limits): void {
  server.server.maxConnections = limits.connections
  const parse = server.getDefaultJsonParser('error', 'error')
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (!isDeeper(body, MAX_JSON_DEPTH)) return parse(request, body, done)
    const problem = `it is nested more than ${MAX_JSON_DEPTH} deep`
    done(new PolyadError('INPUT_INVALID', { what: 'request', where: 'request body', problem }))
  })
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Whether the objects and arrays of a JSON text lie in each other more than `most` deep. Cost: one pass, no recursion. */
export function isDeeper(json: string, most: number): boolean {
  let depth = 0
  for (let i = 0; i < json.length; i++) {
    switch (json.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(json, i)
        break
      case 0x5b:
      case 0x7b:
        if (++depth > most) return true
        break
      case 0x5d:
      case 0x7d:
        depth--
    }
  }
  return false
}

/** Where the string ends that begins at `start`; the text's end when it does not. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let slashes = 0
    while (json.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return end
  }
  return json.length
}

/** Answers what is not a request, or came too slowly, in our words; nothing of it is repeated. */
function refuseConnection(error: Error & { code?: string }, socket: Socket, limits: Limits): void {
  const answering = (socket as { _httpMessage?: { headersSent: boolean } })._httpMessage
  if (error.code === 'ECONNRESET' || !socket.writable || answering?.headersSent) {
    socket.destroy()
    return
  }
  const problem = connectionProblem(error.code, limits)
  const body = JSON.stringify(problemBody(problem, randomUUID()))
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.code}`,
      'Content-Type: application/problem+json',
      'Cache-Control: no-store',
      'Connection: close',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  )
  // One that goes on sending is not listened to.
  socket.destroySoon()
}

function connectionProblem(code: string | undefined, limits: Limits): PolyadError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new PolyadError('HEADERS_TOO_LARGE', { maxBytes: limits.headerBytes })
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new PolyadError('REQUEST_TIMEOUT', { seconds: limits.requestMs / 1000 })
    default:
      return new PolyadError('INPUT_INVALID', {
        what: 'request',
        where: 'connection',
        problem: 'this is not HTTP/1.1',
      })
  }
}
