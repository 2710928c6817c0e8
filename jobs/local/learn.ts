import { Worker } from 'node:worker_threads'
import { PolyadError } from '../../core/errors.ts'
import type { Learned, LearnInput } from '../../engine/allocation/learn.ts'

/**
 * Learns from a campaign's counts on a thread of its own: with thousands of segments it takes seconds, in which a server
 * must go on answering.
 *
 * @throws PolyadError WORKER_LOST
 */
export function learnOnThread(input: LearnInput): Promise<Learned> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./learn-thread.js', import.meta.url), { workerData: input })
    const lost = (problem: string): void =>
      reject(new PolyadError('WORKER_LOST', { task: 'learn weights', problem }))
    worker.once('message', resolve)
    worker.once('error', (error) => lost(error instanceof Error ? error.message : String(error)))
    // After a message or an error this changes nothing.
    worker.once('exit', (code) => lost(`exit code ${code}`))
  })
}
