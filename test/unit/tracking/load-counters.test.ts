import { describe, expect, it } from 'vitest'
import { createCounterLoader } from '../../../engine/tracking/load-counters.ts'
import type { LogRecord } from '../../../engine/tracking/record.ts'

const event = (id: string): LogRecord => ({
  v: 1,
  type: 'impression',
  id,
  decision: 'd',
  adUnit: 'a',
  campaign: 'c',
  atMs: 0,
  valueMicros: null,
  late: false,
})

/** A log whose position is the number of records, and counters that remember what they were given. */
function ports() {
  const log: LogRecord[] = []
  const loaded: LogRecord[] = []
  let position = 0
  let failures = 0
  return {
    log,
    loaded,
    failNext: () => {
      failures = 1
    },
    eventLog: {
      append: async (records: readonly LogRecord[]) => void log.push(...records),
      async *read(from: number) {
        for (let at = from; at < log.length; at++) {
          await new Promise((resolve) => setImmediate(resolve))
          yield { records: [log[at]!], position: at + 1 }
        }
      },
      close: async () => undefined,
    },
    counters: {
      async load(records: readonly LogRecord[], next: number) {
        if (failures-- > 0) throw new Error('disk')
        loaded.push(...records)
        position = next
      },
      position: async () => position,
      rows: async () => [],
      units: async () => [],
      folded: async () => undefined,
      late: async () => 0,
      apart: async () => [],
    },
  }
}

describe('createCounterLoader', () => {
  it('loads the log from where the counters stand, each record once', async () => {
    const world = ports()
    const load = createCounterLoader(world)
    world.log.push(event('1'), event('2'))
    await load()
    world.log.push(event('3'))
    await load()
    expect(world.loaded.map(({ id }) => id)).toEqual(['1', '2', '3'])
  })

  it('has counted what was appended before a call when it resolves, also while another load runs', async () => {
    const world = ports()
    const load = createCounterLoader(world)
    world.log.push(event('1'), event('2'), event('3'))
    const first = load()
    await new Promise((resolve) => setImmediate(resolve))
    world.log.push(event('4'))
    await Promise.all([load(), load()])
    expect(world.loaded.map(({ id }) => id)).toEqual(['1', '2', '3', '4'])
    await first
  })

  it('goes on after a failed load', async () => {
    const world = ports()
    const load = createCounterLoader(world)
    world.log.push(event('1'))
    world.failNext()
    await expect(load()).rejects.toThrow('disk')
    await load()
    expect(world.loaded.map(({ id }) => id)).toEqual(['1'])
  })

  it('ends between two pieces once it is over; the next goes on from there', async () => {
    const world = ports()
    world.log.push(event('1'), event('2'), event('3'))
    await createCounterLoader(world, () => world.loaded.length === 2)()
    expect(world.loaded).toHaveLength(2)
    await createCounterLoader(world)()
    expect(world.loaded.map(({ id }) => id)).toEqual(['1', '2', '3'])
  })
})
