import { open } from 'node:fs/promises'
import { PolyadError } from '../core/errors.ts'
import type { Cell, Table, TableBatch } from '../engine/guard/table/table.ts'
import type { RowOrReject } from '../engine/ingest/row.ts'
import { checkHeader } from './csv-header.ts'
import { createCsvRecordReader } from './csv-record.ts'
import { csvRecords } from './csv-rows.ts'
import { readTextBytes } from './file-bytes.ts'
import { openParquet } from './parquet-table.ts'
import { jsonRow, MAX_ROW_BYTES, PROBED_ROWS } from './read-rows.ts'
import { splitLines, type TextLine } from './text-lines.ts'

const PARQUET_MAGIC = 'PAR1'
const DELIMITERS = [',', ';', '\t', '|']

/**
 * Opens a table of people: CSV (commas, semicolons, tabs or bars, whichever its header is cut by most), JSON lines, both
 * plain or gzipped, or Parquet, told by what is in the file. Memory stays flat whatever its size.
 *
 * @throws PolyadError FILE_UNREADABLE (missing, a folder, empty, neither text nor Parquet), INPUT_INVALID (no header)
 */
export async function openTable(path: string): Promise<Table> {
  if (await isParquet(path)) return openParquet(path)
  const first = await firstLine(path)
  if (first.trimStart().startsWith('[')) {
    const mend = 'write each row as a JSON object on a line of its own (jq -c ".[]")'
    throw new PolyadError('FILE_UNREADABLE', { path, problem: 'it is one JSON list, not JSON lines', mend })
  }
  return first.trimStart().startsWith('{') ? openJsonTable(path) : openCsvTable(path, first)
}

async function isParquet(path: string): Promise<boolean> {
  // What cannot be opened is told by the reader of text.
  const file = await open(path).catch(() => undefined)
  if (!file) return false
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.toString('latin1') === PARQUET_MAGIC
  } catch {
    return false
  } finally {
    await file.close()
  }
}

function linesOf(path: string): AsyncGenerator<readonly TextLine[]> {
  return splitLines(readTextBytes(path), MAX_ROW_BYTES)
}

async function firstLine(path: string): Promise<string> {
  for await (const batch of linesOf(path)) {
    const line = batch.find(({ text }) => text.trim() !== '')
    if (line) return line.text
  }
  return ''
}

async function openCsvTable(path: string, first: string): Promise<Table> {
  const delimiter = delimiterOf(first)
  const withHeader = <T>(
    openHeader: (columns: readonly string[]) => (line: number, fields: readonly string[]) => T,
  ) =>
    csvRecords(path, linesOf(path), MAX_ROW_BYTES, delimiter, (fields) => {
      const columns = checkHeader(path, fields, delimiter, [])
      return { columns: columns.length, rowOf: openHeader(columns) }
    })

  let columns: readonly string[] = []
  const header = withHeader((names) => {
    columns = names
    return () => undefined
  })
  // A header may take several lines, so batches are read until there is one; without any the reader says so.
  for await (const _ of header) if (columns.length > 0) break

  return {
    path,
    columns,
    places: 'line',
    async *batches(wanted) {
      const at = wanted.map((name) => columns.indexOf(name))
      for await (const records of withHeader(() => (line, fields) => ({ line, fields }))) {
        yield batchOf(records, at.length, (record, column) => record.fields[at[column]!]!)
      }
    },
    close() {},
  }
}

/** The likely delimiter that cuts a header into most columns. */
function delimiterOf(header: string): string {
  const columnsBy = (delimiter: string): number => {
    const record = createCsvRecordReader(delimiter).push(header)
    return record.kind === 'complete' ? record.fields.length : 0
  }
  return DELIMITERS.reduce((best, each) => (columnsBy(each) > columnsBy(best) ? each : best))
}

/** JSON lines; a row may leave columns out, so they are those of the first rows. */
async function openJsonTable(path: string): Promise<Table> {
  const columns = new Set<string>()
  let probed = 0
  for await (const rows of jsonRows(path)) {
    for (const item of rows) if ('row' in item) for (const name of Object.keys(item.row)) columns.add(name)
    probed += rows.length
    if (probed >= PROBED_ROWS) break
  }
  return {
    path,
    columns: [...columns],
    places: 'line',
    async *batches(wanted) {
      for await (const rows of jsonRows(path)) {
        yield batchOf(rows.map(flatRow(wanted)), wanted.length, ({ row }, column) =>
          cellOf(Object.hasOwn(row, wanted[column]!) ? row[wanted[column]!] : null),
        )
      }
    },
    close() {},
  }
}

async function* jsonRows(path: string): AsyncGenerator<RowOrReject[]> {
  for await (const batch of linesOf(path)) yield batch.filter(({ text }) => text.trim() !== '').map(jsonRow)
}

/** A row in which a wanted field holds a list or an object becomes a reject. */
function flatRow(wanted: readonly string[]): (item: RowOrReject) => RowOrReject {
  return (item) => {
    if ('reject' in item) return item
    const nested = wanted.find((name) => typeof item.row[name] === 'object' && item.row[name] !== null)
    return nested === undefined
      ? item
      : { line: item.line, reject: `"${nested}": a list or an object, not one value`, text: '' }
  }
}

/** JSON has no other plain values. */
function cellOf(value: unknown): Cell {
  return value as Cell
}

function batchOf<T extends { readonly line: number }>(
  items: readonly (T | { readonly line: number; readonly reject: string })[],
  columns: number,
  cell: (item: Exclude<T, { readonly reject: string }>, column: number) => Cell,
): TableBatch {
  type Row = Exclude<T, { readonly reject: string }>
  const rows = items.filter((item): item is Row => !('reject' in item))
  return {
    places: rows.map(({ line }) => line),
    cells: Array.from({ length: columns }, (_, column) => rows.map((row) => cell(row, column))),
    rejects: items.flatMap((item) => ('reject' in item ? [{ place: item.line, reason: item.reject }] : [])),
  }
}
