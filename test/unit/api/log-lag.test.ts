import { describe, expect, it } from 'vitest'
import { watchLog } from '../../../api/log-lag.ts'
import type { EventLog } from '../../../engine/ports/event-log.ts'
import type { LogRecord } from '../../../engine/tracking/record.ts'

const RECORD = {} as LogRecord

/** Work that ends when it is told to. */
function held() {
  const waiting: (() => void)[] = []
  return {
    run: () => new Promise<void>((resolve) => waiting.push(resolve)),
    async endFirst() {
      waiting.shift()!()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

function watched() {
  let nowMs = 0
  const appends = held()
  const loads = held()
  const log: EventLog = { append: appends.run, async *read() {}, close: async () => undefined }
  const { eventLog, loadCounters, gauges } = watchLog(log, loads.run, () => nowMs)
  return {
    eventLog,
    loadCounters,
    appends,
    loads,
    at: (ms: number) => {
      nowMs = ms
    },
    read: (name: string) => gauges.find((gauge) => gauge.name === `polyad_${name}`)!.read(),
  }
}

describe('watchLog', () => {
  it('tells the age of the oldest append that is not acknowledged', async () => {
    const { eventLog, appends, at, read } = watched()
    expect(read('log_lag_seconds')).toBe(0)
    at(1_000)
    eventLog.append([RECORD])
    at(3_000)
    eventLog.append([RECORD, RECORD])
    at(6_000)
    expect([read('log_lag_seconds'), read('log_waiting_appends'), read('log_records_total')]).toEqual([
      5, 2, 0,
    ])
    await appends.endFirst()
    expect([read('log_lag_seconds'), read('log_waiting_appends'), read('log_records_total')]).toEqual([
      3, 1, 1,
    ])
    await appends.endFirst()
    expect([read('log_lag_seconds'), read('log_waiting_appends'), read('log_records_total')]).toEqual([
      0, 0, 3,
    ])
  })

  it('tells how long the counters have been behind, also since before this process', async () => {
    const { eventLog, appends, loadCounters, loads, at, read } = watched()
    at(2_000)
    expect(read('counters_lag_seconds')).toBe(2)
    const first = loadCounters()
    at(3_000)
    // Acknowledged while a load runs: that one may not see it.
    const append = eventLog.append([RECORD])
    await appends.endFirst()
    await append
    at(4_000)
    await loads.endFirst()
    await first
    expect(read('counters_lag_seconds')).toBe(1)
    const second = loadCounters()
    await loads.endFirst()
    await second
    at(9_000)
    expect(read('counters_lag_seconds')).toBe(0)
  })

  it('a load that ends after a later one takes nothing back, and one that fails counts nothing', async () => {
    let fail = false
    const ends: (() => void)[] = []
    const log: EventLog = { append: async () => undefined, async *read() {}, close: async () => undefined }
    let nowMs = 0
    const load = () =>
      fail ? Promise.reject(new Error('disk gone')) : new Promise<void>((resolve) => ends.push(resolve))
    const { eventLog, loadCounters, gauges } = watchLog(log, load, () => nowMs)
    const lag = () => gauges.find(({ name }) => name === 'polyad_counters_lag_seconds')!.read()
    const early = loadCounters()
    nowMs = 1_000
    await eventLog.append([RECORD])
    nowMs = 2_000
    const late = loadCounters()
    ends[1]!()
    await late
    ends[0]!()
    await early
    nowMs = 5_000
    expect(lag()).toBe(0)
    await eventLog.append([RECORD])
    fail = true
    await expect(loadCounters()).rejects.toThrow('disk gone')
    nowMs = 8_000
    expect(lag()).toBe(3)
  })
})
