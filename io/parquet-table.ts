import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { PolyadError } from '../core/errors.ts'
import type { Cell, Table } from '../engine/guard/table/table.ts'

/** Of a file however large: it streams, a group of rows at a time. */
const MEMORY_LIMIT = '1GB'

/**
 * Opens a Parquet file as a table, with a DuckDB of its own in memory: no workspace's database is touched, and nothing
 * is fetched from a network.
 *
 * @throws PolyadError FILE_UNREADABLE
 */
export async function openParquet(path: string): Promise<Table> {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    memory_limit: MEMORY_LIMIT,
    threads: '2',
  })
  const connection = await instance.connect()
  const close = (): void => {
    connection.closeSync()
    instance.closeSync()
  }
  const types = await columnTypes(connection, path).catch((cause: unknown) => {
    close()
    throw unreadable(path, cause)
  })
  return {
    path,
    columns: [...types.keys()],
    places: 'row',
    close,
    async *batches(wanted) {
      const selected = wanted.map((name) => selection(path, name, types.get(name)!))
      // A table of no columns has rows all the same.
      const sql = `SELECT ${['1', ...selected].join(', ')} FROM read_parquet(${literal(pattern(path))})`
      const result = await connection.stream(sql)
      let place = 0
      for (;;) {
        const chunk = await result.fetchChunk().catch((cause: unknown) => {
          throw unreadable(path, cause)
        })
        if (!chunk || chunk.rowCount === 0) return
        yield {
          places: Array.from({ length: chunk.rowCount }, () => ++place),
          cells: wanted.map((_, column) => chunk.getColumnValues(column + 1) as unknown as Cell[]),
          rejects: [],
        }
      }
    },
  }
}

async function columnTypes(connection: DuckDBConnection, path: string): Promise<Map<string, string>> {
  const sql = `DESCRIBE SELECT * FROM read_parquet(${literal(pattern(path))})`
  const rows = (await connection.runAndReadAll(sql)).getRowsJS()
  return new Map(rows.map((row) => [String(row[0]), String(row[1])]))
}

/** Whole numbers come as text: an identifier may pass 2^53. */
function selection(path: string, name: string, type: string): string {
  const column = `"${name.replaceAll('"', '""')}"`
  if (/^(BOOLEAN|(U?(TINY|SMALL))INT|U?INTEGER|FLOAT|DOUBLE)$/.test(type)) {
    return type === 'BOOLEAN' || type === 'DOUBLE' ? column : `CAST(${column} AS DOUBLE)`
  }
  if (/^DECIMAL/.test(type)) return `CAST(${column} AS DOUBLE)`
  if (/\[|^(STRUCT|MAP|UNION|BLOB)/.test(type)) {
    throw new PolyadError('FILE_UNREADABLE', {
      path,
      problem: `its column "${name}" holds lists or objects (${type})`,
      mend: 'make plain columns of it',
    })
  }
  return `CAST(${column} AS VARCHAR)`
}

/** A path with what `read_parquet` would take for a pattern escaped. */
function pattern(path: string): string {
  return path.replace(/[*?[]/g, '[$&]')
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function unreadable(path: string, cause: unknown): PolyadError {
  const [problem] = String((cause as Error).message).split('\n')
  return new PolyadError(
    'FILE_UNREADABLE',
    { path, problem: `it is damaged (${problem})`, mend: 'get the file again' },
    { cause },
  )
}
