import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { type DuckDBConnection, DuckDBInstance, type DuckDBResult } from '@duckdb/node-api'
import { type ErrorDetails, PolyadError } from '../../core/errors.ts'
import type { LogStretch } from '../../engine/ports/event-log.ts'
import { loadSteps } from './counter-load.ts'
import type { Cell, DatabaseAnswer, DatabaseRequest, Step } from './database.ts'
import { readLog } from './log-reader.ts'

/**
 * The one thread that owns the database file. Two DuckDB instances on one file in one process are not refused, diverge
 * and lose committed rows, so nothing else in the process may open it.
 */
const port = parentPort!
const { file } = workerData as { file: string }

let { instance, connection } = await open()
/** Statements that made temporary tables: they end with the instance, and a file written anew needs another. */
const temporary: string[] = []
const scans = new Map<number, { connection: DuckDBConnection; result: DuckDBResult; rows: Cell[][] }>()
let lastScan = 0

port.on('message', (request: DatabaseRequest) => {
  queue = queue.then(async () => {
    let answer: DatabaseAnswer
    try {
      answer = { id: request.id, value: await carryOut(request) }
    } catch (error) {
      answer = { id: request.id, problem: (error as Error).message, ...damageOf(error) }
    }
    port.postMessage(answer)
  })
})
let queue: Promise<void> = Promise.resolve()
port.postMessage({ id: 0, value: null } satisfies DatabaseAnswer)

async function open() {
  const instance = await DuckDBInstance.create(file, {
    // Extensions would be fetched from the network.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  return { instance, connection: await instance.connect() }
}

async function carryOut(request: DatabaseRequest): Promise<unknown> {
  switch (request.kind) {
    case 'transaction':
      return transaction(request.steps)
    case 'load':
      return loadNext(request.stretch)
    case 'scan':
      return startScan(request.sql)
    case 'next':
      return nextRows(request.scan, request.rows)
    case 'end':
      return endScan(request.scan)
    case 'copy':
      return copyTo(request.to)
    case 'rewrite':
      return rewrite()
    case 'close':
      connection.closeSync()
      instance.closeSync()
      return null
  }
}

/** All steps or none; each step's rows. */
async function transaction(steps: readonly Step[]): Promise<Cell[][][]> {
  await connection.run('BEGIN')
  try {
    const results: Cell[][][] = []
    for (const step of steps) {
      if ('into' in step) {
        await appendRows(step.into, step.rows)
        results.push([])
      } else {
        if (step.sql.startsWith('CREATE TEMP TABLE IF NOT EXISTS') && !temporary.includes(step.sql)) {
          temporary.push(step.sql)
        }
        const reader = await connection.runAndReadAll(step.sql, [...(step.values ?? [])])
        results.push(reader.getRowsJS().map(plainRow))
      }
    }
    await connection.run('COMMIT')
    return results
  } catch (error) {
    // A failed commit has ended the transaction already.
    await connection.run('ROLLBACK').catch(() => {})
    throw error
  }
}

/** Counts one piece of the log; the position after it. */
async function loadNext({ folder, end }: LogStretch): Promise<number> {
  const [rows] = await transaction([{ sql: 'SELECT position FROM loader' }])
  const position = (rows![0]?.[0] as number | undefined) ?? 0
  if (position > end) return position
  for await (const piece of readLog(folder, position, () => end)) {
    await transaction(loadSteps(piece.records, piece.position))
    return piece.position
  }
  return end
}

function damageOf(error: unknown): { readonly damage?: ErrorDetails<'STORE_DAMAGED'> } {
  if (!(error instanceof PolyadError) || error.code !== 'STORE_DAMAGED') return {}
  return { damage: (error as PolyadError<'STORE_DAMAGED'>).details }
}

/** In one transaction of its own; temporary tables are not copied. */
async function copyTo(path: string): Promise<null> {
  const own = await instance.connect()
  try {
    await own.run(`ATTACH '${path.replaceAll("'", "''")}' AS copied`)
    try {
      const [row] = (await own.runAndReadAll('SELECT current_database()')).getRowsJS()
      await own.run(`COPY FROM DATABASE "${String(row![0])}" TO copied`)
    } finally {
      await own.run('DETACH copied')
    }
  } finally {
    own.closeSync()
  }
  return null
}

/** Copies what there is into a new file, which then takes the place of the old one. */
async function rewrite(): Promise<null> {
  if (scans.size > 0) throw new Error('it is being read; try again in a moment')
  const next = `${file}.rewriting`
  for (const name of [next, `${next}.wal`]) rmSync(name, { force: true })
  const [row] = (await connection.runAndReadAll('SELECT current_database()')).getRowsJS()
  await connection.run(`ATTACH '${next.replaceAll("'", "''")}' AS rewritten`)
  try {
    await connection.run(`COPY FROM DATABASE "${String(row![0])}" TO rewritten`)
    await connection.run('CHECKPOINT rewritten')
  } finally {
    await connection.run('DETACH rewritten')
  }
  // Closing the last connection ends the write-ahead log, which must not be read into the new file.
  connection.closeSync()
  instance.closeSync()
  try {
    const descriptor = openSync(next, 'r+')
    fsyncSync(descriptor)
    closeSync(descriptor)
    if (existsSync(`${file}.wal`)) throw new Error(`${file}.wal was not taken into the file`)
    renameSync(next, file)
  } finally {
    ;({ instance, connection } = await open())
    for (const sql of temporary) await connection.run(sql)
  }
  return null
}

async function appendRows(table: string, rows: readonly (readonly Cell[])[]): Promise<void> {
  const [schema, name] = table.includes('.') ? table.split('.') : [undefined, table]
  const appender = await connection.createAppender(name!, undefined, schema)
  try {
    for (const row of rows) {
      for (const cell of row) {
        if (cell === null) appender.appendNull()
        else if (typeof cell === 'string') appender.appendVarchar(cell)
        else if (typeof cell === 'boolean') appender.appendBoolean(cell)
        else appender.appendBigInt(BigInt(cell))
      }
      appender.endRow()
    }
  } finally {
    appender.closeSync()
  }
}

/** A scan has its own connection: it sees the rows committed when it began, whatever is written meanwhile. */
async function startScan(sql: string): Promise<number> {
  const own = await instance.connect()
  scans.set(++lastScan, { connection: own, result: await own.stream(sql), rows: [] })
  return lastScan
}

async function nextRows(scan: number, rows: number): Promise<Cell[][]> {
  const state = scans.get(scan)
  if (!state) return []
  while (state.rows.length < rows) {
    const chunk = await state.result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) break
    for (const row of chunk.getRows()) state.rows.push(plainRow(row))
  }
  return state.rows.splice(0, rows)
}

function endScan(scan: number): null {
  scans.get(scan)?.connection.closeSync()
  scans.delete(scan)
  return null
}

/** The queries return text, booleans and whole numbers below 2^53 only. */
function plainRow(row: readonly unknown[]): Cell[] {
  return row.map((value) => (typeof value === 'bigint' ? Number(value) : (value as Cell)))
}
