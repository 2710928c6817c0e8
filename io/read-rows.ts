import { PolyadError } from '../core/errors.ts'
import { REJECTED_TEXT_CHARACTERS, type Row, type RowOrReject } from '../engine/ingest/row.ts'
import { columnMissing } from './csv-header.ts'
import { type CsvOptions, csvRows } from './csv-rows.ts'
import { readTextBytes } from './file-bytes.ts'
import { splitLines, type TextLine } from './text-lines.ts'

export interface ReadRowsOptions extends CsvOptions {
  readonly format: 'csv' | 'jsonl'
  /** Only UTF-8, the default, is read; another one is refused. */
  readonly encoding?: string
}

/** A line, and a row of several lines, longer than this is rejected. */
export const MAX_ROW_BYTES = 1_000_000
/** Rows of a JSONL file among which each column must be seen. */
export const PROBED_ROWS = 5_000

/**
 * The rows of a CSV file with a header or of a JSONL file, plain or gzipped, in file order; blank lines are passed over.
 *
 * A bad row never stops the reading: it comes out as a reject with its line and reason. Memory stays flat whatever the
 * size of the file or of one line.
 *
 * @throws PolyadError FILE_UNREADABLE (missing, a folder, empty, not UTF-8 text), INPUT_INVALID (no usable header, a
 *   wrong delimiter, a column that is not there, a name that tells the other format)
 */
export async function* readRows(path: string, options: ReadRowsOptions): AsyncGenerator<RowOrReject> {
  checkEncoding(path, options.encoding)
  checkName(path, options.format)
  const lines = splitLines(readTextBytes(path), MAX_ROW_BYTES)
  const batches =
    options.format === 'csv'
      ? csvRows(path, lines, MAX_ROW_BYTES, options)
      : jsonRows(path, lines, options.columns ?? [])
  for await (const batch of batches) yield* batch
}

function checkEncoding(path: string, encoding = 'utf-8'): void {
  if (/^utf-?8$/i.test(encoding)) return
  const mend = `run: iconv -f ${encoding} -t UTF-8, and leave "encoding" out of the mapping`
  throw new PolyadError('FILE_UNREADABLE', {
    path,
    problem: `"encoding": "${encoding}" is not read here`,
    mend,
  })
}

const FORMAT_OF_EXTENSION: Readonly<Record<string, ReadRowsOptions['format']>> = {
  csv: 'csv',
  tsv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
}
const FORMAT_NAMES = { csv: 'CSV', jsonl: 'JSON lines' } as const

/** A file called .csv that is read as JSON lines would be rejected row by row. */
function checkName(path: string, format: ReadRowsOptions['format']): void {
  const extension = /\.([a-z]+)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  const named = Object.hasOwn(FORMAT_OF_EXTENSION, extension) ? FORMAT_OF_EXTENSION[extension]! : format
  if (named === format) return
  throw new PolyadError('INPUT_INVALID', {
    what: 'file',
    where: path,
    problem: `its name says ${FORMAT_NAMES[named]}, but the mapping reads ${FORMAT_NAMES[format]}`,
    mend: `set "read": {"format": "${named}"} in the mapping, or rename the file`,
  })
}

/**
 * The rows of JSON lines. They may leave fields out, so the first of them are held back until each column was seen in
 * one: a misspelt column must not turn a whole import into mentions without that value.
 */
async function* jsonRows(
  path: string,
  lines: AsyncIterable<readonly TextLine[]>,
  columns: readonly string[],
): AsyncGenerator<RowOrReject[]> {
  const unseen = new Set(columns)
  let held: RowOrReject[] = []
  const requireSeen = (): void => {
    const [column] = unseen
    const objects = held.flatMap((item) => ('row' in item ? [item.row] : []))
    if (column === undefined || objects.length === 0) return
    const fields = [...new Set(objects.flatMap((row) => Object.keys(row)))]
    throw columnMissing(path, column, `is in none of its first ${objects.length} rows`, fields)
  }
  for await (const batch of lines) {
    const rows = batch.filter(({ text }) => text.trim() !== '').map(jsonRow)
    if (unseen.size === 0) {
      yield rows
      continue
    }
    held.push(...rows)
    for (const item of rows) {
      if (unseen.size === 0) break
      if ('row' in item)
        for (const column of unseen) if (Object.hasOwn(item.row, column)) unseen.delete(column)
    }
    if (unseen.size > 0 && held.length < PROBED_ROWS) continue
    requireSeen()
    unseen.clear()
    yield held
    held = []
  }
  requireSeen()
  yield held
}

/** A line of JSON as a row; its reasons are those rows share. */
export function jsonRow({ line, text, reject }: TextLine): RowOrReject {
  const rejected = (reason: string): RowOrReject => {
    return { line, reject: reason, text: text.slice(0, REJECTED_TEXT_CHARACTERS) }
  }
  if (reject !== undefined) return rejected(reject)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return rejected('not valid JSON')
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return rejected('not a JSON object')
  return { line, row: value as Row }
}
