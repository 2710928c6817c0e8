import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventLog } from '../../engine/ports/event-log.ts'
import { makeFolder } from './durable-file.ts'
import { holdPart } from './hold-workspace.ts'
import { readLog } from './log-reader.ts'
import { type LogSender, startLogThread } from './log-sender.ts'

const logFolder = (workspaceFolder: string) => join(workspaceFolder, '.polyad', 'log')

/** Whether anything was ever logged; opens and locks nothing. */
export async function hasEventLog(workspaceFolder: string): Promise<boolean> {
  return (await readdir(logFolder(workspaceFolder)).catch(() => [])).length > 0
}

/**
 * The event log `.polyad/log/`, written by a thread of its own so that a sync never waits behind other file work.
 *
 * @throws PolyadError WORKSPACE_HELD when another process or thread writes it
 */
export async function openEventLog(workspaceFolder: string): Promise<EventLog> {
  const folder = logFolder(workspaceFolder)
  await makeFolder(folder)
  const lock = await holdPart(workspaceFolder, 'log')
  let sender: LogSender
  try {
    sender = await startLogThread(folder)
  } catch (error) {
    await lock.release()
    throw error
  }
  return {
    append: (records) => sender.append(records.map((record) => JSON.stringify(record))),
    read: (fromPosition) => readLog(folder, fromPosition, sender.position),
    async close() {
      await sender.close()
      await lock.release()
    },
  }
}
