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
}

export type ConfigSource = Readonly<Record<string, string | undefined>>

/** Name, environment variable, default and meaning of each setting, for `polyad config` and docs/config.md. */
export const SETTINGS = [
  { name: 'host', variable: 'POLYAD_HOST', fallback: '127.0.0.1', meaning: 'address the server listens on' },
  { name: 'port', variable: 'POLYAD_PORT', fallback: '4000', meaning: 'port the server listens on' },
  {
    name: 'publicUrl',
    variable: 'POLYAD_PUBLIC_URL',
    fallback: '',
    meaning: 'what tracker and picture addresses are built on; default the listening address',
  },
  {
    name: 'workers',
    variable: 'POLYAD_WORKERS',
    fallback: '',
    meaning: 'worker threads; default one a core',
  },
  {
    name: 'identityKey',
    variable: 'POLYAD_IDENTITY_KEY',
    fallback: '',
    meaning: 'secret, 64 hex digits: makes identifiers into keyed hashes; default keys/identity.key',
  },
  {
    name: 'tokenKey',
    variable: 'POLYAD_TOKEN_KEY',
    fallback: '',
    meaning: 'secret, 64 hex digits: signs tracker tokens; default keys/token.key',
  },
  {
    name: 'logLevel',
    variable: 'POLYAD_LOG_LEVEL',
    fallback: 'warn',
    meaning: 'fatal, error, warn, info or debug',
  },
] as const

/** The configuration of an environment. A value that makes no sense is INPUT_INVALID naming the variable. */
export function configFrom(environment: ConfigSource): Config {
  const text = (variable: string, fallback: string) => environment[variable] || fallback
  const port = wholeNumber('POLYAD_PORT', text('POLYAD_PORT', '4000'), 0, 65_535)
  return {
    host: text('POLYAD_HOST', '127.0.0.1'),
    port,
    publicUrl: publicUrlFrom(environment['POLYAD_PUBLIC_URL']),
    workers: wholeNumber('POLYAD_WORKERS', text('POLYAD_WORKERS', String(availableParallelism())), 1, 256),
    identityKey: secretFrom('POLYAD_IDENTITY_KEY', environment['POLYAD_IDENTITY_KEY']),
    tokenKey: secretFrom('POLYAD_TOKEN_KEY', environment['POLYAD_TOKEN_KEY']),
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
export function publicUrlFrom(text: string | undefined): string | undefined {
  if (!text) return undefined
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw invalid('POLYAD_PUBLIC_URL', `"${text}" is not an http or https address`)
  }
  return text.replace(/\/+$/, '')
}

function secretFrom(where: string, text: string | undefined): string | undefined {
  if (!text) return undefined
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase()
  throw invalid(where, 'it must be 64 hex digits (32 bytes), e.g. from: openssl rand -hex 32')
}

function invalid(where: string, problem: string): PolyadError {
  return new PolyadError('INPUT_INVALID', { what: 'setting', where, problem })
}
