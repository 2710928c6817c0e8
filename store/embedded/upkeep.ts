import { join } from 'node:path'
import type { Upkeep } from '../../engine/ports/upkeep.ts'
import { createCounters } from './counters.ts'
import { openDatabase } from './database.ts'
import { erasePersons, readEraseJournal } from './erase-person.ts'
import type { KeptEventLog } from './event-log.ts'
import { examineStoreFiles, removeLeftBehind } from './examine-files.ts'
import { foldLog, logStart } from './fold-log.ts'
import { heldOfPersons } from './held-of-person.ts'
import { openMentions } from './mentions.ts'
import { recountLog } from './recount.ts'
import { searchPerson } from './search-person.ts'

/** The work on a workspace's embedded store; whoever opens it holds the workspace. */
export async function openUpkeep(
  workspaceFolder: string,
  log: KeptEventLog,
): Promise<Upkeep & { close(): Promise<void> }> {
  const database = await openDatabase(workspaceFolder)
  await createCounters(database)
  // Makes its tables, which are asked below.
  await (await openMentions(workspaceFolder)).close()
  const recount = (takeOver = false) =>
    recountLog(database, log.folder, join(workspaceFolder, '.polyad'), takeOver)

  return {
    close: () => database.close(),
    fold: (limits, nowMs) => foldLog(database, log, limits, nowMs),
    erase: (persons, identifier, steps) =>
      erasePersons({ workspaceFolder, database, log, steps }, persons, identifier),
    async finishErase(steps) {
      const journal = await readEraseJournal(workspaceFolder)
      return journal && erasePersons({ workspaceFolder, database, log, steps }, journal.persons, undefined)
    },
    search: (persons, identifier) => searchPerson(workspaceFolder, database, persons, identifier),
    held: (persons) => heldOfPersons(database, persons),
    recount: () => recount(),
    async examineFiles() {
      const place = { start: await logStart(database), end: log.position() }
      return examineStoreFiles(workspaceFolder, Date.now(), place)
    },
    async mend() {
      const done = (await removeLeftBehind(workspaceFolder, Date.now())).map((path) => `removed ${path}`)
      const { findings } = await recount(true)
      for (const { problem } of findings) done.push(`counted the log again: ${problem}`)
      return done
    },
  }
}
