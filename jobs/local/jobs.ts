import { PolyadError } from '../../core/errors.ts'
import type { Jobs, RangeJob, RangePart } from '../../engine/ports/jobs.ts'
import { createPool } from './pool.ts'

/** Parts that may wait for their turn, for each worker: enough that none idles while an earlier range takes longer. */
const WAITING_PER_WORKER = 2
const DEFAULT_WORKERS = 2

export interface LocalJobsOptions {
  readonly workspaceFolder: string
  readonly fontsFolder: string
  /** Threads, at least 1. Default 2. */
  readonly workers?: number
  /** Another thread entry that speaks jobs/local/thread-message.ts, for tests. */
  readonly threadUrl?: URL
}

/** Jobs on worker threads of this process; see engine/ports/jobs.ts. An abort waits for the ranges in the making. */
export function openJobs(options: LocalJobsOptions): Jobs {
  const workers = options.workers ?? DEFAULT_WORKERS
  const { workspaceFolder, fontsFolder } = options
  const threadUrl = options.threadUrl ?? new URL('./range-thread.js', import.meta.url)
  const pool = createPool(workers, threadUrl, { workspaceFolder, fontsFolder })
  const mostUnread = workers * (1 + WAITING_PER_WORKER)

  async function* run(jobs: Iterable<RangeJob>, signal: AbortSignal | undefined): AsyncGenerator<RangePart> {
    const given = jobs[Symbol.iterator]()
    const stop = new AbortController()
    const onAbort = (): void => stop.abort()
    signal?.addEventListener('abort', onAbort, { once: true })
    const unread: Promise<RangePart>[] = []
    let more = true
    try {
      for (;;) {
        if (signal?.aborted) throw new PolyadError('CANCELLED', { what: 'the run' })
        while (more && unread.length < mostUnread) {
          const { value, done } = given.next()
          if (done) more = false
          else unread.push(handled(pool.make(value, stop.signal)))
        }
        const first = unread.shift()
        if (!first) return
        yield await first
      }
    } finally {
      stop.abort()
      signal?.removeEventListener('abort', onAbort)
      given.return?.()
      await Promise.allSettled(unread)
    }
  }

  return {
    run: (jobs, { signal } = {}) => run(jobs, signal),
    close: () => pool.close(),
  }
}

/** Keeps a part that fails before its turn from counting as an unhandled rejection; its turn still rejects. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
