import type { EventLog } from '../engine/ports/event-log.ts'
import type { CounterLoader } from '../engine/tracking/load-counters.ts'
import type { Gauge } from './metrics.ts'

/** The event log and its loader, watched: what they do is the same. */
export interface WatchedLog {
  readonly eventLog: EventLog
  readonly loadCounters: CounterLoader
  readonly gauges: readonly Gauge[]
}

/**
 * Measures how far the log and the counters are behind: how old the oldest record is that was handed to the log and is
 * not acknowledged, and the oldest acknowledged one that is not counted.
 *
 * @param nowMs a clock that does not step, ms; also the age of what an earlier process left uncounted is from here on
 */
export function watchLog(eventLog: EventLog, load: CounterLoader, nowMs: () => number): WatchedLog {
  /** When each append that is not answered began; in their order. */
  const waiting = new Map<number, number>()
  let last = 0
  let records = 0
  /** When the first of the records was acknowledged that no finished load has counted; the log may begin with some. */
  let uncountedSinceMs: number | undefined = nowMs()
  /** Loads asked for and not finished: each counts what was acknowledged before it was asked for. */
  const loads = new Set<{ firstMissedMs: number | undefined }>()
  let countedUpToMs = Number.NEGATIVE_INFINITY

  const ageSeconds = (sinceMs: number | undefined): number =>
    sinceMs === undefined ? 0 : (nowMs() - sinceMs) / 1000

  return {
    eventLog: {
      ...eventLog,
      async append(batch) {
        const id = ++last
        waiting.set(id, nowMs())
        try {
          await eventLog.append(batch)
        } finally {
          waiting.delete(id)
        }
        records += batch.length
        const acknowledgedMs = nowMs()
        uncountedSinceMs ??= acknowledgedMs
        for (const running of loads) running.firstMissedMs ??= acknowledgedMs
      },
    },
    async loadCounters() {
      const askedMs = nowMs()
      const running = { firstMissedMs: undefined }
      loads.add(running)
      try {
        await load()
      } finally {
        loads.delete(running)
      }
      if (askedMs < countedUpToMs) return
      countedUpToMs = askedMs
      uncountedSinceMs = running.firstMissedMs
    },
    gauges: [
      {
        name: 'polyad_log_records_total',
        help: 'Records acknowledged as durable.',
        type: 'counter',
        read: () => records,
      },
      {
        name: 'polyad_log_waiting_appends',
        help: 'Appends that are not acknowledged yet.',
        type: 'gauge',
        read: () => waiting.size,
      },
      {
        name: 'polyad_log_lag_seconds',
        help: 'Age of the oldest append that is not acknowledged; 0: none waits.',
        type: 'gauge',
        read: () => ageSeconds(waiting.values().next().value),
      },
      {
        name: 'polyad_counters_lag_seconds',
        help: 'Age of the oldest acknowledged record that is not counted; 0: the counters are up to the log.',
        type: 'gauge',
        read: () => ageSeconds(uncountedSinceMs),
      },
    ],
  }
}
