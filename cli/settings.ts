import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { DEFAULT_RATES } from '../api/caller-rates.ts'
import { DEFAULT_LIMITS } from '../api/limits.ts'
import { PolyadError } from '../core/errors.ts'

/** Where settings come from: the environment, or a part of it in tests. */
export type ConfigSource = Readonly<Record<string, string | undefined>>

/** One thing that can be set from outside. */
interface Setting {
  readonly name: string
  readonly variable: string
  readonly meaning: string
  /** What holds when nothing is set; undefined: nothing does. */
  readonly fallback?: string
  /** Never shown, and also read from the file that `VARIABLE_FILE` names, as secrets of containers are given. */
  readonly secret?: true
}

const { bodyBytes, headerBytes, headersMs, requestMs, keepAliveMs, idleMs, connections } = DEFAULT_LIMITS

/** Every setting, in the order `polyad config` shows them. */
export const SETTINGS = [
  {
    name: 'host',
    variable: 'POLYAD_HOST',
    meaning: 'address the server listens on',
    fallback: '127.0.0.1',
  },
  { name: 'port', variable: 'POLYAD_PORT', meaning: 'port the server listens on', fallback: '4000' },
  { name: 'publicUrl', variable: 'POLYAD_PUBLIC_URL', meaning: 'base of tracker and picture addresses' },
  {
    name: 'workers',
    variable: 'POLYAD_WORKERS',
    meaning: 'worker threads; default one a core',
    fallback: String(availableParallelism()),
  },
  {
    name: 'identityKey',
    variable: 'POLYAD_IDENTITY_KEY',
    meaning: 'makes identifiers into hashes; default keys/identity.key',
    secret: true,
  },
  {
    name: 'tokenKey',
    variable: 'POLYAD_TOKEN_KEY',
    meaning: 'signs trackers, after a comma former keys; default keys/token.key',
    secret: true,
  },
  { name: 'apiKey', variable: 'POLYAD_API_KEY', meaning: 'key for asking a running server', secret: true },
  {
    name: 'logLevel',
    variable: 'POLYAD_LOG_LEVEL',
    meaning: 'fatal, error, warn, info, debug or trace',
    fallback: 'warn',
  },
  {
    name: 'trustedProxies',
    variable: 'POLYAD_TRUSTED_PROXIES',
    meaning: 'addresses and networks whose X-Forwarded-For is believed',
    fallback: '',
  },
  numberSetting('rateRoleKey', 'RATE_ROLE_KEY', 'requests a second of one role key', DEFAULT_RATES.roleKey),
  numberSetting('rateSiteKey', 'RATE_SITE_KEY', 'requests a second of one site key', DEFAULT_RATES.siteKey),
  numberSetting(
    'rateAddress',
    'RATE_ADDRESS',
    'requests a second of one address without a role key',
    DEFAULT_RATES.address,
  ),
  numberSetting(
    'rateTrackers',
    'RATE_TRACKERS',
    'pixels, clicks, tags and pictures a second of one address',
    DEFAULT_RATES.trackers,
  ),
  numberSetting(
    'rateNotices',
    'RATE_NOTICES',
    "an exchange's notices a second of one address",
    DEFAULT_RATES.notices,
  ),
  numberSetting(
    'rateBurst',
    'RATE_BURST_SECONDS',
    'how many seconds of a rate may come at once',
    DEFAULT_RATES.burstSeconds,
  ),
  numberSetting('bodyBytes', 'BODY_LIMIT_BYTES', 'largest request body', bodyBytes),
  numberSetting('headerBytes', 'HEADER_LIMIT_BYTES', 'largest address and headers of a request', headerBytes),
  numberSetting('headersSeconds', 'HEADERS_SECONDS', 'until the headers are there', headersMs / 1000),
  numberSetting('requestSeconds', 'REQUEST_SECONDS', 'until a request is there', requestMs / 1000),
  numberSetting(
    'keepAliveSeconds',
    'KEEP_ALIVE_SECONDS',
    'an answered connection is kept',
    keepAliveMs / 1000,
  ),
  numberSetting('idleSeconds', 'IDLE_SECONDS', 'a silent connection is kept', idleMs / 1000),
  numberSetting('connections', 'CONNECTIONS', 'connections open at once', connections),
  numberSetting(
    'logDays',
    'LOG_DAYS',
    'days events are kept before they are folded into counts; 0: for ever',
    0,
  ),
  numberSetting(
    'logMegabytes',
    'LOG_MEGABYTES',
    'how large the event log may grow before that; 0: any size',
    0,
  ),
  numberSetting('drainSeconds', 'DRAIN_SECONDS', 'answered on after being told to stop, while not ready', 0),
  numberSetting(
    'steerSeconds',
    'STEER_SECONDS',
    'between learning weights and merging losing leaves; 0: only when asked to',
    300,
  ),
  numberSetting('stopSeconds', 'STOP_SECONDS', 'requests in flight may take to end when stopping', 10),
] as const satisfies readonly Setting[]

export type SettingName = (typeof SETTINGS)[number]['name']

/** A setting as it is in force. */
export interface FoundSetting {
  /** undefined: nothing is set and nothing holds. */
  readonly text: string | undefined
  /** The variable it comes from, or `default`. */
  readonly from: string
}

/**
 * Every setting with what it is and where that comes from.
 *
 * @throws PolyadError INPUT_INVALID when a variable and its file are both given, or the file cannot be read
 */
export function findSettings(environment: ConfigSource): Readonly<Record<SettingName, FoundSetting>> {
  const entries = SETTINGS.map((setting: Setting) => [setting.name, findSetting(setting, environment)])
  return Object.fromEntries(entries) as Record<SettingName, FoundSetting>
}

function findSetting({ variable, fallback, secret }: Setting, environment: ConfigSource): FoundSetting {
  const text = environment[variable] || undefined
  const fileVariable = `${variable}_FILE`
  const file = (secret && environment[fileVariable]) || undefined
  if (text !== undefined && file !== undefined) {
    const problem = `${fileVariable} is set too; which of the two is meant?`
    throw new PolyadError('INPUT_INVALID', { what: 'setting', where: variable, problem })
  }
  if (file !== undefined) return { text: readSecret(fileVariable, file), from: fileVariable }
  return text === undefined ? { text: fallback, from: 'default' } : { text, from: variable }
}

function readSecret(where: string, path: string): string {
  const invalid = (problem: string, cause?: unknown) =>
    new PolyadError('INPUT_INVALID', { what: 'setting', where, problem }, { cause })
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw invalid(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, error)
  }
  if (text === '') throw invalid(`${path} is empty`)
  return text
}

function numberSetting<N extends string>(name: N, variable: string, meaning: string, fallback: number) {
  return { name, variable: `POLYAD_${variable}`, meaning, fallback: String(fallback) } as const
}
