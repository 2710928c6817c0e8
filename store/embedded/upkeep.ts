import { join } from 'node:path'
import type { Upkeep } from '../../engine/ports/upkeep.ts'
import { createCounters } from './counters.ts'
import { openDatabase } from './database.ts'
import { erasePersons, readEraseJournal } from './erase-person.ts'
import { type KeptEventLog, logFolder } from './event-log.ts'
import { examineStoreFiles, removeLeftBehind } from './examine-files.ts'
import { foldLog, logStart } from './fold-log.ts'
import { heldOfPersons } from './held-of-person.ts'
import { openMentions } from './mentions.ts'
import { recountLog } from './recount.ts'
import { searchPerson } from './search-person.ts'

/** The log, opened when it is needed: opening it cuts a torn tail, which an examination only tells of. */
export interface LazyLog {
  open(): Promise<KeptEventLog>
  /** The log, if it was opened. */
  opened(): Promise<KeptEventLog | undefined>
}

/** The work on a workspace's embedded store; whoever opens it holds the workspace. */
export async function openUpkeep(
  workspaceFolder: string,
  eventLog: LazyLog,
): Promise<Upkeep & { close(): Promise<void> }> {
  const database = await openDatabase(workspaceFolder)
  await createCounters(database)
  // Makes its tables, which are asked below.
  await (await openMentions(workspaceFolder)).close()
  const recount = (takeOver = false) =>
    recountLog(database, logFolder(workspaceFolder), join(workspaceFolder, '.polyad'), takeOver)

  return {
    close: () => database.close(),
    fold: async (limits, nowMs) => foldLog(database, await eventLog.open(), limits, nowMs),
    erase: async (persons, identifier, steps) =>
      erasePersons({ workspaceFolder, database, log: await eventLog.open(), steps }, persons, identifier),
    async finishErase(steps) {
      const journal = await readEraseJournal(workspaceFolder)
      if (!journal) return undefined
      const log = await eventLog.open()
      return erasePersons({ workspaceFolder, database, log, steps }, journal.persons, undefined)
    },
    search: (persons, identifier) => searchPerson(workspaceFolder, database, persons, identifier),
    held: (persons) => heldOfPersons(database, persons),
    recount: () => recount(),
    async examineFiles() {
      const log = await eventLog.opened()
      const place = { start: await logStart(database), end: log?.position() }
      return examineStoreFiles(workspaceFolder, Date.now(), place)
    },
    async mend() {
      const before = await examineStoreFiles(workspaceFolder, Date.now(), {
        start: await logStart(database),
        end: (await eventLog.opened())?.position(),
      })
      // Opening the log cuts its torn tail.
      await eventLog.open()
      const done = before.findings
        .filter(({ check, mendable }) => check === 'log' && mendable)
        .map(({ problem }) => `cut off: ${problem}`)
      const removed = await removeLeftBehind(workspaceFolder, Date.now())
      done.push(...removed.map((path) => `removed ${path}`))
      const { findings } = await recount(true)
      for (const { problem } of findings) done.push(`counted the log again: ${problem}`)
      return done
    },
  }
}
