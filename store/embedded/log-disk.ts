import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

/**
 * The disk as the log sees it: one folder of files. Synchronous, because the log has a thread of its own and
 * the asynchronous calls would wait in libuv's pool behind renders.
 *
 * What a power cut leaves of a write that was not synced is anything; tests stand in a disk that drops it.
 */
export interface LogDisk {
  list(): readonly string[]
  /** Opens a file for reading and writing; makes an empty one when there is none. */
  open(name: string): LogFile
  /** Gives a file another name, in the place of a file that has it. */
  rename(from: string, to: string): void
  /** Removes a file; one that is not there is no failure. */
  remove(name: string): void
  /** Forces the folder's entries to disk. */
  syncFolder(): void
}

export interface LogFile {
  size(): number
  /** Bytes from `offset`, fewer than asked for at the end of the file. */
  read(offset: number, maxBytes: number): Uint8Array
  /** Writes everything or throws; when it throws any part may have been written. */
  write(offset: number, bytes: Uint8Array): void
  /** Forces content and length to disk. */
  datasync(): void
  truncate(bytes: number): void
  close(): void
}

/** A folder of the real file system; it must exist. */
export function openLogDisk(folder: string): LogDisk {
  return {
    list: () => readdirSync(folder),
    open: (name) => openLogFile(join(folder, name)),
    rename: (from, to) => renameSync(join(folder, from), join(folder, to)),
    remove: (name) => rmSync(join(folder, name), { force: true }),
    syncFolder() {
      if (process.platform === 'win32') return
      const descriptor = openSync(folder, 'r')
      try {
        fsyncSync(descriptor)
      } finally {
        closeSync(descriptor)
      }
    },
  }
}

function openLogFile(path: string): LogFile {
  // Append mode would ignore offsets; this opens without truncating.
  const descriptor = openSync(path, 'a+')
  closeSync(descriptor)
  const file = openSync(path, 'r+')
  return {
    size: () => fstatSync(file).size,
    read(offset, maxBytes) {
      const bytes = Buffer.allocUnsafe(maxBytes)
      return bytes.subarray(0, readSync(file, bytes, 0, maxBytes, offset))
    },
    write(offset, bytes) {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(file, bytes, written, bytes.length - written, offset + written)
      }
    },
    datasync: () => fdatasyncSync(file),
    truncate: (bytes) => ftruncateSync(file, bytes),
    close: () => closeSync(file),
  }
}
