import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PolyadError } from '../core/errors.ts'
import type { TokenKeys } from '../engine/tracking/token-keys.ts'
import { syncFolder } from './write-file.ts'

/** One key of a key file. */
interface ListedKey {
  readonly key: Uint8Array
  /** Unix ms; undefined: no end is set. */
  readonly untilMs: number | undefined
}

const KEY_BYTES = 32
/** How soon a server knows of a key that was changed beside it. */
const LOOK_EVERY_MS = 1_000

/**
 * Token keys as text: 64 hex digits, the key that signs; then, each on a line of its own or after a comma, former keys
 * that are still believed: `HEX` or `HEX until 2026-12-01T00:00:00.000Z`.
 *
 * @throws PolyadError INPUT_INVALID naming `where`
 */
export function parseTokenKeys(text: string, where: string): TokenKeys {
  const listed = parseList(text, where)
  const believed = createBelieved(listed)
  return {
    signing: listed[0]!.key,
    get accepted() {
      return believed(Date.now())
    },
  }
}

/** The token keys of a file, read again within a second of a change; while it cannot be read, as it last was. */
export class TokenKeyFile implements TokenKeys {
  readonly #path: string
  #listed: readonly ListedKey[]
  #believed: Believed
  #stamp: string
  #lookedMs: number

  /** @throws PolyadError INPUT_INVALID */
  constructor(path: string) {
    this.#path = path
    this.#stamp = stampOf(path)
    this.#listed = parseList(readFileSync(path, 'utf8'), path)
    this.#believed = createBelieved(this.#listed)
    this.#lookedMs = Date.now()
  }

  get signing(): Uint8Array {
    this.#look(Date.now())
    return this.#listed[0]!.key
  }

  get accepted(): readonly Uint8Array[] {
    const nowMs = Date.now()
    this.#look(nowMs)
    return this.#believed(nowMs)
  }

  #look(nowMs: number): void {
    if (Math.abs(nowMs - this.#lookedMs) < LOOK_EVERY_MS) return
    this.#lookedMs = nowMs
    try {
      const stamp = stampOf(this.#path)
      if (stamp === this.#stamp) return
      this.#listed = parseList(readFileSync(this.#path, 'utf8'), this.#path)
      this.#believed = createBelieved(this.#listed)
      this.#stamp = stamp
    } catch {
      // Trackers that are out must go on counting: the keys known are the best there is.
    }
  }
}

/**
 * Puts a new signing key before the keys of a file. The former one is believed for `graceMs` from now.
 *
 * @returns until when, Unix ms
 * @throws PolyadError INPUT_INVALID when the file is no key file
 */
export async function rotateTokenKey(path: string, graceMs: number, nowMs: number): Promise<number> {
  const [current, ...former] = parseList(await readFile(path, 'utf8'), path)
  const untilMs = nowMs + graceMs
  const kept = [{ key: current!.key, untilMs }, ...former].filter(
    (listed) => listed.untilMs === undefined || listed.untilMs > nowMs,
  )
  const lines = [{ key: randomBytes(KEY_BYTES), untilMs: undefined }, ...kept].map(lineOf)
  const fresh = `${path}.${randomBytes(8).toString('hex')}`
  const file = await open(fresh, 'wx', 0o600)
  try {
    await file.writeFile(`${lines.join('\n')}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
  return untilMs
}

function parseList(text: string, where: string): readonly ListedKey[] {
  return text
    .trim()
    .split(/[\n,]/)
    .map((line, at): ListedKey => {
      const [, hex, until] = /^([0-9a-f]{64})(?: until (\S+))?$/i.exec(line.trim()) ?? []
      const untilMs = until === undefined ? undefined : Date.parse(until)
      const wrong = hex === undefined || Number.isNaN(untilMs) || (at === 0 && until !== undefined)
      if (!wrong) return { key: Buffer.from(hex, 'hex'), untilMs }
      throw new PolyadError('INPUT_INVALID', {
        what: 'token key',
        where,
        problem: `key ${at + 1} is not 64 hex digits (32 bytes)${at === 0 ? '' : ', with or without "until" and a time'}`,
        mend: 'put the kept copy back; without it trackers and tags that are out are not believed',
      })
    })
}

/** The keys whose time has not ended. */
type Believed = (nowMs: number) => readonly Uint8Array[]

/** Asked for every token: while no key's time ends, and the clock is not set back, the same list is given. */
function createBelieved(listed: readonly ListedKey[]): Believed {
  let [fromMs, untilMs] = [0, 0]
  let keys: readonly Uint8Array[] = []
  return (nowMs) => {
    if (nowMs >= fromMs && nowMs < untilMs) return keys
    const kept = listed.filter((key) => nowMs < (key.untilMs ?? Number.POSITIVE_INFINITY))
    keys = kept.map(({ key }) => key)
    fromMs = nowMs
    untilMs = Math.min(...kept.map((key) => key.untilMs ?? Number.POSITIVE_INFINITY))
    return keys
  }
}

function lineOf({ key, untilMs }: ListedKey): string {
  const hex = Buffer.from(key).toString('hex')
  return untilMs === undefined ? hex : `${hex} until ${new Date(untilMs).toISOString()}`
}

/** Changes with the content: a file that is replaced is another one. */
function stampOf(path: string): string {
  const { ino, mtimeMs, size } = statSync(path)
  return `${ino} ${mtimeMs} ${size}`
}
