import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import type { WireRequest } from './request.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** An answer slower than this hangs. */
const DEADLINE_MS = 20_000

/** Sends requests as they are, over connections that stay open. */
export interface Sender {
  /** @throws Error when no whole answer came in time */
  send(request: WireRequest): Promise<Answer>
  close(): void
}

export function createSender(url: string, connections: number): Sender {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })

  const sendOnce = (wire: WireRequest): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { method, target, headers, body } = wire
      const length = body === undefined ? {} : { 'content-length': String(body.length) }
      const asked = httpRequest({
        hostname,
        port,
        agent,
        method,
        path: target,
        headers: { ...headers, ...length },
      })
      const timer = setTimeout(() => asked.destroy(new Error(`no answer in ${DEADLINE_MS} ms`)), DEADLINE_MS)
      const failed = (error: Error) => {
        clearTimeout(timer)
        reject(error)
      }
      asked.on('error', failed)
      asked.on('response', (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('error', failed)
        response.on('end', () => {
          clearTimeout(timer)
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) })
        })
      })
      asked.end(body)
    })

  return {
    async send(wire) {
      // A connection kept open may be closed by the server just as it is used again: that is no failure of an answer.
      for (let again = 2; ; again--) {
        try {
          return await sendOnce(wire)
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException
          if (again === 0 || (code !== 'ECONNRESET' && code !== 'EPIPE')) throw error
        }
      }
    },
    close: () => agent.destroy(),
  }
}
