import type { Ports } from '../ports/ports.ts'

/** Brings the counters up to the end of the log. */
export type CounterLoader = () => Promise<void>

/**
 * Tails the event log into the counters, from the position the counters stand at. Calls made while a load runs wait
 * for one that starts after it, so what was appended before a call is counted when it resolves. A crash in between
 * costs nothing: records and position are written together, and loading again changes nothing.
 */
export function createCounterLoader(ports: Pick<Ports, 'eventLog' | 'counters'>): CounterLoader {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  const load = async (): Promise<void> => {
    const from = await ports.counters.position()
    for await (const batch of ports.eventLog.read(from)) {
      await ports.counters.load(batch.records, batch.position)
    }
  }

  const start = (): Promise<void> => {
    running = load().finally(() => {
      running = undefined
    })
    return running
  }

  return () => {
    if (!running) return start()
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return start()
      })
    return next
  }
}
