import { randomUUID } from 'node:crypto'
import { link, mkdir, open, rename, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { PolyadError } from '../../core/errors.ts'

/** The system's code of a failed file operation (ENOENT, ENOSPC), undefined for any other failure. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}

/** Makes a folder and what it lies in; the new entries survive a power cut. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  const top = resolve(first)
  for (let made = resolve(folder); made.length >= top.length; made = dirname(made))
    await syncFolder(dirname(made))
}

/** Forces a folder's entries to disk. Windows cannot open folders and keeps entries in its journal. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Puts a file in place whole: after a crash at any moment the path holds the old content or the new one. It survives
 * a power cut once this resolves.
 *
 * @param durable whether it must survive a power cut (locks need not)
 * @throws PolyadError STORAGE_FULL, FILE_UNWRITABLE
 */
export async function replaceFile(path: string, content: Uint8Array | string, durable = true): Promise<void> {
  await withTemporary(path, content, durable, (temporary) => rename(temporary, path))
}

/**
 * Puts a file in place whole unless the path is taken: of several processes exactly one creates it.
 *
 * A hard link is the one portable operation that both refuses a taken name and shows complete content.
 *
 * @returns false when the path was taken
 * @throws PolyadError STORAGE_FULL, FILE_UNWRITABLE
 */
export async function createFile(path: string, content: string, durable = true): Promise<boolean> {
  return withTemporary(path, content, durable, async (temporary) => {
    try {
      await link(temporary, path)
      return true
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false
      throw error
    } finally {
      await unlink(temporary)
    }
  })
}

async function withTemporary<T>(
  path: string,
  content: Uint8Array | string,
  durable: boolean,
  place: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = join(dirname(path), `.${randomUUID()}.partial`)
  try {
    await makeFolder(dirname(path))
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(content)
      if (durable) await handle.sync()
    } finally {
      await handle.close()
    }
    const placed = await place(temporary)
    if (durable) await syncFolder(dirname(path))
    return placed
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw unwritable(path, error)
  }
}

/** The catalogue's word for a failed write. */
export function unwritable(path: string, error: unknown): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  const problem = (error as Error).message
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new PolyadError('STORAGE_FULL', { what: path, problem }, { cause: error })
    : new PolyadError('FILE_UNWRITABLE', { path, problem }, { cause: error })
}
