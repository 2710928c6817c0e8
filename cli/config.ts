import { isIP } from 'node:net'
import type { Rates } from '../api/caller-rates.ts'
import type { Limits } from '../api/limits.ts'
import { PolyadError } from '../core/errors.ts'
import { DAY_MS } from '../core/time.ts'
import type { RetentionLimits } from '../engine/ports/upkeep.ts'
import { parseTokenKeys } from '../io/token-keys.ts'
import { type ConfigSource, findSettings } from './settings.ts'

export type { ConfigSource } from './settings.ts'

/** Everything that can be set from outside (cli/settings.ts). */
export interface Config {
  /** Address the server listens on. Without keys it must be a loopback address. */
  readonly host: string
  readonly port: number
  /** Base of tracker and picture addresses, no trailing slash; undefined: the address the server listens on. */
  readonly publicUrl: string | undefined
  /** Worker threads for generating and rendering. */
  readonly workers: number
  /** 64 hex digits; undefined: the file keys/identity.key of the workspace, made on first use. */
  readonly identityKey: string | undefined
  /** As the file keys/token.key (io/token-keys.ts); undefined: that file, made on first use. */
  readonly tokenKey: string | undefined
  readonly logLevel: string
  /** How often the server learns weights and merges losing leaves; 0: only when it is asked to. */
  readonly steerEveryMs: number
  /** Role key with which a command asks the server that holds its workspace. */
  readonly apiKey: string | undefined
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  readonly rates: Rates
  readonly limits: Limits
  /** How much of the event log a server keeps. */
  readonly retention: RetentionLimits
  /** How the server stops. */
  readonly stopping: {
    /** How long it goes on answering, not ready any more, so that balancers send nothing new. */
    readonly drainMs: number
    /** How long the requests in flight then have. */
    readonly withinMs: number
  }
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace']
const DAY_SECONDS = 86_400
const MAX_RATE = 1_000_000

/** The configuration of an environment. A value that makes no sense is INPUT_INVALID naming the variable. */
export function configFrom(environment: ConfigSource): Config {
  const found = findSettings(environment)
  const number = (name: keyof typeof found, least: number, most: number): number =>
    wholeNumber(found[name].from, found[name].text!, least, most)
  const ms = (name: keyof typeof found, least: number): number => number(name, least, DAY_SECONDS) * 1000
  const rate = (name: keyof typeof found): number => number(name, 0, MAX_RATE)
  return {
    host: found.host.text!,
    port: number('port', 0, 65_535),
    publicUrl: publicUrlFrom(found.publicUrl.from, found.publicUrl.text),
    workers: number('workers', 1, 256),
    apiKey: found.apiKey.text,
    identityKey: secretFrom(found.identityKey.from, found.identityKey.text),
    tokenKey: tokenKeysFrom(found.tokenKey.from, found.tokenKey.text),
    logLevel: oneOf(found.logLevel.from, found.logLevel.text!, LOG_LEVELS),
    trustedProxies: proxiesFrom(found.trustedProxies.from, found.trustedProxies.text!),
    rates: {
      roleKey: rate('rateRoleKey'),
      siteKey: rate('rateSiteKey'),
      address: rate('rateAddress'),
      trackers: rate('rateTrackers'),
      notices: rate('rateNotices'),
      burstSeconds: number('rateBurst', 1, 3_600),
    },
    limits: {
      bodyBytes: number('bodyBytes', 1_000, 1_000_000_000),
      headerBytes: number('headerBytes', 1_000, 1_000_000),
      headersMs: ms('headersSeconds', 1),
      requestMs: ms('requestSeconds', 1),
      keepAliveMs: ms('keepAliveSeconds', 1),
      idleMs: ms('idleSeconds', 1),
      connections: number('connections', 1, 1_000_000),
    },
    steerEveryMs: ms('steerSeconds', 0),
    retention: retentionOf(
      number('logDays', 0, MOST_LOG_DAYS),
      number('logMegabytes', 0, MOST_LOG_MEGABYTES),
    ),
    stopping: { drainMs: ms('drainSeconds', 0), withinMs: ms('stopSeconds', 1) },
  }
}

const MOST_LOG_DAYS = 36_500
const MOST_LOG_MEGABYTES = 1_000_000_000

/** Limits as they are set: 0 is none. */
export function retentionOf(days: number, megabytes: number): RetentionLimits {
  return {
    ...(days > 0 && { maxAgeMs: days * DAY_MS }),
    ...(megabytes > 0 && { maxBytes: megabytes * 1_000_000 }),
  }
}

/** A whole number of a setting or option, or INPUT_INVALID. `most` included. */
export function wholeNumber(where: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw invalid(where, `"${text}" is not a whole number from ${least} to ${most}`)
}

function oneOf(where: string, text: string, allowed: readonly string[]): string {
  if (allowed.includes(text)) return text
  throw invalid(where, `"${text}" is not one of ${allowed.join(', ')}`)
}

/** An http(s) address without a trailing slash; undefined stays undefined. */
export function publicUrlFrom(where: string, text: string | undefined): string | undefined {
  if (!text) return undefined
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw invalid(where, `"${text}" is not an http or https address`)
  }
  return text.replace(/\/+$/, '')
}

/** Names for networks that proxy-addr knows. */
const NETWORKS = ['loopback', 'linklocal', 'uniquelocal']

function proxiesFrom(where: string, text: string): readonly string[] {
  const proxies = text.split(',').flatMap((part) => part.trim() || [])
  for (const proxy of proxies) {
    if (NETWORKS.includes(proxy)) continue
    const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(proxy) ?? []
    const version = isIP(address)
    const most = version === 4 ? 32 : 128
    // A network of everybody would let anybody say who they are.
    if (version === 0 || (bits !== undefined && (Number(bits) > most || Number(bits) === 0))) {
      throw invalid(
        where,
        `"${proxy}" is no address (10.0.0.5), network (10.0.0.0/8) or one of ${NETWORKS.join(', ')}`,
      )
    }
  }
  return proxies
}

function secretFrom(where: string, text: string | undefined): string | undefined {
  if (!text) return undefined
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase()
  throw invalid(where, 'it must be 64 hex digits (32 bytes), e.g. from: openssl rand -hex 32')
}

function tokenKeysFrom(where: string, text: string | undefined): string | undefined {
  if (text !== undefined) parseTokenKeys(text, where)
  return text
}

function invalid(where: string, problem: string): PolyadError {
  const what = where.startsWith('--') ? 'option' : 'setting'
  return new PolyadError('INPUT_INVALID', { what, where, problem })
}
