import { readdir, readFile, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PolyadError } from '../../core/errors.ts'
import { parseJsonFile } from '../../core/json-text.ts'
import type { DocumentKind, DocumentRevision, Documents } from '../../engine/ports/documents.ts'
import { documentFile, documentFolder, documentName, TEMPLATE_FILE } from './document-paths.ts'
import { replaceFile, syncFolder, systemCode, unwritable } from './durable-file.ts'
import { holderText, type Lock, tryLock } from './lock.ts'
import { createLooks } from './looks.ts'
import { openRevisions, type Revisions } from './revisions.ts'

/** A write takes milliseconds; one that waits longer than this for another process reports it. */
const LOCK_WAIT_MS = 10_000
const LOCK_RETRY_MS = 10

/**
 * Documents as the files people edit. Content seen for the first time becomes an immutable revision in
 * `.polyad/revisions/`; content seen before keeps its number, so switching back in git brings the old revision back.
 *
 * @param options.libraryFolder folder of the built-in templates; a template of the workspace wins over one of the same
 * name, and library templates are never written
 */
export async function openDocuments(
  workspaceFolder: string,
  options: { readonly libraryFolder?: string } = {},
): Promise<Documents> {
  const histories = new Map<string, Revisions>()
  const lockFolder = join(workspaceFolder, '.polyad', 'locks', 'documents')
  let lastWrite: Promise<unknown> = Promise.resolve()

  function historyOf(kind: DocumentKind, name: string): Revisions {
    const key = join(kind, name)
    const history = histories.get(key) ?? openRevisions(join(workspaceFolder, '.polyad', 'revisions', key))
    histories.set(key, history)
    return history
  }

  /** Folders that hold the kind, the one that wins first. */
  function foldersOf(kind: DocumentKind): string[] {
    const own = join(workspaceFolder, documentFolder(kind))
    return kind === 'template' && options.libraryFolder ? [own, options.libraryFolder] : [own]
  }

  const looks = createLooks()

  async function look(kind: DocumentKind, name: string): Promise<Omit<DocumentRevision, 'body'> | undefined> {
    const file = documentFile(kind, name)
    const paths = foldersOf(kind).map((folder) => join(folder, file))
    const seen = looks.get(paths)
    if (seen) return seen
    const remember = looks.before(paths)
    const found = await read(kind, name)
    if (!found) return undefined
    const { body: _, ...entry } = found
    remember(entry)
    return entry
  }

  async function find(kind: DocumentKind, name: string) {
    const file = documentFile(kind, name)
    for (const folder of foldersOf(kind)) {
      const path = join(folder, file)
      const bytes = await readIfThere(path)
      if (bytes) return { path, body: parseJsonFile(bytes, `${kind} "${name}"`, path) }
    }
    return undefined
  }

  async function read(kind: DocumentKind, name: string): Promise<DocumentRevision | undefined> {
    const found = await find(kind, name)
    if (!found) return undefined
    return { kind, name, ...(await historyOf(kind, name).record(found.body)), body: found.body }
  }

  /** One write at a time: queued within this process, locked between processes. */
  async function alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = lastWrite.then(async () => {
      const lock = await waitForLock(workspaceFolder, lockFolder)
      try {
        return await work()
      } finally {
        await lock.release()
      }
    })
    lastWrite = turn.catch(() => {})
    return turn
  }

  return {
    read,
    look,

    async list(kind) {
      const names = new Set<string>()
      for (const folder of foldersOf(kind)) {
        for (const entry of await entriesOf(folder)) {
          if (kind === 'template' && !(await readIfThere(join(folder, entry, TEMPLATE_FILE)))) continue
          const name = documentName(kind, entry)
          if (name !== undefined) names.add(name)
        }
      }
      return [...names].sort()
    },

    async readRevision(kind, name, revision) {
      documentFile(kind, name)
      const stored = await historyOf(kind, name).read(revision)
      return stored && { kind, name, ...stored }
    },

    async write(kind, name, body, { ifHash } = {}) {
      const path = join(workspaceFolder, documentFolder(kind), documentFile(kind, name))
      const text = `${JSON.stringify(body, jsonMember, 2)}\n`
      const plain: unknown = JSON.parse(text)
      return alone(async () => {
        const found = await find(kind, name)
        const current = found && (await historyOf(kind, name).record(found.body))
        if (ifHash !== undefined && (current?.hash ?? null) !== ifHash) {
          throw new PolyadError('CONFLICT', { what: kind, name })
        }
        const entry = await historyOf(kind, name).record(plain)
        // Equal content keeps the file as its author laid it out.
        if (found?.path !== path || current?.hash !== entry.hash) await replaceFile(path, text)
        return { kind, name, ...entry, body: plain }
      })
    },

    async remove(kind, name) {
      const path = join(workspaceFolder, documentFolder(kind), documentFile(kind, name))
      await alone(async () => {
        const found = await find(kind, name)
        if (!found) return
        if (found.path !== path) {
          const mend = 'write a template of this name to replace it'
          throw new PolyadError('INPUT_INVALID', { what: kind, where: name, problem: 'it is built in', mend })
        }
        await historyOf(kind, name).record(found.body)
        try {
          await unlink(path)
          await syncFolder(dirname(path))
        } catch (error) {
          throw unwritable(path, error)
        }
      })
    },
  }
}

/** As core/canonical-json writes it. */
function jsonMember(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

async function waitForLock(workspaceFolder: string, lockFolder: string): Promise<Lock> {
  const untilMs = Date.now() + LOCK_WAIT_MS
  for (;;) {
    const attempt = await tryLock(lockFolder, { command: 'a write of documents' })
    if ('lock' in attempt) return attempt.lock
    if (Date.now() > untilMs) {
      throw new PolyadError('WORKSPACE_HELD', { folder: workspaceFolder, holder: holderText(attempt.heldBy) })
    }
    await sleep(LOCK_RETRY_MS)
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    const code = systemCode(error)
    // ENOTDIR: a file lies where a template's folder would be.
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new PolyadError('FILE_UNREADABLE', { path, problem: (error as Error).message }, { cause: error })
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  })
}
