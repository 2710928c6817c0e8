import { csvCell, csvText } from '../../core/csv.ts'
import type { TableCell, TableColumn, TableRows } from '../ports/table-files.ts'

/** A table as CSV (RFC 4180) with a heading, UTF-8, in chunks; no cell is run as a formula, a null is an empty cell. */
export async function* tableCsv(
  columns: readonly TableColumn[],
  rows: TableRows,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(csvLine(columns.map(({ name }) => name)))
  for await (const batch of rows) yield Buffer.from(batch.map(csvLine).join(''))
}

/** One line with its end. A negative number is a number, not a formula; texts are people's. */
export function csvLine(cells: readonly TableCell[]): string {
  const written = cells.map((cell) =>
    typeof cell === 'string' ? csvText(cell) : csvCell(String(cell ?? '')),
  )
  return `${written.join(',')}\r\n`
}
