import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { AppendRequest, LogAnswer } from './event-log.ts'
import { openLogDisk } from './log-disk.ts'
import { LogWriter } from './log-writer.ts'

/**
 * The log's own thread: everything that queued up while the last sync ran is written and synced together, and all of
 * it is acknowledged with one message.
 */
const port = parentPort!
const { folder } = workerData as { folder: string }

const writer = new LogWriter(openLogDisk(folder))

port.on('message', (first: AppendRequest | null) => {
  let request: AppendRequest | null | undefined = first
  const batch: AppendRequest[] = []
  while (request) {
    batch.push(request)
    request = receiveMessageOnPort(port)?.message as AppendRequest | null | undefined
  }
  if (batch.length > 0) commit(batch)
  if (request === null) {
    writer.close()
    port.close()
  }
})
answer({ ids: [], position: writer.position })

function commit(batch: readonly AppendRequest[]): void {
  const ids = batch.map((request) => request.id)
  try {
    writer.append(batch.flatMap((request) => request.payloads))
    answer({ ids, position: writer.position })
  } catch (error) {
    answer({ ids, problem: (error as Error).message })
  }
}

function answer(message: LogAnswer): void {
  port.postMessage(message)
}
