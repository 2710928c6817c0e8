import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type ErrorDetails, PolyadError } from '../../core/errors.ts'
import type { LogStretch } from '../../engine/ports/event-log.ts'
import { makeFolder, syncFolder } from './durable-file.ts'
import { holdPart } from './hold-workspace.ts'
import type { Lock } from './lock.ts'

/** What a cell may hold on its way in or out; numbers are whole and below 2^53. */
export type Cell = string | number | boolean | null

/** One step of a transaction: a statement, or rows appended to a table. */
export type Step =
  | { readonly sql: string; readonly values?: readonly Cell[] }
  | { readonly into: string; readonly rows: readonly (readonly Cell[])[] }

export type DatabaseRequest = { readonly id: number } & DatabaseCall

type DatabaseCall =
  | { readonly kind: 'transaction'; readonly steps: readonly Step[] }
  | { readonly kind: 'load'; readonly stretch: LogStretch }
  | { readonly kind: 'scan'; readonly sql: string }
  | { readonly kind: 'next'; readonly scan: number; readonly rows: number }
  | { readonly kind: 'end'; readonly scan: number }
  | { readonly kind: 'copy'; readonly to: string }
  | { readonly kind: 'rewrite' }
  | { readonly kind: 'close' }

export type DatabaseAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly problem: string; readonly damage?: ErrorDetails<'STORE_DAMAGED'> }

/** The workspace's DuckDB database `.polyad/store.duckdb`, owned by a thread of its own. */
export interface Database {
  /** Runs the steps, all or none; gives each step's rows. Durable once it resolves. */
  transaction(steps: readonly Step[]): Promise<readonly (readonly (readonly Cell[])[])[]>
  /** Counts the next piece of the log, read by the thread itself (engine/ports/counters.ts). */
  loadNext(stretch: LogStretch): Promise<number>
  /** The rows of a query in batches; it sees what was committed when it began. */
  scan(sql: string, batchRows: number): AsyncIterable<readonly (readonly Cell[])[]>
  /** Writes what is committed to a new database file; nothing else is done meanwhile. */
  copyTo(path: string): Promise<void>
  /**
   * Writes the file anew with the rows there are, so that nothing is left in it of rows that are gone. The file is
   * replaced whole or not at all. Fails while a scan is under way.
   */
  rewrite(): Promise<void>
  close(): Promise<void>
}

/** What the file is called while it is written anew; one that is found was left by a crash and means nothing. */
export const REWRITTEN_DATABASE = 'store.duckdb.rewriting'

/** Databases open in this process: every part that opens one gets the same, and the last to close it ends it. */
const shared = new Map<string, { opened: Promise<Database>; users: number }>()

/**
 * Opens the database of a workspace, or shares the one this process has open.
 *
 * @throws PolyadError WORKSPACE_HELD when another process or thread has it open: two DuckDB instances on one file lose
 * committed rows
 */
export async function openDatabase(workspaceFolder: string): Promise<Database> {
  const storeFolder = join(workspaceFolder, '.polyad')
  await makeFolder(storeFolder)
  const key = await realpath(storeFolder)
  const entry = shared.get(key) ?? { opened: startDatabase(workspaceFolder, storeFolder), users: 0 }
  shared.set(key, entry)
  entry.users++
  let closed = false

  async function close(): Promise<void> {
    if (closed) return
    closed = true
    if (--entry.users > 0) return
    shared.delete(key)
    await (await entry.opened).close()
  }

  try {
    return { ...(await entry.opened), close }
  } catch (error) {
    if (shared.get(key) === entry) shared.delete(key)
    throw error
  }
}

async function startDatabase(workspaceFolder: string, storeFolder: string): Promise<Database> {
  const lock = await holdPart(workspaceFolder, 'database')
  return startThread(join(storeFolder, 'store.duckdb'), lock)
}

/** A database of its own in a file that nobody else knows; closing it leaves the file. */
export function openScratchDatabase(file: string): Promise<Database> {
  return startThread(file, { release: async () => {} })
}

async function startThread(file: string, lock: Pick<Lock, 'release'>): Promise<Database> {
  const storeFolder = dirname(file)
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  let lastId = 0
  let ended: Error | undefined

  const worker = new Worker(new URL('./database-thread.js', import.meta.url), { workerData: { file } })
  const ready = new Promise((resolve, reject) => waiting.set(0, { resolve, reject }))
  worker.on('message', (answer: DatabaseAnswer) => {
    const call = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('problem' in answer) {
      const { problem, damage } = answer
      call?.reject(damage ? new PolyadError('STORE_DAMAGED', damage) : databaseError(file, problem))
    } else call?.resolve(answer.value)
    // A thread that waits for work must not keep a finished command from ending.
    if (waiting.size === 0) worker.unref()
  })
  worker.on('error', (error) => end(error))
  worker.on('exit', () => end(new Error(`the thread of ${file} has ended`)))

  function end(error: Error): void {
    ended ??= error
    for (const call of waiting.values()) call.reject(ended)
    waiting.clear()
  }

  function call(request: DatabaseCall): Promise<unknown> {
    if (ended) return Promise.reject(ended)
    return new Promise((resolve, reject) => {
      const id = ++lastId
      waiting.set(id, { resolve, reject })
      worker.ref()
      worker.postMessage({ ...request, id } satisfies DatabaseRequest)
    })
  }

  try {
    await ready
  } catch (error) {
    await worker.terminate()
    await lock.release()
    throw databaseError(file, (error as Error).message)
  }

  return {
    async transaction(steps) {
      return (await call({ kind: 'transaction', steps })) as Cell[][][]
    },

    async loadNext(stretch) {
      return (await call({ kind: 'load', stretch })) as number
    },

    async *scan(sql, batchRows) {
      const scan = (await call({ kind: 'scan', sql })) as number
      try {
        const ask = () => call({ kind: 'next', scan, rows: batchRows }) as Promise<Cell[][]>
        // The thread reads the next batch while the caller works on this one.
        let next = ask()
        for (;;) {
          const rows = await next
          if (rows.length === 0) return
          next = ask()
          next.catch(() => {})
          yield rows
        }
      } finally {
        await call({ kind: 'end', scan })
      }
    },

    async copyTo(path) {
      await call({ kind: 'copy', to: path })
    },

    async rewrite() {
      await call({ kind: 'rewrite' })
      await syncFolder(storeFolder)
    },

    async close() {
      try {
        await call({ kind: 'close' })
      } finally {
        ended ??= new Error(`${file} is closed`)
        await worker.terminate()
        await lock.release()
      }
    },
  }
}

/** DuckDB tells kinds of failure by their text only. */
function databaseError(file: string, problem: string): Error {
  return /no space left|could not write|not enough space/i.test(problem)
    ? new PolyadError('STORAGE_FULL', { what: file, problem })
    : new Error(`${file}: ${problem}`)
}
