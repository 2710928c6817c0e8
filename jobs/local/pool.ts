import { Worker } from 'node:worker_threads'
import { PolyadError } from '../../core/errors.ts'
import type { RangeJob, RangePart } from '../../engine/ports/jobs.ts'
import { errorFrom, type ThreadAnswer, type ThreadSettings } from './thread-message.ts'

/** A few worker threads that make ranges, first come, first served. */
export interface Pool {
  /**
   * Makes one range when a worker is free.
   *
   * @param signal aborted before a worker took the job: it is never made, and the promise rejects with CANCELLED; a
   *   range in the making is finished
   */
  make(job: RangeJob, signal: AbortSignal): Promise<RangePart>
  /** Ends the workers; what they were making, or was waiting, rejects with CANCELLED. */
  close(): Promise<void>
}

interface Task {
  readonly job: RangeJob
  readonly signal: AbortSignal
  readonly resolve: (part: RangePart) => void
  readonly reject: (error: Error) => void
}

/** Threads start when they are first needed, and stay. */
export function createPool(workers: number, threadUrl: URL, settings: ThreadSettings): Pool {
  const waiting: Task[] = []
  const busy = new Map<Worker, Task>()
  const idle: Worker[] = []
  let closed = false

  const start = (): Worker => {
    const worker = new Worker(threadUrl, { workerData: settings })
    let problem: string | undefined
    worker.on('message', (answer: ThreadAnswer) => {
      const task = busy.get(worker)
      busy.delete(worker)
      idle.push(worker)
      if ('failure' in answer) task?.reject(errorFrom(answer.failure))
      else task?.resolve({ job: task.job, ...answer })
      next()
    })
    worker.on('error', (error) => {
      problem = error instanceof Error ? error.message : String(error)
    })
    // The last event of a thread, whatever ended it.
    worker.on('exit', (code) => {
      const task = busy.get(worker)
      busy.delete(worker)
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1)
      task?.reject(closed ? cancelled(task.job) : lost(task.job, problem ?? `exit code ${code}`))
      next()
    })
    return worker
  }

  const next = (): void => {
    while (!closed && waiting.length > 0 && (idle.length > 0 || busy.size < workers)) {
      const task = waiting.shift()!
      if (task.signal.aborted) {
        task.reject(cancelled(task.job))
        continue
      }
      const worker = idle.pop() ?? start()
      busy.set(worker, task)
      worker.postMessage(task.job)
    }
  }

  return {
    make(job, signal) {
      return new Promise((resolve, reject) => {
        if (closed || signal.aborted) return reject(cancelled(job))
        waiting.push({ job, signal, resolve, reject })
        next()
      })
    },
    async close() {
      closed = true
      for (const task of waiting.splice(0)) task.reject(cancelled(task.job))
      await Promise.all([...busy.keys(), ...idle].map((worker) => worker.terminate()))
    },
  }
}

function rangeText(job: RangeJob): string {
  return `${job.kind} ranks ${job.fromRank} to ${job.toRank} of plan ${job.planHash.slice(0, 12)}`
}

function cancelled(job: RangeJob): PolyadError {
  return new PolyadError('CANCELLED', { what: rangeText(job) })
}

function lost(job: RangeJob, problem: string): PolyadError {
  return new PolyadError('WORKER_LOST', { task: rangeText(job), problem })
}
