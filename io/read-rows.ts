import { isUtf8 } from 'node:buffer'
import { REJECTED_TEXT_CHARACTERS, type Row, type RowOrReject } from '../engine/ingest/row.ts'
import { checkHeader, headerProblem } from './csv-header.ts'
import { createCsvRecordReader } from './csv-record.ts'
import { readTextBytes } from './file-bytes.ts'
import { type Line, splitLines } from './lines.ts'

export interface ReadRowsOptions {
  readonly format: 'csv' | 'jsonl'
  /** CSV only. Default a comma. */
  readonly delimiter?: string
  /** CSV only: columns that must be in the header. */
  readonly columns?: readonly string[]
}

/** A row or a line longer than this is rejected. */
export const MAX_ROW_BYTES = 1_000_000

/**
 * The rows of a CSV file with a header or of a JSONL file, plain or gzipped, in file order; blank lines are passed over.
 *
 * A bad row never stops the reading: it comes out as a reject with its line and reason. Memory stays flat whatever the
 * size of the file or of one line.
 *
 * @throws PolyadError FILE_UNREADABLE (missing, a folder, empty, not UTF-8 text), INPUT_INVALID (no usable header, a
 *   wrong delimiter, a column that is not there)
 */
export async function* readRows(path: string, options: ReadRowsOptions): AsyncGenerator<RowOrReject> {
  const lines = splitLines(readTextBytes(path), MAX_ROW_BYTES)
  const batches = options.format === 'csv' ? csvRows(path, lines, options) : jsonRows(lines)
  for await (const batch of batches) yield* batch
}

/** Why a line cannot be text, or its text. */
function textOf(line: Line): { readonly text: string } | { readonly reject: string; readonly start: string } {
  if ('start' in line) {
    return { reject: `longer than ${MAX_ROW_BYTES / 1e6} MB`, start: cut(line.start.toString('utf8')) }
  }
  const text = line.bytes.toString('utf8')
  return isUtf8(line.bytes) ? { text } : { reject: 'not valid UTF-8', start: cut(text) }
}

function cut(text: string): string {
  return text.slice(0, REJECTED_TEXT_CHARACTERS)
}

async function* jsonRows(lines: AsyncIterable<readonly Line[]>): AsyncGenerator<RowOrReject[]> {
  for await (const batch of lines) {
    const rows: RowOrReject[] = []
    for (const line of batch) {
      const read = textOf(line)
      if ('reject' in read) rows.push({ line: line.line, reject: read.reject, text: read.start })
      else if (read.text.trim() !== '') rows.push(jsonRow(line.line, read.text))
    }
    yield rows
  }
}

function jsonRow(line: number, text: string): RowOrReject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { line, reject: 'not valid JSON', text: cut(text) }
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return { line, reject: 'not a JSON object', text: cut(text) }
  }
  return { line, row: value as Row }
}

interface TextLine {
  readonly line: number
  readonly text: string
}

async function* csvRows(
  path: string,
  lines: AsyncIterable<readonly Line[]>,
  options: ReadRowsOptions,
): AsyncGenerator<RowOrReject[]> {
  const delimiter = options.delimiter ?? ','
  const reader = createCsvRecordReader(delimiter)
  let header: readonly string[] | undefined
  /** Lines of the record that is open: when it turns out broken, all but its first line are read again. */
  let open: TextLine[] = []
  let openBytes = 0
  let rows: RowOrReject[] = []

  const rejectOpen = (reason: string): void => {
    const [first, ...rest] = open
    open = []
    openBytes = 0
    reader.reset()
    if (!first) return
    if (!header) throw headerProblem(path, `its header is broken: ${reason}`)
    rows.push({ line: first.line, reject: reason, text: cut(first.text) })
    for (const line of rest) take(line)
  }
  const take = (line: TextLine): void => {
    if (open.length === 0 && line.text === '') return
    open.push(line)
    openBytes += line.text.length + 1
    const state = reader.push(line.text)
    if (state.kind === 'broken') rejectOpen(state.reason)
    else if (openBytes > MAX_ROW_BYTES) rejectOpen(`a quote is not closed within ${MAX_ROW_BYTES / 1e6} MB`)
    else if (state.kind === 'complete') finish(state.fields)
  }
  const finish = (fields: readonly string[]): void => {
    const { line } = open[0]!
    const text = open.length === 1 ? open[0]!.text : open.map((part) => part.text).join('\n')
    open = []
    openBytes = 0
    if (header) rows.push(csvRow(line, header, fields, text))
    else header = checkHeader(path, fields, delimiter, options.columns ?? [])
  }

  for await (const batch of lines) {
    rows = []
    for (const line of batch) {
      const read = textOf(line)
      if ('text' in read) {
        take({ line: line.line, text: read.text })
        continue
      }
      // Inside an open record the bad line belongs to it: the record is lost with it.
      if (!header) throw headerProblem(path, `line ${line.line} is ${read.reject}`)
      rejectOpen('a quote is not closed')
      rows.push({ line: line.line, reject: read.reject, text: read.start })
    }
    yield rows
  }
  rows = []
  while (open.length > 0) rejectOpen('a quote is not closed')
  if (!header) throw headerProblem(path, 'it has no header, only blank lines')
  yield rows
}

function csvRow(
  line: number,
  header: readonly string[],
  fields: readonly string[],
  text: string,
): RowOrReject {
  if (fields.length !== header.length) {
    const reject = `${fields.length} columns where the header has ${header.length}`
    return { line, reject, text: cut(text) }
  }
  // Without a prototype a column named __proto__ is a column like any other.
  const row: Record<string, string> = Object.create(null)
  for (let i = 0; i < header.length; i++) row[header[i]!] = fields[i]!
  return { line, row }
}
