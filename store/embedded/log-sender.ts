import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { PolyadError } from '../../core/errors.ts'
import { unwritable } from './durable-file.ts'
import { createFrameBuffer, type FrameBuffer } from './log-frames.ts'

/** Frames to write, all of them or none; their memory is handed over. */
export interface LogRequest {
  readonly id: number
  readonly memory: ArrayBuffer
  readonly bytes: number
}

/** Work on the log's older parts, done between two writes. */
export type UpkeepRequest = { readonly id: number } & UpkeepCall

/** Removes segments before a position, or makes the person of decisions null. */
export type UpkeepCall = { readonly forgetBefore: number } | { readonly erasePerson: string }

/** Ends the requests `ids`: written and synced, the log now ending at `position`, or failed. Gives their memory back. */
export type LogAnswer = { readonly ids: readonly number[]; readonly memory: readonly ArrayBuffer[] } & (
  | { readonly position: number; readonly count?: number }
  | { readonly problem: string }
)

/** Hands payloads to the log's own thread. */
export interface LogSender {
  /** The end of the log: everything before it is on disk. */
  position(): number
  /** Resolves when the payloads are on disk; they lie together, in their order. */
  append(payloads: readonly (string | Uint8Array)[]): Promise<void>
  /** How many segments were removed, or records changed; what was appended before is written first. */
  keepUp(call: UpkeepCall): Promise<number>
  /** What was appended before is written first. */
  close(): Promise<void>
}

/** More than this is not kept waiting for the end of a turn. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024
/** Memory of frames that is kept to be used again: so many pieces, none larger than this. */
const MOST_FREE = 4
const MOST_FREE_BYTES = 1024 * 1024

interface Batch {
  readonly frames: FrameBuffer
  readonly done: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Starts the thread that writes the log of a folder. Appends of one turn of the event loop are one message to it, and
 * share one promise: what a message costs is paid once however many there are.
 *
 * @throws PolyadError when the folder cannot be written
 */
export async function startLogThread(folder: string, segmentBytes?: number): Promise<LogSender> {
  const worker = new Worker(new URL('./event-log-thread.js', import.meta.url), {
    workerData: { folder, segmentBytes },
  })
  const sent = new Map<number, Pick<Batch, 'resolve' | 'reject'>>()
  const counts = new Map<number, (count: number) => void>()
  const free: ArrayBuffer[] = []
  let waiting: Batch | undefined
  let lastId = 0
  let position = 0
  let ended: Error | undefined

  const end = (error: Error): void => {
    ended ??= error
    for (const batch of sent.values()) batch.reject(ended)
    sent.clear()
    waiting?.reject(ended)
    waiting = undefined
  }
  worker.on('error', (error) => end(error))
  worker.on('exit', () => end(new Error('the event log is closed')))
  try {
    const [started] = (await once(worker, 'message')) as [{ position: number }]
    position = started.position
  } catch (error) {
    throw unwritable(folder, error)
  }
  worker.on('message', (answer: LogAnswer) => {
    if ('position' in answer) position = answer.position
    for (const memory of answer.memory) {
      if (free.length < MOST_FREE && memory.byteLength <= MOST_FREE_BYTES) free.push(memory)
    }
    for (const id of answer.ids) {
      const batch = sent.get(id)
      sent.delete(id)
      if ('count' in answer) counts.get(id)?.(answer.count ?? 0)
      counts.delete(id)
      if ('position' in answer) batch?.resolve()
      else batch?.reject(new PolyadError('STORAGE_FULL', { what: folder, problem: answer.problem }))
    }
    // A thread that waits for records must not keep a finished command from ending.
    if (sent.size === 0) worker.unref()
  })
  worker.unref()

  const send = (): void => {
    if (!waiting) return
    const batch = waiting
    waiting = undefined
    const { memory, bytes } = batch.frames.take()
    const id = ++lastId
    sent.set(id, batch)
    worker.ref()
    worker.postMessage({ id, memory, bytes } satisfies LogRequest, [memory])
  }

  const openBatch = (): Batch => {
    let resolve!: () => void
    let reject!: (error: unknown) => void
    const done = new Promise<void>((onDone, onFailed) => {
      resolve = onDone
      reject = onFailed
    })
    // Whoever appended waits for it; where nothing was taken in the end, nobody does.
    done.catch(() => {})
    setImmediate(send)
    return { frames: createFrameBuffer(free.pop()), done, resolve, reject }
  }

  return {
    position: () => position,
    append(payloads) {
      if (ended) return Promise.reject(ended)
      if (payloads.length === 0) return Promise.resolve()
      waiting ??= openBatch()
      const { frames, done } = waiting
      try {
        frames.add(payloads)
      } catch (error) {
        return Promise.reject(error)
      }
      if (frames.bytes > MOST_WAITING_BYTES) send()
      return done
    },
    keepUp(call) {
      if (ended) return Promise.reject(ended)
      send()
      return new Promise((resolve, reject) => {
        const id = ++lastId
        counts.set(id, resolve)
        sent.set(id, { resolve() {}, reject })
        worker.ref()
        worker.postMessage({ id, ...call } satisfies UpkeepRequest)
      })
    },
    async close() {
      if (ended) return
      send()
      const exit = once(worker, 'exit')
      worker.ref()
      worker.postMessage(null)
      await exit
    },
  }
}
