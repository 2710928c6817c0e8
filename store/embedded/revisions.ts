import { open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson } from '../../core/canonical-json.ts'
import { PolyadError } from '../../core/errors.ts'
import { contentHash } from '../../core/hash.ts'
import { createFile, systemCode } from './durable-file.ts'

/** A revision without its body. */
interface RevisionEntry {
  readonly revision: number
  readonly hash: string
  readonly atMs: number
}

/** The immutable revisions of one document. */
export interface Revisions {
  /** The revision with this content, made when there is none yet. */
  record(body: unknown): Promise<RevisionEntry>
  read(revision: number): Promise<(RevisionEntry & { readonly body: unknown }) | undefined>
}

const FILE = /^(\d+)\.json$/

/** A header line is `{"hash":64 digits,"atMs":up to 16 digits}`. */
const HEADER_BYTES = 128

/**
 * Revisions as files `NUMBER.json` of one folder: a header line with hash and time, then the body as canonical JSON.
 *
 * A number is taken by exclusive creation of the complete file, so two processes that see new content at once agree on
 * its number without a lock: the one that comes second finds the file and reads it.
 */
export function openRevisions(folder: string): Revisions {
  const byHash = new Map<string, RevisionEntry>()
  const numbers = new Set<number>()
  const pathOf = (revision: number) => join(folder, `${revision}.json`)

  async function learnNew(): Promise<void> {
    for (const file of await filesOf(folder)) {
      const revision = Number(FILE.exec(file)?.[1])
      if (!revision || numbers.has(revision)) continue
      const entry = { revision, ...(await readHeader(pathOf(revision))) }
      byHash.set(entry.hash, entry)
      numbers.add(revision)
    }
  }

  return {
    async record(body) {
      const json = canonicalJson(body)
      const hash = contentHash(json)
      for (;;) {
        const known = byHash.get(hash)
        if (known) return known
        await learnNew()
        if (byHash.has(hash)) continue
        const revision = Math.max(0, ...numbers) + 1
        const atMs = Date.now()
        if (!(await createFile(pathOf(revision), `${JSON.stringify({ hash, atMs })}\n${json}`))) continue
        byHash.set(hash, { revision, hash, atMs })
        numbers.add(revision)
      }
    },

    async read(revision) {
      if (!Number.isSafeInteger(revision) || revision < 1) return undefined
      const path = pathOf(revision)
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if (systemCode(error) === 'ENOENT') return undefined
        throw error
      })
      if (text === undefined) return undefined
      const header = parseHeader(path, text)
      const json = text.slice(text.indexOf('\n') + 1)
      if (contentHash(json) !== header.hash) throw damaged(path)
      return { revision, ...header, body: JSON.parse(json) }
    },
  }
}

async function filesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  })
}

async function readHeader(path: string): Promise<Omit<RevisionEntry, 'revision'>> {
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0)
    return parseHeader(path, buffer.toString('latin1', 0, bytesRead))
  } finally {
    await handle.close()
  }
}

function parseHeader(path: string, text: string): Omit<RevisionEntry, 'revision'> {
  const match = /^\{"hash":"([0-9a-f]{64})","atMs":(\d+)\}\n/.exec(text)
  if (!match) throw damaged(path)
  return { hash: match[1]!, atMs: Number(match[2]) }
}

function damaged(path: string): PolyadError {
  return new PolyadError('STORE_DAMAGED', {
    path,
    problem: 'this revision is not what was written',
    mend: 'restore the file from a backup; the newest content is safe in the workspace file',
  })
}
