import type { Appended, Mentions } from '../../engine/ports/mentions.ts'
import type { Mention } from '../../segments/mention.ts'
import { type Cell, openDatabase, type Step } from './database.ts'

const COLUMNS = 'key, author, at_ms, text, language, channel, source, fields, confidence'

const TYPES = `author VARCHAR NOT NULL, at_ms BIGINT, text VARCHAR, language VARCHAR, channel VARCHAR,
  source VARCHAR NOT NULL, fields VARCHAR NOT NULL, confidence VARCHAR NOT NULL`
const TABLE = `key VARCHAR PRIMARY KEY, ${TYPES}`

/**
 * Mentions in the workspace's database. A batch goes by the appender into a staging table and from there by its key:
 * row-wise inserts would be some fifty times slower.
 *
 * A replacement is gathered in a temporary table, which DuckDB moves to disk as it grows and a crash leaves nothing of,
 * and becomes the mentions in one transaction.
 */
export async function openMentions(workspaceFolder: string): Promise<Mentions & { close(): Promise<void> }> {
  const database = await openDatabase(workspaceFolder)
  await database.transaction([
    { sql: `CREATE TABLE IF NOT EXISTS mentions (${TABLE})` },
    { sql: `CREATE TEMP TABLE IF NOT EXISTS new_mentions (key VARCHAR, ${TYPES})` },
  ])

  async function appendTo(table: string, batch: readonly Mention[]): Promise<Appended> {
    const rows = new Map<string, Cell[]>()
    for (const mention of batch) if (!rows.has(mention.key)) rows.set(mention.key, rowFrom(mention))
    const results = await database.transaction([
      { sql: 'DELETE FROM new_mentions' },
      { into: 'temp.new_mentions', rows: [...rows.values()] },
      fill(table, 'temp.new_mentions'),
    ])
    const added = results[2]![0]![0] as number
    return { added, duplicates: batch.length - added }
  }

  return {
    close: () => database.close(),

    append: (batch) => appendTo('mentions', batch),

    async startReplacement() {
      await database.transaction([{ sql: `CREATE OR REPLACE TEMP TABLE replacement (${TABLE})` }])
      return {
        append: (batch) => appendTo('temp.replacement', batch),
        async commit() {
          await database.transaction([
            // Deleting the rows instead would keep their keys taken until the transaction ends.
            { sql: 'DROP TABLE mentions' },
            { sql: `CREATE TABLE mentions (${TABLE})` },
            fill('mentions', 'temp.replacement'),
            { sql: 'DROP TABLE temp.replacement' },
          ])
        },
      }
    },

    async *scanByAuthor(batchRows) {
      const order = 'author, at_ms NULLS FIRST, key'
      for await (const rows of database.scan(
        `SELECT ${COLUMNS} FROM mentions ORDER BY ${order}`,
        batchRows,
      )) {
        yield rows.map(mentionFrom)
      }
    },

    async count() {
      const sql = 'SELECT count(*), count(DISTINCT author) FROM mentions'
      const [[counts]] = (await database.transaction([{ sql }])) as [[[number, number]]]
      return { mentions: counts[0], authors: counts[1] }
    },
  }
}

function fill(table: string, from: string): Step {
  return { sql: `INSERT INTO ${table} (${COLUMNS}) SELECT ${COLUMNS} FROM ${from} ON CONFLICT DO NOTHING` }
}

function rowFrom(mention: Mention): Cell[] {
  return [
    mention.key,
    mention.author,
    mention.atMs ?? null,
    mention.text ?? null,
    mention.language ?? null,
    mention.channel ?? null,
    mention.source,
    JSON.stringify(mention.fields),
    JSON.stringify(mention.confidence),
  ]
}

function mentionFrom(row: readonly Cell[]): Mention {
  const [key, author, atMs, text, language, channel, source, fields, confidence] = row
  return {
    key: key as string,
    author: author as string,
    atMs: (atMs as number | null) ?? undefined,
    text: (text as string | null) ?? undefined,
    language: (language as string | null) ?? undefined,
    channel: (channel as string | null) ?? undefined,
    source: source as string,
    fields: JSON.parse(fields as string) as Mention['fields'],
    confidence: JSON.parse(confidence as string) as Mention['confidence'],
  }
}
