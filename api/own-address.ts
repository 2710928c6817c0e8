import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PolyadError } from '../core/errors.ts'

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']

/** Whether a host name or address can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host) || host === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(host)
}

/**
 * Without keys the server serves one user on this machine: any other address is refused.
 *
 * @param address host name or address to listen on, or the host of the public URL
 * @throws PolyadError BIND_REFUSED
 */
export function requireLoopback(address: string): void {
  if (!isLoopback(address)) throw new PolyadError('BIND_REFUSED', { address })
}

/**
 * Checks that a request was made to this server's own loopback address and from no page but its own. A page of
 * another site that rebinds its name to 127.0.0.1 still sends its own name as Host.
 */
export function createOwnAddress(
  server: FastifyInstance,
  publicUrl: string,
): { requireOwn(request: FastifyRequest): void } {
  const ports = new Set([portOf(new URL(publicUrl))])
  // Asked once: every look at the addresses is a system call a socket.
  server.addHook('onListen', async () => {
    for (const address of server.addresses()) if (typeof address !== 'string') ports.add(address.port)
  })
  const isOwnHost = (host: string): boolean => {
    const [, name, port] = /^(.+?)(?::(\d+))?$/.exec(host.toLowerCase()) ?? []
    return name !== undefined && isLoopback(name) && ports.has(Number(port ?? 80))
  }
  return {
    requireOwn(request) {
      const { host = '', origin } = request.headers
      if (!isOwnHost(host)) throw new PolyadError('HOST_REFUSED', { host, own: publicUrl })
      if (origin === undefined) return
      const from = /^http:\/\/(.+)$/.exec(origin)?.[1]
      if (from === undefined || !isOwnHost(from)) {
        throw new PolyadError('FORBIDDEN', { action: 'use this server', caller: `a page of ${origin}` })
      }
    },
  }
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80))
}
