import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type GenerateOptions, generateMentions, type MentionRow } from './generate-mentions.ts'

/** Rows joined into one piece before they are handed on: piecewise writing of single rows costs more than the rows. */
const ROWS_A_PIECE = 500
const LIST_SEPARATOR = '|'

const COLUMNS = [
  'id',
  'author',
  'published',
  'text',
  'language',
  'channel',
  'level',
  'sentiment',
  'sentiment_confidence',
  'topics',
  'purchase_intent',
  'state',
  'age_band',
  'interest',
] as const

/**
 * Writes generated mentions to a file, its format by its name: `.jsonl` or `.csv`, either with `.gz`.
 *
 * @returns rows written, duplicates and broken rows included
 */
export async function writeMentions(path: string, options: GenerateOptions): Promise<number> {
  const named = path.replace(/\.gz$/, '')
  const format = named.endsWith('.csv') ? 'csv' : named.endsWith('.jsonl') ? 'jsonl' : undefined
  if (!format)
    throw new RangeError(`cannot tell the format of ${path}; name it .jsonl or .csv, with .gz or without`)
  let rows = 0
  function* pieces(): Generator<string> {
    let lines = format === 'csv' ? [COLUMNS.join(',')] : []
    for (const row of generateMentions(options)) {
      rows++
      lines.push(format === 'csv' ? csvLine(row) : JSON.stringify(row))
      if (lines.length < ROWS_A_PIECE) continue
      yield `${lines.join('\n')}\n`
      lines = []
    }
    if (lines.length > 0) yield `${lines.join('\n')}\n`
  }
  const source = Readable.from(pieces())
  const file = createWriteStream(path)
  // Level 1: the file is read once, soon, and on this machine.
  await (path.endsWith('.gz') ? pipeline(source, createGzip({ level: 1 }), file) : pipeline(source, file))
  return rows
}

function csvLine(row: MentionRow): string {
  return COLUMNS.map((column) => {
    const value = row[column]
    if (value === undefined) return ''
    const text = Array.isArray(value) ? value.join(LIST_SEPARATOR) : String(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }).join(',')
}
