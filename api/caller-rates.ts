import type { FastifyReply, FastifyRequest } from 'fastify'
import { PolyadError } from '../core/errors.ts'
import type { Clock } from '../core/time.ts'
import type { Metrics } from './metrics.ts'
import { isLoopback } from './own-address.ts'
import { type Allowance, addressKey, createRateLimit } from './rate-limit.ts'

/** Requests a second of each kind of caller; 0: without limit. */
export interface Rates {
  /** One role key. */
  readonly roleKey: number
  /** One site key, that is all visitors of a site together. */
  readonly siteKey: number
  /** One address without a role key. */
  readonly address: number
  /** One address on pixels, clicks, tags and pictures: a company's visitors may come from one. */
  readonly trackers: number
  /** One address on notices, which the few servers of an exchange send for everybody. */
  readonly notices: number
  /** How many seconds' worth may come at once. */
  readonly burstSeconds: number
}

export const DEFAULT_RATES: Rates = {
  roleKey: 10_000,
  siteKey: 5_000,
  address: 50,
  trackers: 500,
  notices: 5_000,
  burstSeconds: 10,
}

export type AddressClass = 'address' | 'trackers' | 'notices'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Which rate holds for addresses on this route. Default: address. */
    rate?: AddressClass
  }
}

/** Counts requests of callers, and refuses those that ask too often. */
export interface CallerRates {
  /** @throws PolyadError RATE_LIMITED */
  takeKey(kind: 'roleKey' | 'siteKey', id: string, reply: FastifyReply): void
  /**
   * Counts a request by where it comes from. Processes of this machine are not counted: they are ours, or a proxy
   * whose visitors would all share one count.
   *
   * @throws PolyadError RATE_LIMITED
   */
  takeAddress(request: FastifyRequest, reply: FastifyReply, kind?: AddressClass): void
}

const WHO = {
  roleKey: 'this key',
  siteKey: 'this site key',
  address: 'this address',
  trackers: 'this address',
  notices: 'this address',
} as const

export function createCallerRates(rates: Rates, clock: Clock, metrics: Metrics): CallerRates {
  const { burstSeconds } = rates
  const limitOf = (perSecond: number) => createRateLimit({ perSecond, burstSeconds })
  const limits = {
    roleKey: limitOf(rates.roleKey),
    siteKey: limitOf(rates.siteKey),
    address: limitOf(rates.address),
    trackers: limitOf(rates.trackers),
    notices: limitOf(rates.notices),
  }

  const take = (kind: keyof typeof limits, caller: string, reply: FastifyReply): void => {
    const allowance = limits[kind]?.take(caller, clock.nowMs())
    if (!allowance) return
    tell(allowance, reply)
    if (allowance.allowed) return
    metrics.count('polyad_rate_limited_total', { by: kind })
    throw new PolyadError('RATE_LIMITED', { who: WHO[kind], retrySeconds: allowance.retrySeconds })
  }

  return {
    takeKey: take,
    takeAddress(request, reply, kind = request.routeOptions.config.rate ?? 'address') {
      if (isLoopback(request.ip)) return
      take(kind, addressKey(request.ip), reply)
    },
  }
}

/** What is left, as draft-ietf-httpapi-ratelimit-headers-07 names it; of two counts the one that is nearer its end. */
function tell(allowance: Allowance, reply: FastifyReply): void {
  const told = reply.getHeader('ratelimit-remaining')
  if (told !== undefined && Number(told) <= allowance.remaining) return
  reply
    .header('ratelimit-limit', String(allowance.limit))
    .header('ratelimit-remaining', String(allowance.remaining))
    .header('ratelimit-reset', String(allowance.resetSeconds))
}
