import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { PolyadError } from '../core/errors.ts'
import {
  BACKED_UP,
  type BackupManifest,
  MANIFEST_NAME,
  MAX_MANIFEST_BYTES,
  parseManifest,
} from './backup-manifest.ts'
import { readTar, refused, type TarEntry } from './tar.ts'
import { makeFolder, syncFolder } from './write-file.ts'

/** Where an archive is unpacked, and what it replaces is put aside, within the workspace: on the same disk. */
const WORK_FOLDER = '.polyad-restore'

/** A workspace's files are text and compress well, but not without end: this many times, beyond a gigabyte. */
const MOST_EXPANSION = 100
const ALWAYS_ALLOWED_BYTES = 1024 ** 3
const FREE_SHARE = 0.95

interface RestoreOptions {
  /** Refuses a workspace, unpacked to a folder, by throwing. */
  check?(folder: string): Promise<void>
  readonly signal?: AbortSignal
}

export interface RestoredBackup {
  readonly manifest: BackupManifest
  readonly bytes: number
}

/**
 * Unpacks a backup and puts it in the place of a workspace. Nothing is replaced before every file of the archive is
 * there and is what its list says; then the parts are exchanged one by one, polyad.json last, so that a folder in which
 * that was cut off is no workspace until it is restored again. Keys stay as they are where the archive has none.
 *
 * @param folder made when it is not there
 * @throws PolyadError ARCHIVE_REFUSED, FILE_UNREADABLE, FILE_UNWRITABLE
 */
export async function restoreBackup(
  archive: string,
  folder: string,
  options: RestoreOptions = {},
): Promise<RestoredBackup> {
  const archiveBytes = await sizeOf(archive)
  await makeFolder(folder)
  const work = join(folder, WORK_FOLDER)
  await rm(work, { recursive: true, force: true })
  try {
    const restored = await unpack(archive, archiveBytes, join(work, 'new'), options)
    await options.check?.(join(work, 'new'))
    await exchange(folder, work, restored.manifest)
    return restored
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function sizeOf(archive: string): Promise<number> {
  try {
    const there = await stat(archive)
    if (there.isFile()) return there.size
  } catch (error) {
    const problem =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error)
    throw new PolyadError('FILE_UNREADABLE', { path: archive, problem }, { cause: error })
  }
  throw new PolyadError('FILE_UNREADABLE', { path: archive, problem: 'it is not a file' })
}

async function unpack(
  archive: string,
  archiveBytes: number,
  target: string,
  { signal }: RestoreOptions,
): Promise<RestoredBackup> {
  await mkdir(target, { recursive: true, mode: 0o700 })
  const entries = readTar(gunzipped(archive))
  const first = await entries.next()
  if (first.done || first.value.name !== MANIFEST_NAME)
    throw refused('it does not begin with a list of its files')
  const manifest = await readManifest(first.value)
  const bytes = await requireRoom(manifest, archiveBytes, target)
  for (const listed of manifest.files) {
    if (signal?.aborted) {
      throw new PolyadError('CANCELLED', { what: 'the restore', left: 'nothing was changed' })
    }
    const next = await entries.next()
    if (next.done) throw refused(`"${listed.path}" is missing`)
    const { name, bytes: size, content } = next.value
    if (name !== listed.path || size !== listed.bytes) throw refused(`"${name}" is not what its list says`)
    await unpackFile(join(target, listed.path), content, listed)
  }
  if (!(await entries.next()).done) throw refused('it holds more than its list says')
  return { manifest, bytes }
}

/** The bytes of a gzip file; a damaged or cut one is refused. */
async function* gunzipped(archive: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(archive)
  const gunzip = createGunzip()
  file.on('error', (error) => gunzip.destroy(error))
  try {
    yield* file.pipe(gunzip) as AsyncIterable<Buffer>
  } catch (error) {
    if (error instanceof PolyadError) throw error
    throw refused('it is no gzip file, or a damaged or unfinished one', error)
  } finally {
    file.destroy()
    gunzip.destroy()
  }
}

async function readManifest({ bytes, content }: TarEntry): Promise<BackupManifest> {
  if (bytes > MAX_MANIFEST_BYTES) throw refused('its list of files is too large')
  const parts: Uint8Array[] = []
  for await (const part of content) parts.push(part)
  return parseManifest(Buffer.concat(parts))
}

/** Refuses an archive that would fill the disk, or holds more than its size can honestly hold. */
async function requireRoom({ files }: BackupManifest, archiveBytes: number, target: string): Promise<number> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  if (bytes > Math.max(ALWAYS_ALLOWED_BYTES, MOST_EXPANSION * archiveBytes)) {
    throw refused(`it would grow from ${archiveBytes} to ${bytes} bytes, which no workspace does`)
  }
  const { bavail, bsize } = await statfs(target)
  if (bytes > FREE_SHARE * bavail * bsize) throw refused(`its ${bytes} bytes do not fit on the disk`)
  return bytes
}

async function unpackFile(
  path: string,
  content: AsyncIterable<Uint8Array>,
  listed: BackupManifest['files'][number],
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const hash = createHash('sha256')
  const secret = listed.path.startsWith('keys/')
  const file = await open(path, 'wx', secret ? 0o600 : 0o666)
  try {
    for await (const chunk of content) {
      hash.update(chunk)
      await file.writeFile(chunk)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  if (hash.digest('hex') !== listed.sha256) throw refused(`"${listed.path}" is damaged`)
}

async function exchange(folder: string, work: string, manifest: BackupManifest): Promise<void> {
  const [fresh, aside] = [join(work, 'new'), join(work, 'old')]
  await mkdir(aside)
  const parts = BACKED_UP.filter((top) => top !== 'polyad.json' && (top !== 'keys' || manifest.keys))
  await moveIfThere(join(folder, 'polyad.json'), join(aside, 'polyad.json'))
  const brought = new Set(await readdir(fresh))
  for (const top of parts) {
    // The workspace's own lock is held by this process: it must stay where others look for it.
    if (top === '.polyad') await exchangeStore(folder, fresh, aside, brought.has(top))
    else {
      await moveIfThere(join(folder, top), join(aside, top))
      if (brought.has(top)) await rename(join(fresh, top), join(folder, top))
    }
  }
  await syncFolder(folder)
  await rename(join(fresh, 'polyad.json'), join(folder, 'polyad.json'))
  await syncFolder(folder)
}

async function exchangeStore(folder: string, fresh: string, aside: string, brought: boolean): Promise<void> {
  const store = join(folder, '.polyad')
  await mkdir(store, { recursive: true })
  await mkdir(join(aside, '.polyad'))
  for (const name of await readdir(store)) {
    if (name !== 'locks') await moveIfThere(join(store, name), join(aside, '.polyad', name))
  }
  if (!brought) return
  for (const name of await readdir(join(fresh, '.polyad'))) {
    await rename(join(fresh, '.polyad', name), join(store, name))
  }
  await syncFolder(store)
}

async function moveIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}
