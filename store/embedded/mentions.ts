import type { Mentions } from '../../engine/ports/mentions.ts'
import type { Mention } from '../../segments/mention.ts'
import { type Cell, openDatabase } from './database.ts'

const COLUMNS = 'key, author, at_ms, text, language, channel, source, fields, confidence'

const TYPES = `author VARCHAR NOT NULL, at_ms BIGINT, text VARCHAR, language VARCHAR, channel VARCHAR,
  source VARCHAR NOT NULL, fields VARCHAR NOT NULL, confidence VARCHAR NOT NULL`

/**
 * Mentions in the workspace's database. A batch goes by the appender into a staging table and from there by its key:
 * row-wise inserts would be some fifty times slower.
 */
export async function openMentions(workspaceFolder: string): Promise<Mentions & { close(): Promise<void> }> {
  const database = await openDatabase(workspaceFolder)
  await database.transaction([
    { sql: `CREATE TABLE IF NOT EXISTS mentions (key VARCHAR PRIMARY KEY, ${TYPES})` },
    { sql: `CREATE TEMP TABLE IF NOT EXISTS new_mentions (key VARCHAR, ${TYPES})` },
  ])

  return {
    close: () => database.close(),

    async append(batch) {
      const rows = new Map<string, Cell[]>()
      for (const mention of batch) if (!rows.has(mention.key)) rows.set(mention.key, rowFrom(mention))
      const results = await database.transaction([
        { sql: 'DELETE FROM new_mentions' },
        { into: 'temp.new_mentions', rows: [...rows.values()] },
        {
          sql: `INSERT INTO mentions (${COLUMNS}) SELECT ${COLUMNS} FROM new_mentions ON CONFLICT DO NOTHING`,
        },
      ])
      const added = results[2]![0]![0] as number
      return { added, duplicates: batch.length - added }
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
