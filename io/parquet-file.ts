import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBAppender, DuckDBInstance } from '@duckdb/node-api'
import { PolyadError } from '../core/errors.ts'
import type { TableCell, TableColumn, TableFiles, TableRows } from '../engine/ports/table-files.ts'

const SQL_TYPES: Readonly<Record<TableColumn['type'], string>> = {
  text: 'VARCHAR',
  whole: 'BIGINT',
  fraction: 'DOUBLE',
  boolean: 'BOOLEAN',
}

/** What DuckDB may keep in memory; the rest of a table is in its own file, in a folder only this user can read. */
const MEMORY_LIMIT = '256MB'

export function createTableFiles(): TableFiles {
  return {
    async *parquet(columns, rows) {
      const folder = await mkdtemp(join(tmpdir(), 'polyad-table-'))
      try {
        const file = join(folder, 'table.parquet')
        await writeParquet(folder, file, columns, rows)
        yield* createReadStream(file)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

/** Through a database of its own, which nobody else can open: its folder has just been made. */
async function writeParquet(
  folder: string,
  file: string,
  columns: readonly TableColumn[],
  rows: TableRows,
): Promise<void> {
  const instance = await DuckDBInstance.create(join(folder, 'table.duckdb'), {
    // Extensions would be fetched from the network.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    memory_limit: MEMORY_LIMIT,
    threads: '1',
    temp_directory: folder,
  })
  const connection = await instance.connect()
  try {
    const fields = columns.map(({ name, type }) => `${quoted(name)} ${SQL_TYPES[type]}`)
    await connection.run(`CREATE TABLE made (${fields.join(', ')})`)
    for await (const batch of rows) {
      const appender = await connection.createAppender('made')
      try {
        for (const row of batch) {
          for (const [at, column] of columns.entries()) appendCell(appender, column, row[at]!)
          appender.endRow()
        }
      } finally {
        appender.closeSync()
      }
    }
    await connection.run(`COPY made TO '${file.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`)
  } catch (error) {
    throw roomError(folder, error)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

function appendCell(appender: DuckDBAppender, { type }: TableColumn, cell: TableCell): void {
  if (cell === null) appender.appendNull()
  else if (type === 'text') appender.appendVarchar(String(cell))
  else if (type === 'boolean') appender.appendBoolean(cell === true)
  else if (type === 'whole') appender.appendBigInt(BigInt(cell))
  else appender.appendDouble(Number(cell))
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** DuckDB tells kinds of failure by their text only. */
function roomError(folder: string, error: unknown): unknown {
  const problem = (error as Error).message
  if (error instanceof PolyadError || !/no space left|could not write|not enough space/i.test(problem))
    return error
  return new PolyadError('STORAGE_FULL', { what: folder, problem }, { cause: error })
}
