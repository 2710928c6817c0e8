import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventLog, LogStretch } from '../../engine/ports/event-log.ts'
import { makeFolder } from './durable-file.ts'
import { holdPart } from './hold-workspace.ts'
import { readLog } from './log-reader.ts'
import { type LogSender, startLogThread } from './log-sender.ts'
import { recordText } from './record-text.ts'

/** Where the segments of a workspace's log lie. */
export const logFolder = (workspaceFolder: string) => join(workspaceFolder, '.polyad', 'log')

/** Whether anything was ever logged; opens and locks nothing. */
export async function hasEventLog(workspaceFolder: string): Promise<boolean> {
  return (await readdir(logFolder(workspaceFolder)).catch(() => [])).length > 0
}

/** The log with the work on its older parts. */
export interface KeptEventLog extends EventLog {
  stretch(): Promise<LogStretch>
  readonly folder: string
  /** The end of the log: everything before it is on disk. */
  position(): number
  /** Removes the whole segments before a position, of which nothing is needed any more; how many. */
  forgetBefore(position: number): Promise<number>
  /** Makes the person of their decisions null; how many. Positions stay as they are. */
  erasePerson(person: string): Promise<number>
}

/**
 * The event log `.polyad/log/`, written by a thread of its own so that a sync never waits behind other file work.
 *
 * @param options.segmentBytes a segment that has grown to this is followed by a new one
 * @throws PolyadError WORKSPACE_HELD when another process or thread writes it
 */
export async function openEventLog(
  workspaceFolder: string,
  options: { readonly segmentBytes?: number } = {},
): Promise<KeptEventLog> {
  const folder = logFolder(workspaceFolder)
  await makeFolder(folder)
  const lock = await holdPart(workspaceFolder, 'log')
  let sender: LogSender
  try {
    sender = await startLogThread(folder, options.segmentBytes)
  } catch (error) {
    await lock.release()
    throw error
  }
  return {
    folder,
    position: sender.position,
    forgetBefore: (position) => sender.keepUp({ forgetBefore: position }),
    erasePerson: (person) => sender.keepUp({ erasePerson: person }),
    append: (records) => sender.append(records.map(recordText)),
    stretch: async () => ({ folder, end: sender.position() }),
    read(fromPosition) {
      // Else a reader would not come to an end while others write faster than it reads.
      const end = sender.position()
      return readLog(folder, fromPosition, () => end)
    },
    async close() {
      await sender.close()
      await lock.release()
    },
  }
}
