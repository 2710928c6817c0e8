import { PolyadError } from '../core/errors.ts'
import type { ResumableFile } from '../engine/ports/resumable-file.ts'
import { type DiskFile, type FileDisk, realDisk } from './file-disk.ts'
import { firstLine, markLine, type RunName, readJournal } from './progress-journal.ts'
import { writeProblem } from './write-file.ts'

export interface ResumableFileOptions {
  /** Throw away what an earlier run left, also another one. */
  readonly anew?: boolean
  /** Told when all bytes are on disk, before the file gets its name; a new file is as good as an older one after it. */
  readonly beforeNaming?: (partialPath: string) => Promise<void>
  readonly disk?: FileDisk
}

/**
 * Opens a file that grows as `PATH.partial`, beside it `PATH.partial.journal` with the marks. One process at a time may
 * have it open.
 *
 * A mark is written when the bytes it tells of are synced, never before, so a power cut cannot leave one without them.
 *
 * @throws PolyadError OUTPUT_UNFINISHED when another run's half-written file is there; FILE_UNWRITABLE, STORAGE_FULL
 */
export async function openResumableFile(
  path: string,
  run: RunName,
  { anew = false, beforeNaming, disk = realDisk }: ResumableFileOptions = {},
): Promise<ResumableFile> {
  const partialPath = `${path}.partial`
  const journalPath = `${partialPath}.journal`
  const onDisk = <T>(work: () => Promise<T>): Promise<T> =>
    orUnwritable(path, partialPath, `what was written is kept in ${partialPath}`, work)

  const { file, journal, found, journalBytes } = await orUnwritable(
    path,
    partialPath,
    undefined,
    async () => {
      const left = anew ? undefined : await findLeft()
      if (left) {
        const journal = await disk.open(journalPath)
        // What follows the last whole line was being written when the earlier run ended.
        await journal.truncate(left.bytes)
        const file = await disk.open(partialPath)
        await file.truncate(left.mark.bytes)
        return { file, journal, found: left.mark, journalBytes: left.bytes }
      }
      // In this order a file is never there without a journal that says whose it is.
      await disk.remove(partialPath)
      await disk.syncEntry(partialPath)
      const journal = await disk.open(journalPath)
      const line = Buffer.from(firstLine(run))
      await journal.truncate(0)
      await journal.write(0, line)
      await journal.sync()
      await disk.syncEntry(journalPath)
      const file = await disk.open(partialPath)
      await disk.syncEntry(partialPath)
      return { file, journal, found: { steps: 0, bytes: 0, notes: [] }, journalBytes: line.length }
    },
  )

  /** What an earlier run of this identity left, undefined when there is nothing to lose. */
  async function findLeft() {
    const size = await disk.size(partialPath)
    if (size === undefined) return undefined
    const content = await disk.read(journalPath)
    const left = content && readJournal(content)
    if (!left) {
      const problem = `${partialPath} is in the way, and nothing tells whose it is; remove it`
      throw new PolyadError('FILE_UNWRITABLE', { path, problem })
    }
    if (left.run.identity === run.identity) return size >= left.mark.bytes ? left : undefined
    if (left.mark.steps === 0) return undefined
    throw new PolyadError('OUTPUT_UNFINISHED', { partial: partialPath, run: left.run.title })
  }

  let journalEnd = journalBytes
  let open: readonly DiskFile[] = [file, journal]
  async function close(): Promise<void> {
    const closing = open
    open = []
    for (const each of closing) await each.close()
  }

  return {
    partialPath,
    found,
    write: (atByte, bytes) => onDisk(() => file.write(atByte, bytes)),
    mark: (mark) =>
      onDisk(async () => {
        await file.sync()
        const line = Buffer.from(markLine(mark))
        await journal.write(journalEnd, line)
        await journal.sync()
        journalEnd += line.length
      }),
    complete: () =>
      onDisk(async () => {
        await file.sync()
        await beforeNaming?.(partialPath)
        await close()
        await disk.rename(partialPath, path)
        await disk.syncEntry(path)
        await disk.remove(journalPath)
      }),
    close,
  }
}

/** Removes the journal of a file that got its name, when the run was killed right after that. */
export async function clearJournal(path: string): Promise<void> {
  if ((await realDisk.size(`${path}.partial`)) === undefined) await realDisk.remove(`${path}.partial.journal`)
}

async function orUnwritable<T>(
  path: string,
  partialPath: string,
  left: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (error instanceof PolyadError || code === undefined) throw error
    throw code === 'ENOSPC' || code === 'EDQUOT'
      ? new PolyadError('STORAGE_FULL', { what: partialPath, problem: message }, { cause: error })
      : new PolyadError(
          'FILE_UNWRITABLE',
          { path, problem: writeProblem(path, error), ...(left && { left }) },
          { cause: error },
        )
  }
}
