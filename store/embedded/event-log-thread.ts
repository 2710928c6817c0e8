import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { openLogDisk } from './log-disk.ts'
import { sealFrames } from './log-frames.ts'
import type { LogAnswer, LogRequest } from './log-sender.ts'
import { LogWriter } from './log-writer.ts'

/**
 * The log's own thread: everything that queued up while the last sync ran is written and synced together, and all of
 * it is acknowledged with one message.
 */
const port = parentPort!
const { folder } = workerData as { folder: string }

const writer = new LogWriter(openLogDisk(folder))

port.on('message', (first: LogRequest | null) => {
  let request: LogRequest | null | undefined = first
  const batch: LogRequest[] = []
  while (request) {
    batch.push(request)
    request = receiveMessageOnPort(port)?.message as LogRequest | null | undefined
  }
  if (batch.length > 0) commit(batch)
  if (request === null) {
    writer.close()
    port.close()
  }
})
answer({ ids: [], memory: [], position: writer.position })

function commit(batch: readonly LogRequest[]): void {
  const ids = batch.map((request) => request.id)
  const memory = batch.map((request) => request.memory)
  try {
    const parts = batch.map(({ memory, bytes }) => new Uint8Array(memory, 0, bytes))
    for (const frames of parts) sealFrames(frames)
    writer.appendFrames(parts)
    answer({ ids, memory, position: writer.position })
  } catch (error) {
    answer({ ids, memory, problem: (error as Error).message })
  }
}

function answer(message: LogAnswer): void {
  port.postMessage(message, [...message.memory])
}
