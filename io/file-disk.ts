import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from './write-file.ts'

/** A file that is open for writing anywhere in it. */
export interface DiskFile {
  write(atByte: number, bytes: Uint8Array): Promise<void>
  truncate(bytes: number): Promise<void>
  /** Forces what was written to disk, by whomever, and the file's length. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** What a resumable file needs of a disk: in tests one whose power can be cut. */
export interface FileDisk {
  /** Opens a file, an empty one when there is none. */
  open(path: string): Promise<DiskFile>
  /** The bytes of a file, undefined when there is none. */
  read(path: string): Promise<Buffer | undefined>
  /** Length of a file in bytes, undefined when there is none. */
  size(path: string): Promise<number | undefined>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** Forces the entry of a path in its folder to disk. */
  syncEntry(path: string): Promise<void>
}

export const realDisk: FileDisk = {
  async open(path) {
    // Not "a", where every write goes to the end, and not "w", which empties the file.
    const file = await open(path, 'r+').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return open(path, 'wx+')
      throw error
    })
    return {
      async write(atByte, bytes) {
        for (let at = 0; at < bytes.length; ) {
          const { bytesWritten } = await file.write(bytes, at, bytes.length - at, atByte + at)
          at += bytesWritten
        }
      },
      truncate: (bytes) => file.truncate(bytes),
      sync: () => file.datasync(),
      close: () => file.close(),
    }
  },
  read: (path) => whenThere(() => readFile(path)),
  size: (path) => whenThere(async () => (await stat(path)).size),
  rename,
  remove: (path) => rm(path, { force: true }),
  syncEntry: (path) => syncFolder(dirname(path)),
}

async function whenThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
