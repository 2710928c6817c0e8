import { mkdtemp, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCounterLoader } from '../../../engine/tracking/load-counters.ts'
import type { EventRecord } from '../../../engine/tracking/record.ts'
import { openCounters } from '../../../store/embedded/counters.ts'
import { openEventLog } from '../../../store/embedded/event-log.ts'

// A megabyte of the log holds fewer than this many.
const EVENTS = 6_000

const late = (id: number): EventRecord => ({
  v: 2,
  type: 'click',
  id: `event ${id}`,
  decision: 'd'.repeat(40),
  adUnit: 'a'.repeat(40),
  campaign: 'spring',
  atMs: id,
  valueMicros: null,
  late: true,
  via: 'server',
  filtered: null,
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyad-load-next-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('counters that read the log by themselves', () => {
  it('count a stretch piece by piece, each record once, and nothing behind its end', async () => {
    const [log, counters] = [await openEventLog(folder), await openCounters(folder)]
    try {
      await log.append(Array.from({ length: EVENTS }, (_, id) => late(id)))
      const stretch = await log.stretch()
      await log.append([late(EVENTS)])
      const first = await counters.loadNext(stretch)
      expect(first).toBeLessThan(stretch.end)
      expect(await counters.position()).toBe(first)
      let position = first
      while (position < stretch.end) position = await counters.loadNext(stretch)
      expect(position).toBe(stretch.end)
      expect(await counters.late('spring')).toBe(EVENTS)
      await createCounterLoader({ eventLog: log, counters })()
      expect(await counters.late('spring')).toBe(EVENTS + 1)
      // A loader that was slower than another one takes that for no damage.
      expect(await counters.loadNext(stretch)).toBe((await log.stretch()).end)
    } finally {
      await counters.close()
      await log.close()
    }
  })

  it('tell of damage as the log itself does', async () => {
    const [log, counters] = [await openEventLog(folder), await openCounters(folder)]
    try {
      await log.append([late(0), late(1)])
      await truncate(join(log.folder, '0000000001.log'), 20)
      const load = createCounterLoader({ eventLog: log, counters })
      await expect(load()).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
    } finally {
      await counters.close()
      await log.close()
    }
  })

  it('tell when the log is shorter than what was counted of it', async () => {
    const [log, counters] = [await openEventLog(folder), await openCounters(folder)]
    try {
      await counters.load([late(0)], 1_000)
      const load = createCounterLoader({ eventLog: log, counters })
      await expect(load()).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
    } finally {
      await counters.close()
      await log.close()
    }
  })
})
