import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { PolyadError } from '../../core/errors.ts'
import type { EventLog } from '../../engine/ports/event-log.ts'
import { makeFolder, unwritable } from './durable-file.ts'
import { holdPart } from './hold-workspace.ts'
import { MAX_PAYLOAD_BYTES } from './log-frames.ts'
import { readLog } from './log-reader.ts'

/** Records to write as JSON texts; a request is acknowledged whole. */
export interface AppendRequest {
  readonly id: number
  readonly payloads: readonly string[]
}

/** Ends the requests `ids`: written and synced, the log now ending at `position`, or failed. */
export type LogAnswer =
  | { readonly ids: readonly number[]; readonly position: number }
  | { readonly ids: readonly number[]; readonly problem: string }

const logFolder = (workspaceFolder: string) => join(workspaceFolder, '.polyad', 'log')

/** Whether anything was ever logged; opens and locks nothing. */
export async function hasEventLog(workspaceFolder: string): Promise<boolean> {
  return (await readdir(logFolder(workspaceFolder)).catch(() => [])).length > 0
}

/**
 * The event log `.polyad/log/`, written by a thread of its own so that a sync never waits behind other file work.
 *
 * @throws PolyadError WORKSPACE_HELD when another process or thread writes it
 */
export async function openEventLog(workspaceFolder: string): Promise<EventLog> {
  const folder = logFolder(workspaceFolder)
  await makeFolder(folder)
  const lock = await holdPart(workspaceFolder, 'log')
  const waiting = new Map<number, { resolve(): void; reject(error: unknown): void }>()
  let lastId = 0
  let position = 0
  let ended: Error | undefined

  const worker = new Worker(new URL('./event-log-thread.js', import.meta.url), { workerData: { folder } })
  worker.on('error', (error) => end(error))
  worker.on('exit', () => end(new Error('the event log is closed')))
  try {
    const [started] = (await once(worker, 'message')) as [{ position: number }]
    position = started.position
  } catch (error) {
    await lock.release()
    throw unwritable(folder, error)
  }
  worker.on('message', (answer: LogAnswer) => {
    if ('position' in answer) position = answer.position
    for (const id of answer.ids) {
      const request = waiting.get(id)
      waiting.delete(id)
      if ('position' in answer) request?.resolve()
      else request?.reject(new PolyadError('STORAGE_FULL', { what: folder, problem: answer.problem }))
    }
    // A thread that waits for records must not keep a finished command from ending.
    if (waiting.size === 0) worker.unref()
  })
  worker.unref()

  function end(error: Error): void {
    ended ??= error
    for (const request of waiting.values()) request.reject(ended)
    waiting.clear()
  }

  return {
    append(records) {
      if (ended) return Promise.reject(ended)
      if (records.length === 0) return Promise.resolve()
      const payloads = records.map((record) => JSON.stringify(record))
      if (payloads.some((payload) => Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES)) {
        return Promise.reject(new RangeError(`a log record is larger than ${MAX_PAYLOAD_BYTES} bytes`))
      }
      return new Promise((resolve, reject) => {
        const id = ++lastId
        waiting.set(id, { resolve, reject })
        worker.ref()
        worker.postMessage({ id, payloads } satisfies AppendRequest)
      })
    },

    read: (fromPosition) => readLog(folder, fromPosition, () => position),

    async close() {
      if (!ended) {
        const exit = once(worker, 'exit')
        worker.ref()
        worker.postMessage(null)
        await exit
      }
      await lock.release()
    },
  }
}
