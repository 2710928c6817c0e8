import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { contentHash } from '../../core/hash.ts'
import type { Examination, Finding } from '../../engine/ports/upkeep.ts'
import { REWRITTEN_DATABASE } from './database.ts'
import { systemCode } from './durable-file.ts'
import { ERASE_JOURNAL } from './erase-person.ts'
import { lockHolder } from './lock.ts'
import { decodeFrames } from './log-frames.ts'
import { FIRST_SEGMENT, placeOf, segmentName, segmentNumber } from './log-position.ts'
import { REWRITING } from './log-writer.ts'
import { RECOUNT_FILE } from './recount.ts'

/** A file half-written this long ago is nobody's any more: writes of the store take seconds. */
const STALE_MS = 3_600_000
const REVISION = /^\{"hash":"([0-9a-f]{64})","atMs":\d+\}\n/

interface Look {
  readonly folder: string
  readonly findings: Finding[]
  readonly checks: { check: string; looked: string }[]
}

/**
 * Looks at every file of the store. Reads only; beside a writer it sees what is complete.
 *
 * @param logEnd up to where the log is known to be on disk; undefined: nobody writes it, and its end is looked for
 * @param logStart where the log begins by what was folded
 */
export async function examineStoreFiles(
  workspaceFolder: string,
  nowMs: number,
  log: { readonly start: number; readonly end: number | undefined },
): Promise<Examination> {
  const look: Look = { folder: join(workspaceFolder, '.polyad'), findings: [], checks: [] }
  await lookAtLog(look, log)
  await lookAtBlobs(look)
  await lookAtRevisions(look)
  await lookAtLocks(look)
  for (const path of await leftBehind(workspaceFolder, nowMs)) {
    note(look, 'left behind', `${relative(workspaceFolder, path)} was being written when a process ended`, {
      mend: 'polyad doctor --mend removes it',
      mendable: true,
    })
  }
  const journals = (await filesUnder(workspaceFolder)).filter((path) => path.endsWith('.partial.journal'))
  for (const path of journals) {
    const file = relative(workspaceFolder, path).slice(0, -'.partial.journal'.length)
    note(look, 'runs', `${file} is not finished: a run that wrote it goes on, or was ended`, {
      mend: 'run its command again: it goes on where that one ended; or delete the two files',
      mendable: false,
    })
  }
  look.checks.push({ check: 'runs', looked: `${journals.length} unfinished runs` })
  if ((await entriesOf(look.folder)).includes(ERASE_JOURNAL)) {
    look.findings.push({
      check: 'erasing',
      severity: 'error',
      problem: 'a person was being erased when a process ended',
      mend: 'polyad doctor --mend, or the next polyad serve, goes on with it',
      mendable: true,
    })
  }
  return { checks: look.checks, findings: look.findings }
}

/** Files of the store that a crash left and nobody reads. */
export async function leftBehind(workspaceFolder: string, nowMs: number): Promise<string[]> {
  const stale: string[] = []
  for (const path of await filesUnder(workspaceFolder)) {
    const name = basename(path)
    const isOurs =
      /^\.[0-9a-f-]{36}\.partial$/.test(name) ||
      [REWRITTEN_DATABASE, `${REWRITTEN_DATABASE}.wal`, RECOUNT_FILE, `${RECOUNT_FILE}.wal`].includes(name) ||
      (name.endsWith(REWRITING) && segmentNumber(name.slice(0, -REWRITING.length)) !== undefined)
    if (!isOurs) continue
    const file = await stat(path).catch(() => undefined)
    if (file && nowMs - file.mtimeMs > STALE_MS) stale.push(path)
  }
  return stale
}

export async function removeLeftBehind(workspaceFolder: string, nowMs: number): Promise<string[]> {
  const paths = await leftBehind(workspaceFolder, nowMs)
  for (const path of paths) await rm(path, { force: true })
  return paths.map((path) => relative(workspaceFolder, path))
}

