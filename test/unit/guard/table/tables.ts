import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { csvCell } from '../../../../core/csv.ts'
import type { TableRoles } from '../../../../engine/guard/table/table.ts'
import {
  readExperiment,
  type TableExperiment,
  type TableSettings,
} from '../../../../engine/guard/table/table-experiment.ts'
import { openTable } from '../../../../io/open-table.ts'

/** A row as JavaScript has it; undefined leaves the cell empty. */
export type PlainRow = Readonly<Record<string, string | number | undefined>>

/** A folder of tables that is removed at the end. */
export function createTables() {
  const folder = mkdtempSync(join(tmpdir(), 'polyad-tables-'))
  const write = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  return {
    write,
    csv(name: string, rows: readonly PlainRow[], delimiter = ','): string {
      const columns = Object.keys(rows[0]!)
      const cell = (value: unknown) => csvCell(String(value ?? ''))
      const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))]
      return write(name, `${lines.map((line) => line.map(cell).join(delimiter)).join('\n')}\n`)
    },
    jsonl(name: string, rows: readonly PlainRow[]): string {
      return write(
        name,
        rows.map((row) => `${JSON.stringify(row, (_name, value) => value ?? null)}\n`).join(''),
      )
    },
    /** Written by DuckDB from JSON lines, which is told the types. */
    async parquet(name: string, rows: readonly PlainRow[], types: Readonly<Record<string, string>>) {
      const source = this.jsonl(`${name}.source.jsonl`, rows)
      const path = join(folder, name)
      const instance = await DuckDBInstance.create(':memory:')
      const connection = await instance.connect()
      const columns = Object.entries(types).map(([column, type]) => `"${column}": '${type}'`)
      await connection.run(
        `COPY (FROM read_json('${source}', format = 'newline_delimited', columns = {${columns.join(', ')}}))
         TO '${path}' (FORMAT parquet)`,
      )
      connection.closeSync()
      instance.closeSync()
      return path
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

export async function experimentOf(
  path: string,
  roles: TableRoles,
  settings: TableSettings = {},
): Promise<TableExperiment> {
  const table = await openTable(path)
  try {
    return await readExperiment(table, roles, settings)
  } finally {
    table.close()
  }
}
