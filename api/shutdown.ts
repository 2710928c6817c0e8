import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

/** How a server stops. */
export interface Stopping {
  /** How long it goes on answering, not ready any more, so that balancers send nothing new. */
  readonly drainMs: number
  /** How long the requests in flight then have; what is not answered by then is cut off. */
  readonly withinMs: number
}

const SWEEP_EVERY_MS = 50

declare module 'fastify' {
  interface FastifyInstance {
    /** It has been told to stop: not ready, though it still answers. */
    stopping: boolean
  }
}

/** Makes connections end one by one once the server stops, each after its next answer. */
export function registerShutdown(server: FastifyInstance): void {
  server.decorate('stopping', false)
  server.addHook('onRequest', (_request, reply, done) => {
    if (server.stopping) reply.header('connection', 'close')
    done()
  })
}

/**
 * Stops a server without losing what it has taken: it says that it is not ready, answers on for `drainMs`, then takes
 * no new connection, answers the requests in flight, closes each connection after its answer, and ends. No longer than
 * `drainMs` and `withinMs` together.
 */
export async function stopServer(server: FastifyInstance, { drainMs, withinMs }: Stopping): Promise<void> {
  server.stopping = true
  if (drainMs > 0) await sleep(drainMs)
  const deadline = setTimeout(() => {
    server.server.getConnections((_error, count) => {
      server.log.warn({ connections: count }, 'connections cut off: their answers took too long')
      server.server.closeAllConnections()
    })
  }, withinMs)
  // Closing ends the connections that are idle then, not those that become so.
  const sweep = setInterval(() => server.server.closeIdleConnections(), SWEEP_EVERY_MS)
  await server.close()
  clearInterval(sweep)
  clearTimeout(deadline)
}
