import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { PersonSearch } from '../../engine/ports/upkeep.ts'
import type { Database } from './database.ts'
import { systemCode } from './durable-file.ts'

const STORE = 'store'
const LETTER = /[\p{L}\p{N}_]/u

/** Whether a text names somebody by an identifier: as a word of its own, in any case. */
export function namesIdentifier(text: string, identifier: string): boolean {
  const [whole, wanted] = [text.toLowerCase(), identifier.toLowerCase()]
  for (let at = whole.indexOf(wanted); at >= 0; at = whole.indexOf(wanted, at + 1)) {
    const [before, after] = [whole[at - 1] ?? ' ', whole[at + wanted.length] ?? ' ']
    if (!LETTER.test(before) && !LETTER.test(after)) return true
  }
  return false
}

/**
 * Looks for people in every file under a folder, byte by byte: their hashes as text and as bytes, the identifier as a
 * word in UTF-8. The database compresses its rows, so they are asked for besides.
 */
export async function searchPerson(
  folder: string,
  database: Database,
  persons: readonly string[],
  identifier: string | undefined,
): Promise<PersonSearch> {
  const found: { file: string; what: 'identifier' | 'hash' }[] = []
  let files = 0
  let bytes = 0
  for (const path of await filesUnder(folder)) {
    const seen = { hash: false, identifier: false }
    const longest = Math.max(64, 4 * Buffer.byteLength(identifier ?? ''))
    let tail: Buffer = Buffer.alloc(0)
    try {
      for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
        bytes += chunk.length
        const part = Buffer.concat([tail, chunk])
        seen.hash ||= persons.some(
          (person) => part.includes(person) || part.includes(Buffer.from(person, 'hex')),
        )
        seen.identifier ||= identifier !== undefined && namesIdentifier(part.toString('utf8'), identifier)
        tail = part.subarray(Math.max(0, part.length - longest))
      }
    } catch (error) {
      // A file that went while it was looked for holds nothing.
      if (systemCode(error) === 'ENOENT') continue
      throw error
    }
    files++
    for (const what of ['identifier', 'hash'] as const) {
      if (seen[what]) found.push({ file: relative(folder, path), what })
    }
  }
  for (const what of await inDatabase(database, persons, identifier)) found.push({ file: STORE, what })
  return { files, bytes, found }
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

async function inDatabase(
  database: Database,
  persons: readonly string[],
  identifier: string | undefined,
): Promise<('identifier' | 'hash')[]> {
  const [columns] = await database.transaction([
    {
      sql: `SELECT table_name, column_name FROM information_schema.columns
        WHERE table_catalog = current_database() AND data_type = 'VARCHAR'`,
    },
  ])
  const found = new Set<'identifier' | 'hash'>()
  for (const [table, column] of columns!) {
    const marks = persons.map((_, at) => `contains("${column}", $${at + 1})`)
    const [hits] = await database.transaction([
      { sql: `SELECT count(*) FROM "${table}" WHERE ${marks.join(' OR ')}`, values: persons },
    ])
    if ((hits![0]![0] as number) > 0) found.add('hash')
    if (identifier === undefined || found.has('identifier')) continue
    const sql = `SELECT "${column}" FROM "${table}" WHERE contains(lower("${column}"), $1)`
    const [texts] = await database.transaction([{ sql, values: [identifier.toLowerCase()] }])
    if (texts!.some(([text]) => namesIdentifier(String(text), identifier))) found.add('identifier')
  }
  return [...found]
}
