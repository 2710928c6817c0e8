import { PolyadError } from '../core/errors.ts'

/** Runs work a few at a time; past a queue it is refused at once, so a flood cannot fill the memory. */
export interface BoundedWork {
  /** @throws PolyadError OVERLOADED when the queue is full */
  run<T>(work: () => Promise<T>): Promise<T>
}

export function createBoundedWork(what: string, limits: { atOnce: number; waiting: number }): BoundedWork {
  const queue: (() => void)[] = []
  let running = 0
  return {
    async run(work) {
      if (running >= limits.atOnce) {
        if (queue.length >= limits.waiting) throw new PolyadError('OVERLOADED', { what })
        // The one that finishes hands its place over, so `running` stays as it is.
        await new Promise<void>((resolve) => queue.push(resolve))
      } else running++
      try {
        return await work()
      } finally {
        const next = queue.shift()
        if (next) next()
        else running--
      }
    },
  }
}