async function lookAtLog(
  look: Look,
  { start, end }: { start: number; end: number | undefined },
): Promise<void> {
  const folder = join(look.folder, 'log')
  const numbers = (await entriesOf(folder)).flatMap((name) => segmentNumber(name) ?? []).sort((a, b) => a - b)
  const first = Math.max(FIRST_SEGMENT, placeOf(start).segment)
  let records = 0
  for (let number = first; number <= (numbers.at(-1) ?? 0); number++) {
    const path = `log/${segmentName(number)}`
    if (!numbers.includes(number)) {
      damage(look, 'log', `${path} is missing`)
      continue
    }
    const bytes = await readFile(join(look.folder, path))
    const isLast = number === numbers.at(-1)
    const { payloads, goodBytes } = decodeFrames(bytes)
    records += payloads.length
    if (goodBytes === bytes.length) continue
    const known = isLast && end !== undefined ? placeOf(end).offset : undefined
    if (!isLast || (known !== undefined && goodBytes < known)) {
      damage(look, 'log', `${path} has no whole record at byte ${goodBytes} of ${bytes.length}`)
    } else if (known === undefined) {
      note(
        look,
        'log',
        `${path} ends in ${bytes.length - goodBytes} bytes of a record that was never acknowledged`,
        {
          mend: 'polyad doctor --mend, or the next command that opens the log, cuts them off',
          mendable: true,
        },
      )
    }
  }
  look.checks.push({ check: 'log', looked: `${records} records in ${numbers.length} segments` })
}

async function lookAtBlobs(look: Look): Promise<void> {
  const folder = join(look.folder, 'blobs')
  let count = 0
  for (const path of await filesUnder(folder)) {
    const name = basename(path)
    if (!/^[0-9a-f]{64}$/.test(name)) continue
    const bytes = await readIfThere(path)
    if (!bytes) continue
    count++
    if (contentHash(bytes) === name) continue
    look.findings.push({
      check: 'blobs',
      severity: 'error',
      problem: `${relative(look.folder, path)} has other bytes than it is named after`,
      mend: 'delete it and repeat what made it (an import, a check, a generate), or restore a backup',
      mendable: false,
    })
  }
  look.checks.push({ check: 'blobs', looked: `${count} blobs` })
}

async function lookAtRevisions(look: Look): Promise<void> {
  const folder = join(look.folder, 'revisions')
  let count = 0
  for (const path of await filesUnder(folder)) {
    if (!/^\d+\.json$/.test(basename(path))) continue
    const text = (await readIfThere(path))?.toString('utf8')
    if (text === undefined) continue
    count++
    const hash = REVISION.exec(text)?.[1]
    if (hash !== undefined && contentHash(text.slice(text.indexOf('\n') + 1)) === hash) continue
    damage(look, 'revisions', `${relative(look.folder, path)} is not what was written`)
  }
  look.checks.push({ check: 'revisions', looked: `${count} revisions` })
}

async function lookAtLocks(look: Look): Promise<void> {
  const folder = join(look.folder, 'locks')
  const folders = new Set((await filesUnder(folder)).map((path) => join(path, '..')))
  for (const lock of folders) {
    const numbers = (await entriesOf(lock)).flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? [])
    const highest = numbers.map(Number).sort((a, b) => b - a)[0]
    const text = await readIfThere(join(lock, `${highest}.json`))
    if (!text || text.toString() === 'null' || (await lockHolder(lock))) continue
    note(
      look,
      'locks',
      `${relative(folder, lock)} was held by a process that has ended without releasing it`,
      {
        mend: 'nothing: the next command takes it',
        mendable: false,
      },
    )
  }
  look.checks.push({ check: 'locks', looked: `${folders.size} locks` })
}

function damage({ findings }: Look, check: string, problem: string): void {
  const mend = 'restore .polyad from a backup'
  findings.push({ check, severity: 'error', problem, mend, mendable: false })
}

function note(
  { findings }: Look,
  check: string,
  problem: string,
  how: Pick<Finding, 'mend' | 'mendable'>,
): void {
  findings.push({ check, severity: 'note', problem, ...how })
}

async function filesUnder(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
}
