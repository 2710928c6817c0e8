import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PolyadError } from '../core/errors.ts'
import type { Actor } from '../engine/audit/audited-documents.ts'
import type { Ports } from '../engine/ports/ports.ts'
import { createCallerRates } from './caller-rates.ts'
import type { ServerConfig } from './context.ts'
import { findKey, type KeyDocument, listKeys, type Role } from './keys.ts'
import type { Metrics } from './metrics.ts'
import { createOwnAddress } from './own-address.ts'

/** Who sends a request. */
export type Caller =
  | { readonly kind: 'single-user' }
  | { readonly kind: 'role'; readonly role: Role; readonly id: string }
  | { readonly kind: 'site'; readonly id: string }
  | { readonly kind: 'none' }

/**
 * Who may use a route: roles (admin always), site keys, or `anyone`. Where it is `anyone` alone no key is looked at:
 * a pixel must not fail for a header that a proxy sends along.
 */
export type Access = Exclude<Role, 'admin'> | 'site' | 'anyone'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
  }
  interface FastifyContextConfig {
    /** Default: role keys of any role. */
    allow?: readonly Access[]
  }
}

export const ANY_ROLE: readonly Access[] = ['creative', 'buyer', 'analyst']
const SINGLE_USER: Caller = { kind: 'single-user' }
/** A removed key stops working within this time. */
const KEY_CACHE_MS = 1_000

/**
 * Tells callers apart and turns away those a route is not for. Without keys (`singleUser`) everybody on this machine
 * is the one user, and only requests made to and from our own address are answered, which keeps other pages in the
 * user's browser out (DNS rebinding, cross-site requests). That ends within a second of the first key: who makes one
 * wants the others kept out, and not at the next restart.
 */
export function registerCallers(
  server: FastifyInstance,
  ports: Pick<Ports, 'documents' | 'clock'>,
  config: Pick<ServerConfig, 'publicUrl' | 'singleUser' | 'rates' | 'trustedProxies'>,
  metrics: Metrics,
): void {
  const keys = createKeyCache(ports)
  const rates = config.rates && createCallerRates(config.rates, ports.clock, metrics)
  const own = createOwnAddress(server, config.publicUrl)

  let toldOfProxy = false
  const tellOfProxy = (): void => {
    toldOfProxy = true
    server.log.warn(
      'requests come with X-Forwarded-For: where a proxy stands before this server, name it in POLYAD_TRUSTED_PROXIES, ' +
        'or all who come through it are limited as one',
    )
  }

  server.decorateRequest('caller')
  /** Told from what is known now; false: it has to be looked up, or does not count here. */
  const isSingleUser = (request: FastifyRequest, hasKeys: boolean | undefined): boolean => {
    if (!config.singleUser || hasKeys !== false) return false
    own.requireOwn(request)
    request.caller = SINGLE_USER
    return true
  }
  const identify = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (config.singleUser && isSingleUser(request, await keys.any())) return
    const open = isOpen(request)
    // Looking a text up that is no key we know reads files: it is counted before.
    const guess = !open && request.headers.authorization !== undefined && !keys.isKnown(keyTextOf(request))
    if (guess) rates?.takeAddress(request, reply, 'address')
    const caller: Caller = open ? { kind: 'none' } : await callerOf(request, keys)
    request.caller = caller
    if (caller.kind === 'site') {
      reply.header('access-control-allow-origin', request.headers.origin).header('vary', 'Origin')
    }
    if (rates) {
      const forwarded = !toldOfProxy && request.headers['x-forwarded-for'] !== undefined
      if (forwarded && !config.trustedProxies?.length) tellOfProxy()
      if (caller.kind === 'role') rates.takeKey('roleKey', caller.id, reply)
      else if (!guess) rates.takeAddress(request, reply)
      if (caller.kind === 'site') rates.takeKey('siteKey', caller.id, reply)
    }
    requireAccess(request, request.routeOptions.config.allow ?? ANY_ROLE)
  }
  // Once a second something is read; in between nobody waits, not even for a promise.
  server.addHook('onRequest', (request, reply, done) => {
    try {
      if (isSingleUser(request, keys.anyKnown())) return done()
    } catch (error) {
      return done(error as Error)
    }
    identify(request, reply).then(() => done(), done)
  })
  registerPreflight(server, keys)
}

/** Whether a caller may see why a decision fell as it did. */
export function mayExplain(caller: Caller): boolean {
  return caller.kind === 'single-user' || (caller.kind === 'role' && /^(analyst|admin)$/.test(caller.role))
}

/** Whether a caller is one of us: a role key, or the single user. */
export function isTrusted(caller: Caller): boolean {
  return caller.kind === 'single-user' || caller.kind === 'role'
}

export function callerText(caller: Caller): string {
  switch (caller.kind) {
    case 'single-user':
      return 'the user of this machine'
    case 'role':
      return `${/^[aeiou]/.test(caller.role) ? 'an' : 'a'} ${caller.role} key`
    case 'site':
      return 'a site key'
    case 'none':
      return 'a caller without a key'
  }
}

