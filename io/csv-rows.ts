import { REJECTED_TEXT_CHARACTERS, type RowOrReject } from '../engine/ingest/row.ts'
import { checkHeader, headerProblem } from './csv-header.ts'
import { createCsvRecordReader } from './csv-record.ts'
import type { TextLine } from './text-lines.ts'

export interface CsvOptions {
  /** Default a comma. */
  readonly delimiter?: string
  /** Columns that must be there: in the header, or in one of the first rows of a JSONL file. */
  readonly columns?: readonly string[]
}

const UNCLOSED = 'a quote is not closed'

/**
 * The rows of CSV lines, the first of which is the header, in batches.
 *
 * @param path for messages
 * @param maxBytes a record of several lines may be this long
 */
export function csvRows(
  path: string,
  lines: AsyncIterable<readonly TextLine[]>,
  maxBytes: number,
  options: CsvOptions,
): AsyncGenerator<RowOrReject[]> {
  const delimiter = options.delimiter ?? ','
  return csvRecords(path, lines, maxBytes, delimiter, (fields) => {
    const header = checkHeader(path, fields, delimiter, options.columns ?? [])
    return { columns: header.length, rowOf: (line, record) => ({ line, row: rowOf(header, record) }) }
  })
}

/** A row that could not be read: see RowOrReject. */
type Reject = Extract<RowOrReject, { readonly reject: string }>

/**
 * The records of CSV lines after the header, in batches.
 *
 * A record that turns out broken costs its first line only: the lines it had taken in are read again, so a stray quote
 * does not swallow what follows.
 *
 * @param openHeader told the header's fields, says how many a record must have and what becomes of each
 */
export async function* csvRecords<T>(
  path: string,
  lines: AsyncIterable<readonly TextLine[]>,
  maxBytes: number,
  delimiter: string,
  openHeader: (fields: readonly string[]) => {
    readonly columns: number
    rowOf(line: number, fields: readonly string[]): T
  },
): AsyncGenerator<(T | Reject)[]> {
  const reader = createCsvRecordReader(delimiter)
  let header: ReturnType<typeof openHeader> | undefined
  /** The lines of the record being read. */
  let open: TextLine[] = []
  let openBytes = 0
  let rows: (T | Reject)[] = []

  const close = (): TextLine[] => {
    const closed = open
    open = []
    openBytes = 0
    return closed
  }
  const reject = (line: number, reason: string, text: string): void => {
    if (!header) throw headerProblem(path, `its header, line ${line}, is broken: ${reason}`, 'mend that line')
    rows.push({ line, reject: reason, text: text.slice(0, REJECTED_TEXT_CHARACTERS) })
  }
  const giveUp = (reason: string): void => {
    reader.reset()
    const [first, ...rest] = close()
    if (!first) return
    reject(first.line, first.reject ?? reason, first.text)
    for (const line of rest) take(line)
  }
  const take = (line: TextLine): void => {
    if (line.cut) {
      giveUp(UNCLOSED)
      reject(line.line, line.reject ?? '', line.text)
      return
    }
    if (open.length === 0 && line.text === '') return
    open.push(line)
    openBytes += line.text.length + 1
    const state = reader.push(line.text)
    if (state.kind === 'broken') giveUp(open.length > 1 ? UNCLOSED : state.reason)
    else if (openBytes > maxBytes) giveUp(`a quote is not closed within ${maxBytes / 1e6} MB`)
    else if (state.kind === 'complete') finish(close(), state.fields)
  }
  const finish = (record: readonly TextLine[], fields: readonly string[]): void => {
    const { line } = record[0]!
    const text = record.length === 1 ? record[0]!.text : record.map((part) => part.text).join('\n')
    const bad = record.find((part) => part.reject !== undefined)
    if (bad?.reject !== undefined) reject(line, bad.reject, text)
    else if (!header) header = openHeader(fields)
    else if (fields.length === header.columns) rows.push(header.rowOf(line, fields))
    else reject(line, `${fields.length} columns where the header has ${header.columns}`, text)
  }

  for await (const batch of lines) {
    rows = []
    for (const line of batch) take(line)
    yield rows
  }
  rows = []
  while (open.length > 0) giveUp(UNCLOSED)
  if (!header)
    throw headerProblem(path, 'it has no header, only blank lines', 'give a file with at least one row')
  yield rows
}

function rowOf(header: readonly string[], fields: readonly string[]): Record<string, string> {
  // Without a prototype a column named __proto__ is a column like any other.
  const row: Record<string, string> = Object.create(null)
  for (let i = 0; i < header.length; i++) row[header[i]!] = fields[i]!
  return row
}
