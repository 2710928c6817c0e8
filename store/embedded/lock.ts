import { readdir, readFile, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createFile, makeFolder, replaceFile, systemCode } from './durable-file.ts'

/** Who holds a lock. */
export interface LockHolder {
  /** What the holder does, e.g. "polyad serve". */
  readonly command: string
  readonly pid: number
  readonly host: string
  /** Start of the process in clock ticks since boot, where the system tells: a reused pid has another. */
  readonly pidStart: string | null
  /** When the lock was taken, Unix ms. */
  readonly sinceMs: number
  /** Where the holder answers, once it does. */
  readonly url: string | null
}

export interface Lock {
  /** Tells the others where the holder answers. */
  announceUrl(url: string): Promise<void>
  release(): Promise<void>
}

/** The lock, or who holds it. */
type LockAttempt = { readonly lock: Lock } | { readonly heldBy: LockHolder }

interface Entry {
  readonly number: number
  readonly holder: LockHolder | undefined
}

const ENTRY = /^(\d+)\.json$/

/**
 * Takes a lock between processes (and threads), or tells who holds it. A holder that died has lost it.
 *
 * The lock is a folder of numbered entries; the highest number holds it. An entry is made by exclusive creation, only
 * by one who saw that the entry before it is released or dead, and only a lower entry is ever deleted. So nobody
 * replaces or deletes an entry that might just have become somebody else's, which is how two processes that both clear
 * a stale lock file come to hold it both. A released entry stays, since the highest number must never fall.
 */
export async function tryLock(
  folder: string,
  holder: { readonly command: string; readonly url?: string },
): Promise<LockAttempt> {
  await makeFolder(folder)
  const mine: LockHolder = {
    command: holder.command,
    pid: process.pid,
    host: hostname(),
    pidStart: (await statOf(process.pid))?.[START] ?? null,
    sinceMs: Date.now(),
    url: holder.url ?? null,
  }
  for (;;) {
    const highest = await highestEntry(folder)
    if (highest?.holder && (await isAlive(highest.holder))) return { heldBy: highest.holder }
    const number = (highest?.number ?? 0) + 1
    const path = join(folder, `${number}.json`)
    if (!(await createFile(path, JSON.stringify(mine), false))) continue
    // Entries seen as highest long ago may have been followed and deleted: then ours is not the highest.
    const numbers = await entryNumbers(folder)
    if (Math.max(...numbers) !== number) {
      await unlink(path).catch(() => {})
      continue
    }
    for (const lower of numbers)
      if (lower < number) await unlink(join(folder, `${lower}.json`)).catch(() => {})
    return {
      lock: {
        announceUrl: (url) => replaceFile(path, JSON.stringify({ ...mine, url }), false),
        release: () => replaceFile(path, JSON.stringify(null), false),
      },
    }
  }
}

/** Who holds the lock now, if anybody alive. */
export async function lockHolder(folder: string): Promise<LockHolder | undefined> {
  const highest = await highestEntry(folder)
  return highest?.holder && (await isAlive(highest.holder)) ? highest.holder : undefined
}

/** The holder in words: `polyad serve (process 123) at http://127.0.0.1:4000`. */
export function holderText(holder: LockHolder): string {
  const elsewhere = holder.host === hostname() ? '' : ` on ${holder.host}`
  return `${holder.command} (process ${holder.pid}${elsewhere})${holder.url ? ` at ${holder.url}` : ''}`
}

async function entryNumbers(folder: string): Promise<number[]> {
  try {
    return (await readdir(folder)).flatMap((name) => {
      const match = ENTRY.exec(name)
      return match ? [Number(match[1])] : []
    })
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}

async function highestEntry(folder: string): Promise<Entry | undefined> {
  for (;;) {
    const numbers = await entryNumbers(folder)
    if (numbers.length === 0) return undefined
    const number = Math.max(...numbers)
    try {
      return { number, holder: parseHolder(await readFile(join(folder, `${number}.json`), 'utf8')) }
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
    }
  }
}

/** Entries appear whole, so one that cannot be read was left by a power cut: its holder is dead. */
function parseHolder(text: string): LockHolder | undefined {
  try {
    return (JSON.parse(text) as LockHolder | null) ?? undefined
  } catch {
    return undefined
  }
}

/** A process of another machine cannot be asked: it counts as alive. */
async function isAlive(holder: LockHolder): Promise<boolean> {
  if (holder.host !== hostname()) return true
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false
  }
  const fields = await statOf(holder.pid)
  // Killed, but nobody has asked how it ended: in a container perhaps for ever.
  if (fields?.[STATE] === 'Z') return false
  const start = fields?.[START] ?? null
  return start === null || holder.pidStart === null || start === holder.pidStart
}

/** Places in what statOf gives. */
const STATE = 0
const START = 19

/** Fields of /proc/PID/stat from the third on; the second is a name in brackets that may hold spaces. null where there is none. */
async function statOf(pid: number): Promise<readonly string[] | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}