/** Whoever sends a request, as the audit log names them. */
export function actorOf(caller: Caller): Actor {
  const who =
    caller.kind === 'role'
      ? `${caller.role} key ${caller.id}`
      : caller.kind === 'site'
        ? `site key ${caller.id}`
        : callerText(caller)
  return { who, via: 'api' }
}

interface KeyCache {
  /** Whether a text is a key that was looked up just now. */
  isKnown(text: string | undefined): boolean
  find(text: string): Promise<KeyDocument | undefined>
  /** Origins of every site key. */
  origins(): Promise<ReadonlySet<string>>
  /** Whether there is any key. */
  any(): Promise<boolean>
  /** The same as far as it was read just now; undefined: it was not. */
  anyKnown(): boolean | undefined
}

function createKeyCache(ports: Pick<Ports, 'documents' | 'clock'>): KeyCache {
  // Only keys that exist are kept, so made-up ones cannot fill the cache.
  const found = new Map<string, { readonly key: KeyDocument; readonly readAtMs: number }>()
  let all: { readonly keys: readonly KeyDocument[]; readonly readAtMs: number } | undefined
  const isFresh = (entry: { readonly readAtMs: number } | undefined) =>
    entry !== undefined && ports.clock.nowMs() - entry.readAtMs < KEY_CACHE_MS
  let reading: Promise<readonly KeyDocument[]> | undefined
  const readAll = async (): Promise<readonly KeyDocument[]> => {
    try {
      const keys = await listKeys(ports)
      all = { keys, readAtMs: ports.clock.nowMs() }
      return keys
    } finally {
      reading = undefined
    }
  }
  /** Requests that come while the keys are read wait for the same reading. */
  const allKeys = async (): Promise<readonly KeyDocument[]> => {
    if (all && isFresh(all)) return all.keys
    reading ??= readAll()
    return reading
  }

  return {
    isKnown: (text) => text !== undefined && isFresh(found.get(text)),
    async find(text) {
      const cached = found.get(text)
      if (cached && isFresh(cached)) return cached.key
      const key = await findKey(ports, text)
      if (key) found.set(text, { key, readAtMs: ports.clock.nowMs() })
      else found.delete(text)
      return key
    },
    async origins() {
      return new Set((await allKeys()).flatMap(({ grant }) => ('origins' in grant ? grant.origins : [])))
    },
    async any() {
      return (await allKeys()).length > 0
    },
    anyKnown: () => (isFresh(all) ? all!.keys.length > 0 : undefined),
  }
}

function isOpen({ routeOptions }: FastifyRequest): boolean {
  const { allow } = routeOptions.config
  return allow?.length === 1 && allow[0] === 'anyone'
}

function keyTextOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]
}

async function callerOf(request: FastifyRequest, keys: KeyCache): Promise<Caller> {
  const { authorization, origin } = request.headers
  if (authorization === undefined) return { kind: 'none' }
  const text = keyTextOf(request)
  const key = text === undefined ? undefined : await keys.find(text)
  if (!key) throw new PolyadError('UNAUTHENTICATED', {})
  if ('role' in key.grant) return { kind: 'role', role: key.grant.role, id: key.id }
  if (origin === undefined || !key.grant.origins.includes(origin)) {
    throw new PolyadError('FORBIDDEN', {
      action: `be used from ${origin ?? 'outside a page'}; it is bound to ${key.grant.origins.join(', ')}`,
      caller: 'this site key',
    })
  }
  return { kind: 'site', id: key.id }
}

function requireAccess(request: FastifyRequest, allow: readonly Access[]): void {
  const { caller } = request
  if (allow.includes('anyone')) return
  if (caller.kind === 'none') throw new PolyadError('UNAUTHENTICATED', {})
  if (caller.kind === 'single-user' || (caller.kind === 'role' && caller.role === 'admin')) return
  const asked: string = caller.kind === 'role' ? caller.role : 'site'
  if ((allow as readonly string[]).includes(asked)) return
  throw new PolyadError('FORBIDDEN', {
    action: `${request.method} ${request.routeOptions.url ?? request.url}`,
    caller: callerText(caller),
  })
}

/** Browsers ask before a page of another origin sends a key: yes for the origins of site keys, on these two routes. */
function registerPreflight(server: FastifyInstance, keys: KeyCache): void {
  for (const url of ['/v1/decisions', '/v1/events']) {
    server.options(
      url,
      { config: { allow: ['anyone'], rate: 'trackers' }, schema: { hide: true } },
      async (request, reply) => {
        const { origin } = request.headers
        reply.header('vary', 'Origin').code(204)
        if (origin !== undefined && (await keys.origins()).has(origin)) {
          reply
            .header('access-control-allow-origin', origin)
            .header('access-control-allow-methods', 'POST')
            .header('access-control-allow-headers', 'authorization, content-type')
            .header('access-control-max-age', '600')
        }
        return reply.send()
      },
    )
  }
}
