import { lstat, open, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { firstLine, type RunName } from './progress-journal.ts'
import { makeFolder, syncFolder, writeWhole } from './write-file.ts'

/** What a journal knows of a file. */
export interface FolderFile {
  readonly name: string
  readonly crc: number
  readonly size: number
}

/** A folder that is filled step by step, and that a later run of the same can go on with. */
export interface ResumableFolder<F extends FolderFile> {
  /** Steps whose files are all there with their bytes, and those files. */
  readonly found: ReadonlyMap<number, readonly F[]>
  /** Writes the files of a step and then remembers it; @throws PolyadError FILE_UNWRITABLE */
  add(
    step: number,
    files: readonly { readonly file: F; readonly bytes: Uint8Array }[],
    signal: AbortSignal,
  ): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a folder and the journal of what was written to it. A step of another run is not trusted, and one of this run
 * only when each of its files still has its bytes: files are read again and compared by length and CRC-32. Files that
 * no step names are left alone.
 *
 * @throws PolyadError FILE_UNWRITABLE
 */
export async function openResumableFolder<F extends FolderFile>(
  folder: string,
  journalPath: string,
  run: RunName,
  options: { readonly anew?: boolean } = {},
): Promise<ResumableFolder<F>> {
  await makeFolder(folder)
  await makeFolder(dirname(journalPath))
  // What was being written at a kill; whoever opens the folder is the only one that writes it.
  for (const name of await readdir(folder)) if (LEFT.test(name)) await rm(join(folder, name), { force: true })
  const kept = options.anew ? undefined : await readSteps<F>(journalPath, run)
  const found = new Map<number, readonly F[]>()
  for (const [step, files] of kept ?? []) if (await allThere(folder, files)) found.set(step, files)
  // Written whole: a line that was being written when a run was killed is gone, and so are steps that are no more.
  const lines = [...found].map(([step, files]) => stepLine(step, files))
  await writeWhole(journalPath, [Buffer.from(firstLine(run) + lines.join(''))])
  const journal = await open(journalPath, 'a')
  return {
    found,
    async add(step, files, signal) {
      for (const { file, bytes } of files) await writeWhole(join(folder, file.name), [bytes], { signal })
      await syncFolder(folder)
      await journal.appendFile(
        stepLine(
          step,
          files.map(({ file }) => file),
        ),
      )
      await journal.datasync()
    },
    close: () => journal.close(),
  }
}

/** A part of a file of a run, as io/write-file.ts names it: an ad unit's id, its ending, and digits. */
const LEFT = /^[0-9a-z-]+\.[a-z]{3,4}\.[0-9a-f]{8}\.partial$/

function stepLine(step: number, files: readonly FolderFile[]): string {
  return `${JSON.stringify({ step, files })}\n`
}

async function readSteps<F>(path: string, run: RunName): Promise<Map<number, readonly F[]> | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  if (!text.startsWith(firstLine(run))) return undefined
  const steps = new Map<number, readonly F[]>()
  for (const line of text.slice(firstLine(run).length).split('\n')) {
    try {
      const { step, files } = JSON.parse(line) as { step: number; files: readonly F[] }
      steps.set(step, files)
    } catch {
      break
    }
  }
  return steps
}

async function allThere(folder: string, files: readonly FolderFile[]): Promise<boolean> {
  for (const { name, size, crc } of files) {
    const path = join(folder, name)
    const there = await lstat(path).catch(() => undefined)
    if (!there?.isFile() || there.size !== size) return false
    if (crc32(await readFile(path)) !== crc) return false
  }
  return true
}
