import { availableParallelism } from 'node:os'
import { PolyadError } from '../core/errors.ts'

/** Everything that can be set from outside, with its default: the only reader of the environment. */
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
  /** 64 hex digits; undefined: the file keys/token.key of the workspace, made on first use. */
  readonly tokenKey: string | undefined
  readonly logLevel: string
  /** How often the server learns weights and merges losing leaves; 0: only when it is asked to. */
  readonly steerEveryS: number
  /** Role key with which a command asks the server that holds its workspace. */
  readonly apiKey: string | undefined
}

export type ConfigSource = Readonly<Record<string, string | undefined>>

/** Every setting with the variable that sets it and what it means, for `polyad config`. */
export const SETTINGS: readonly {
  readonly name: keyof Config
  readonly variable: string
  readonly meaning: string
  readonly secret?: true
}[] = [
  { name: 'host', variable: 'POLYAD_HOST', meaning: 'address the server listens on' },
  { name: 'port', variable: 'POLYAD_PORT', meaning: 'port the server listens on' },
  { name: 'publicUrl', variable: 'POLYAD_PUBLIC_URL', meaning: 'base of tracker and picture addresses' },
  { name: 'workers', variable: 'POLYAD_WORKERS', meaning: 'worker threads; default one a core' },
  {
    name: 'identityKey',
    variable: 'POLYAD_IDENTITY_KEY',
    meaning: 'default keys/identity.key',
    secret: true,
  },
  { name: 'tokenKey', variable: 'POLYAD_TOKEN_KEY', meaning: 'default keys/token.key', secret: true },
  { name: 'apiKey', variable: 'POLYAD_API_KEY', meaning: 'key for asking a running server', secret: true },
  {
    name: 'steerEveryS',
    variable: 'POLYAD_STEER_SECONDS',
    meaning: 'seconds between learning weights and merging losing leaves; 0: only when asked to',
  },
  { name: 'logLevel', variable: 'POLYAD_LOG_LEVEL', meaning: 'fatal, error, warn, info or debug' },
]

/** The configuration of an environment. A value that makes no sense is INPUT_INVALID naming the variable. */
export function configFrom(environment: ConfigSource): Config {
  const text = (variable: string, fallback: string) => environment[variable] || fallback
  const port = wholeNumber('POLYAD_PORT', text('POLYAD_PORT', '4000'), 0, 65_535)
  return {
    host: text('POLYAD_HOST', '127.0.0.1'),
    port,
    publicUrl: publicUrlFrom('POLYAD_PUBLIC_URL', environment['POLYAD_PUBLIC_URL']),
    workers: wholeNumber('POLYAD_WORKERS', text('POLYAD_WORKERS', String(availableParallelism())), 1, 256),
    apiKey: environment['POLYAD_API_KEY'] || undefined,
    identityKey: secretFrom('POLYAD_IDENTITY_KEY', environment['POLYAD_IDENTITY_KEY']),
    tokenKey: secretFrom('POLYAD_TOKEN_KEY', environment['POLYAD_TOKEN_KEY']),
    steerEveryS: wholeNumber('POLYAD_STEER_SECONDS', text('POLYAD_STEER_SECONDS', '300'), 0, 86_400),
    logLevel: oneOf('POLYAD_LOG_LEVEL', text('POLYAD_LOG_LEVEL', 'warn'), [
      'fatal',
      'error',
      'warn',
      'info',
      'debug',
    ]),
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

function secretFrom(where: string, text: string | undefined): string | undefined {
  if (!text) return undefined
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase()
  throw invalid(where, 'it must be 64 hex digits (32 bytes), e.g. from: openssl rand -hex 32')
}

function invalid(where: string, problem: string): PolyadError {
  const what = where.startsWith('--') ? 'option' : 'setting'
  return new PolyadError('INPUT_INVALID', { what, where, problem })
}
