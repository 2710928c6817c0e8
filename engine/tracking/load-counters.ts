import type { Ports } from '../ports/ports.ts'

/** Brings the counters up to the end of the log. */
export type CounterLoader = () => Promise<void>

/**
 * Tails the event log into the counters, from the position the counters stand at. Calls made while a load runs wait
 * for one that starts after it, so what was appended before a call is counted when it resolves. A crash in between
 * costs nothing: records and position are written together, and loading again changes nothing.
 *
 * @param isOver asked between two pieces; once it is, a load ends early, and the next process goes on from there
 */
export function createCounterLoader(
  { eventLog, counters }: Pick<Ports, 'eventLog' | 'counters'>,
  isOver: () => boolean = () => false,
): CounterLoader {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  const load = async (): Promise<void> => {
    if (eventLog.stretch && counters.loadNext) {
      const stretch = await eventLog.stretch()
      let position = 0
      do position = await counters.loadNext(stretch)
      while (position < stretch.end && !isOver())
      // Either another loader was faster, or the log is shorter than it was: then reading it says so.
      if (position > stretch.end) await eventLog.read(position)[Symbol.asyncIterator]().next()
      return
    }
    for await (const batch of eventLog.read(await counters.position())) {
      await counters.load(batch.records, batch.position)
      if (isOver()) return
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
