import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { openLogDisk } from './log-disk.ts'
import { sealFrames } from './log-frames.ts'
import { erasePersonIn } from './log-person.ts'
import type { LogAnswer, LogRequest, UpkeepRequest } from './log-sender.ts'
import { LogWriter } from './log-writer.ts'

/**
 * The log's own thread: everything that queued up while the last sync ran is written and synced together, and all of
 * it is acknowledged with one message.
 */
const port = parentPort!
const { folder, segmentBytes } = workerData as { folder: string; segmentBytes: number | undefined }

const writer = new LogWriter(openLogDisk(folder), segmentBytes)

port.on('message', (first: LogRequest | UpkeepRequest | null) => {
  let request: LogRequest | UpkeepRequest | null | undefined = first
  let batch: LogRequest[] = []
  const commitWaiting = (): void => {
    if (batch.length > 0) commit(batch)
    batch = []
  }
  while (request) {
    if ('memory' in request) batch.push(request)
    else {
      commitWaiting()
      keepUp(request)
    }
    request = receiveMessageOnPort(port)?.message as LogRequest | UpkeepRequest | null | undefined
  }
  commitWaiting()
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

function keepUp(request: UpkeepRequest): void {
  try {
    const count =
      'forgetBefore' in request
        ? writer.forgetBefore(request.forgetBefore)
        : writer.rewrite((payload) => erasePersonIn(payload, request.erasePerson))
    answer({ ids: [request.id], memory: [], position: writer.position, count })
  } catch (error) {
    answer({ ids: [request.id], memory: [], problem: (error as Error).message })
  }
}

function answer(message: LogAnswer): void {
  port.postMessage(message, [...message.memory])
}
