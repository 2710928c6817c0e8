import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ErasedParts, EraseSteps } from '../../engine/ports/upkeep.ts'
import type { Database } from './database.ts'
import { replaceFile, syncFolder, systemCode } from './durable-file.ts'
import type { KeptEventLog } from './event-log.ts'
import { namesIdentifier } from './search-person.ts'

/** What is being erased, until it is. It names the person, so it is the last thing to go. */
export const ERASE_JOURNAL = 'erasing.json'

interface Journal {
  readonly persons: readonly string[]
}

interface EraseParts {
  readonly workspaceFolder: string
  readonly database: Database
  readonly log: KeptEventLog
  readonly steps: EraseSteps
}

/**
 * Erases people. Every step may be done again, and the journal is there from before the first until after the last, so
 * after a crash the erasing is done from its beginning.
 *
 * The log goes first: what the counters load after it has no person. Then the counters, the mentions, and the
 * population that is made of them.
 */
export async function erasePersons(
  { workspaceFolder, database, log, steps }: EraseParts,
  asked: readonly string[],
  identifier: string | undefined,
): Promise<ErasedParts> {
  const storeFolder = join(workspaceFolder, '.polyad')
  // Before the journal, which is not to have the identifier in it.
  const rejectedRows = identifier === undefined ? 0 : await eraseRejects(workspaceFolder, identifier)
  const path = join(storeFolder, ERASE_JOURNAL)
  // Whom an erasing that was cut short left behind goes with these, or their journal would be written over.
  const unfinished = (await readEraseJournal(workspaceFolder))?.persons ?? []
  const persons = [...new Set([...unfinished, ...asked])]
  await replaceFile(path, JSON.stringify({ persons } satisfies Journal))

  let decisions = 0
  for (const person of persons) decisions += await log.erasePerson(person)
  await steps.loadCounters()
  let counterRows = 0
  let mentions = 0
  for (const person of persons) {
    const values = [person]
    const results = await database.transaction([
      { sql: 'UPDATE decisions SET person = NULL WHERE person = $1', values },
      {
        sql: `UPDATE folded SET person = NULL, who = (SELECT coalesce(max(who), 0) FROM folded) + 1 + rowid
          WHERE person = $1`,
        values,
      },
      { sql: 'DELETE FROM new_decisions WHERE person = $1', values },
      { sql: 'DELETE FROM mentions WHERE author = $1', values },
      { sql: 'DELETE FROM new_mentions WHERE author = $1', values },
    ])
    const countOf = (step: number) => (results[step]![0]?.[0] ?? 0) as number
    counterRows += countOf(0) + countOf(1)
    mentions += countOf(3)
  }
  await steps.rebuildPopulation()
  const populations = await removeBlobsOf(storeFolder, persons)
  await database.rewrite()
  await rm(path, { force: true })
  await syncFolder(storeFolder)
  return { mentions, decisions, counterRows, populations, rejectedRows }
}

/** The journal of an erasing that has not ended, undefined when there is none. */
export async function readEraseJournal(workspaceFolder: string): Promise<Journal | undefined> {
  try {
    return JSON.parse(await readFile(join(workspaceFolder, '.polyad', ERASE_JOURNAL), 'utf8')) as Journal
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Removes every blob that has one of the hashes in it: populations, which are kept by their content. */
async function removeBlobsOf(storeFolder: string, persons: readonly string[]): Promise<number> {
  const folder = join(storeFolder, 'blobs')
  let removed = 0
  for (const sub of await entriesOf(folder)) {
    for (const name of await entriesOf(join(folder, sub))) {
      const path = join(folder, sub, name)
      const bytes = await readFile(path)
      if (!persons.some((person) => bytes.includes(Buffer.from(person, 'hex')) || bytes.includes(person)))
        continue
      await rm(path)
      await syncFolder(join(folder, sub))
      removed++
    }
  }
  return removed
}

/** Takes the rows that name somebody out of the files of rows that could not be imported. */
async function eraseRejects(workspaceFolder: string, identifier: string): Promise<number> {
  const folder = join(workspaceFolder, 'rejects')
  let erased = 0
  for (const name of await entriesOf(folder)) {
    const path = join(folder, name)
    const rows = csvRows(await readFile(path, 'utf8'))
    const kept = rows.filter((row, at) => at === 0 || !namesIdentifier(row, identifier))
    if (kept.length === rows.length) continue
    erased += rows.length - kept.length
    await replaceFile(path, kept.join(''))
  }
  return erased
}

/** The rows of a CSV text, each with its line end; a quoted text may have line ends in it. */
function csvRows(text: string): string[] {
  return text.match(/(?:"(?:[^"]|"")*"|[^"\n])*(?:\n|$)/g)?.filter((row) => row !== '') ?? []
}

async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  })
}
