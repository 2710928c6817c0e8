import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { PolyadError } from '../core/errors.ts'

/** A file in the making: under its name it is complete or absent. End it with one of `complete` and `discard`. */
export interface WholeFile {
  write(chunk: Uint8Array | string): Promise<void>
  /** Syncs the bytes and gives the file its name, in the place of an older one. */
  complete(): Promise<void>
  /** Removes what was written; an older file of that name stays. */
  discard(): Promise<void>
}

/**
 * Starts a file as `PATH.DIGITS.partial`, a name of its own also beside another writer of this path. A device or pipe
 * (/dev/null, /dev/stdout) is written to as it is: renaming a file to its name would put the file in its place.
 *
 * @throws PolyadError FILE_UNWRITABLE, also from `write` and `complete`
 */
export async function openWholeFile(path: string): Promise<WholeFile> {
  if (await isStream(path)) return openStream(path)
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`
  const file = await onDisk(path, () => open(partial, 'wx'))
  return {
    write: (chunk) => onDisk(path, () => file.writeFile(chunk)),
    async complete() {
      await onDisk(path, async () => {
        await file.sync()
        await file.close()
        await rename(partial, path)
        await syncFolder(dirname(path))
      })
    },
    async discard() {
      await file.close()
      await rm(partial, { force: true })
    },
  }
}

async function openStream(path: string): Promise<WholeFile> {
  const file = await onDisk(path, () => open(path, 'w'))
  return {
    write: (chunk) => onDisk(path, () => file.writeFile(chunk)),
    complete: () => file.close(),
    discard: () => file.close(),
  }
}

/** Whether a path is a device or pipe: nothing that could be renamed to. */
export async function isStream(path: string): Promise<boolean> {
  const there = await stat(path).catch(() => undefined)
  return there !== undefined && !there.isFile() && !there.isDirectory()
}

/**
 * Writes a whole file from its chunks: complete and on disk under its name, or absent, whatever fails.
 *
 * @returns bytes written
 * @throws PolyadError FILE_UNWRITABLE; CANCELLED when the signal aborts; errors of `chunks` pass through
 */
export async function writeWhole(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<number> {
  const stopIfAborted = (): void => {
    if (options.signal?.aborted) throw new PolyadError('CANCELLED', { what: `writing ${path}` })
  }
  stopIfAborted()
  const file = await openWholeFile(path)
  let bytes = 0
  try {
    for await (const chunk of chunks) {
      stopIfAborted()
      await file.write(chunk)
      bytes += chunk.byteLength
    }
    stopIfAborted()
    await file.complete()
  } catch (error) {
    await file.discard()
    throw error
  }
  return bytes
}

/**
 * Makes a folder, and those above it, unless it is there.
 *
 * @throws PolyadError FILE_UNWRITABLE
 */
export async function makeFolder(path: string): Promise<void> {
  await onDisk(path, () => makeFolders(resolve(path)))
}

/**
 * Folder by folder: where a system has no room for entries (/proc), it answers ENOENT, and Node's own recursive mkdir
 * tries for ever.
 */
async function makeFolders(path: string): Promise<void> {
  if (await isFolder(path)) return
  if (dirname(path) !== path) await makeFolders(dirname(path))
  try {
    await mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Another process made it.
    if (code === 'EEXIST' && (await isFolder(path))) return
    throw code === 'ENOENT' ? Object.assign(new Error(path, { cause: error }), { code: 'EPERM' }) : error
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (there) => there.isDirectory(),
    () => false,
  )
}

/** Makes a rename in `folder` survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders, and keeps their entries in its journal.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new PolyadError('FILE_UNWRITABLE', { path, problem: writeProblem(path, error) }, { cause: error })
  }
}

/** Why a file cannot be written, for people. */
export function writeProblem(path: string, error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `there is no folder ${dirname(path)}; make it first`
    case 'EISDIR':
    case 'ENOTEMPTY':
      return 'it is a folder; name a file'
    case 'EEXIST':
      return 'a file of that name is in the way; name a folder'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'its folder does not allow writing'
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full'
    default:
      return String(error)
  }
}
