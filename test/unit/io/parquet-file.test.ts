import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TableCell, TableColumn } from '../../../engine/ports/table-files.ts'
import { createTableFiles } from '../../../io/parquet-file.ts'

const COLUMNS: readonly TableColumn[] = [
  { name: 'a "text"', type: 'text' },
  { name: 'whole', type: 'whole' },
  { name: 'fraction', type: 'fraction' },
  { name: 'boolean', type: 'boolean' },
]

describe('a Parquet file', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyad-parquet-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const write = async (rows: AsyncIterable<readonly (readonly TableCell[])[]>): Promise<string> => {
    const chunks: Uint8Array[] = []
    for await (const chunk of createTableFiles().parquet(COLUMNS, rows)) chunks.push(chunk)
    const file = join(folder, 'made.parquet')
    await writeFile(file, Buffer.concat(chunks))
    return file
  }
  const temporary = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('polyad-table-'))

  it('holds every row in its order, each cell as its type has it, formulas too', async () => {
    const first: TableCell[][] = [
      ["=1+1 'x'", 2 ** 53 - 1, 0.1, true],
      [null, null, null, null],
    ]
    const many = Array.from({ length: 5_000 }, (_, at): TableCell[] => [
      `row ${at}`,
      at - 2_500,
      at / 7,
      at % 2 === 0,
    ])
    const file = await write(
      (async function* () {
        yield first
        yield []
        yield many
      })(),
    )
    const instance = await DuckDBInstance.create(':memory:', { autoload_known_extensions: 'false' })
    const connection = await instance.connect()
    const reader = await connection.runAndReadAll(`SELECT * FROM read_parquet('${file}')`)
    const rows = reader
      .getRowsJS()
      .map((row) => row.map((cell) => (typeof cell === 'bigint' ? Number(cell) : cell)))
    expect(reader.columnNames()).toEqual(COLUMNS.map(({ name }) => name))
    expect(reader.columnTypes().map(String)).toEqual(['VARCHAR', 'BIGINT', 'DOUBLE', 'BOOLEAN'])
    expect(rows).toEqual([...first, ...many])
    connection.closeSync()
    instance.closeSync()
  })

  it('without rows is a table with its columns; when rows fail, so does it, and nothing is left behind', async () => {
    const before = await temporary()
    await write((async function* () {})())
    const failing = (async function* () {
      yield [['a', 1, 1, true]]
      throw new Error('the log ended')
    })()
    await expect(write(failing)).rejects.toThrow('the log ended')
    expect((await temporary()).filter((name) => !before.includes(name))).toEqual([])
  })
})
