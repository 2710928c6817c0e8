import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { PolyadError } from '../core/errors.ts'
import { BACKED_UP, type BackupManifest, LEFT_OUT, MANIFEST_NAME } from './backup-manifest.ts'
import { type TarSource, writeTar } from './tar.ts'
import { writeWhole } from './write-file.ts'

export interface BackupOptions {
  /** Of the workspace. */
  readonly folder: string
  /** Copies the database as of now to a file, relative to `folder` (engine/ports/snapshots.ts); undefined: there is none yet. */
  takeSnapshot(): Promise<string | undefined>
  /** Whether the secret keys go with it. */
  readonly keys: boolean
  /** Of the program. */
  readonly version: string
  readonly nowMs: number
  readonly signal?: AbortSignal
}

export interface WrittenBackup {
  readonly files: number
  /** Of the files, and of the archive. */
  readonly bytes: number
  readonly archiveBytes: number
  /** Links and other things that are no files: not in the archive. */
  readonly passedOver: readonly string[]
}

/** A file to back up: where it will lie in a workspace, and where it is read. */
interface Listed {
  readonly path: string
  readonly source: string
  readonly bytes: number
}

const LOG = '.polyad/log'
const DATABASE = '.polyad/store.duckdb'
/** Files that are only added to: what they began with is whole. */
const GROWING = /^\.polyad\/(?:log\/|audit\.jsonl$)/
/** A run in which a file changed is done again; documents do not change that often. */
const TRIES = 3

/**
 * Writes a workspace to one archive (gzipped tar), also while a server works in it: complete or absent. Every file is
 * hashed, then copied; where its copy differs from its hash, all begins anew.
 *
 * What names others is read before what it names: the database, as of before all the rest, counts nothing that the log
 * lacks; the log has no decision whose revision is not there; and what they are made of never goes.
 *
 * @throws PolyadError FILE_UNWRITABLE, CANCELLED; BACKUP_UNSTEADY when files kept changing
 */
export async function writeBackup(path: string, options: BackupOptions): Promise<WrittenBackup> {
  for (let left = TRIES; ; left--) {
    try {
      return await writeOnce(path, options)
    } catch (error) {
      if (!(error instanceof ChangedFile)) throw error
      if (left === 1) throw new PolyadError('BACKUP_UNSTEADY', { path: error.path }, { cause: error })
    }
  }
}

/** A file is not what it was a moment ago. */
class ChangedFile extends Error {
  readonly path: string

  constructor(path: string, options: { cause?: unknown } = {}) {
    super(`${path} changed while it was copied`, options)
    this.path = path
  }
}

async function writeOnce(path: string, options: BackupOptions): Promise<WrittenBackup> {
  const passedOver: string[] = []
  const listed = await listFiles(options, passedOver)
  const files: BackupManifest['files'][number][] = []
  for (const { path: name, source, bytes } of listed) {
    if (options.signal?.aborted) throw new PolyadError('CANCELLED', { what: 'the backup' })
    files.push({ path: name, bytes, sha256: await hashOf({ path: name, source, bytes }) })
  }
  const { version, nowMs, keys } = options
  const manifest: BackupManifest = { polyadBackup: 1, version, madeAtMs: nowMs, keys, files }
  const list = Buffer.from(JSON.stringify(manifest))
  const archive = writeTar([
    { name: MANIFEST_NAME, bytes: list.length, read: () => [list] },
    ...listed.map((file, at) => sourceOf(file, files[at]!.sha256)),
  ])
  const tar = Readable.from(archive, { objectMode: false })
  const gzip = createGzip({ level: 6 })
  tar.on('error', (error) => gzip.destroy(error))
  const archiveBytes = await writeWhole(
    path,
    tar.pipe(gzip),
    options.signal ? { signal: options.signal } : {},
  )
  return {
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    archiveBytes,
    passedOver,
  }
}

async function listFiles(options: BackupOptions, passedOver: string[]): Promise<readonly Listed[]> {
  const { folder, keys } = options
  const logBefore = await readdir(join(folder, LOG)).catch(() => [])
  const snapshot = await options.takeSnapshot()
  const found: Listed[] = []
  const add = async (path: string, source = path): Promise<void> => {
    const there = await stat(join(folder, source)).catch(() => undefined)
    // What went meanwhile was let go of: a part of the log past its time, an unfinished file.
    if (there) found.push({ path, source: join(folder, source), bytes: there.size })
  }
  const walk = async (path: string, except: (name: string) => boolean = () => false): Promise<void> => {
    const entries = await readdir(join(folder, path), { withFileTypes: true }).catch(() => [])
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (except(entry.name) || /\.partial$/.test(entry.name)) continue
      const inside = `${path}/${entry.name}`
      if (entry.isDirectory()) await walk(inside)
      else if (entry.isFile()) await add(inside)
      else passedOver.push(inside)
    }
  }
  if (snapshot !== undefined) await add(DATABASE, snapshot)
  await walk(LOG)
  // An old part of the log goes once the database has its counts: this copy of it may be older than that.
  const gone = logBefore.find((name) => !found.some(({ path }) => path === `${LOG}/${name}`))
  if (gone !== undefined && !/\.partial$/.test(gone)) throw new ChangedFile(`${LOG}/${gone}`)
  for (const top of BACKED_UP) {
    if (top === '.polyad' || (top === 'keys' && !keys)) continue
    if (top.endsWith('.json')) await add(top)
    else await walk(top)
  }
  const ownTurn = (name: string) =>
    LEFT_OUT.has(name) || name === 'log' || name === 'blobs' || name.startsWith('store.duckdb')
  await walk('.polyad', ownTurn)
  await walk('.polyad/blobs')
  return found
}

/** Of the file's first `bytes`: a log grows on. */
async function hashOf(file: Listed): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of bytesOf(file)) hash.update(chunk)
  return hash.digest('hex')
}

function sourceOf(file: Listed, sha256: string): TarSource {
  return {
    name: file.path,
    bytes: file.bytes,
    async *read() {
      const hash = createHash('sha256')
      for await (const chunk of bytesOf(file)) {
        hash.update(chunk)
        yield chunk
      }
      const grown = !GROWING.test(file.path) && (await stat(file.source)).size !== file.bytes
      if (grown || hash.digest('hex') !== sha256) throw new ChangedFile(file.path)
    },
  }
}

async function* bytesOf({ path, source, bytes }: Listed): AsyncGenerator<Uint8Array> {
  if (bytes === 0) return
  let read = 0
  try {
    for await (const chunk of createReadStream(source, { end: bytes - 1 }) as AsyncIterable<Buffer>) {
      read += chunk.length
      yield chunk
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new ChangedFile(path, { cause: error })
    throw error
  }
  if (read !== bytes) throw new ChangedFile(path)
}
