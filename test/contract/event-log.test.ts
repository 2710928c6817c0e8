import { appendFile, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../core/stream.ts'
import { openEventLog } from '../../store/embedded/event-log.ts'
import { LogWriter } from '../../store/embedded/log-writer.ts'
import { inNewFolder } from './contract.ts'
import { eventLogContract, eventRecord, readAll } from './event-log.ts'
import { crashTwice, recordsOn, stepsOf } from './power-cut.ts'
import { simulateDisk } from './simulated-disk.ts'

eventLogContract('embedded', async (folder) => {
  const port = await openEventLog(folder)
  return { port, close: () => port.close() }
})

describe('event log: a power cut at every step', () => {
  const load = createStream('power cut')
  const steps = stepsOf(load)

  it('takes enough steps to mean something', () => {
    expect(steps).toBeGreaterThan(20)
  })

  for (const unsynced of ['dropped', 'torn', 'kept'] as const) {
    it(`loses and doubles no acknowledged record when unsynced writes are ${unsynced}`, () => {
      let acknowledged = 0
      for (let cutAtStep = 0; cutAtStep <= steps; cutAtStep++) {
        const outcome = crashTwice(load, { cutAtStep, unsynced })
        expect(outcome, `cut at step ${cutAtStep}`).toMatchObject({ lost: [], twice: [], wrong: [] })
        acknowledged += outcome.acknowledged
      }
      expect(acknowledged).toBeGreaterThan(steps * 30)
    })

    it(`and when the disk is full now and then, and the second load is cut too (${unsynced})`, () => {
      const failAtSteps = new Set([3, 9, 10, 14, 22])
      for (let cutAtStep = 0; cutAtStep <= steps; cutAtStep++) {
        const second = { cutAtStep: cutAtStep % 12, failAtSteps: new Set([4]) }
        const outcome = crashTwice(load, { cutAtStep, failAtSteps, unsynced }, second)
        expect(outcome, `cut at step ${cutAtStep}`).toMatchObject({ lost: [], twice: [], wrong: [] })
      }
    })
  }

  it('reports loss on a disk that lies about syncs', () => {
    const outcome = crashTwice(load, { cutAtStep: steps, lies: true, unsynced: 'dropped' })
    expect(outcome.lost.length).toBeGreaterThan(10)
    const twoLies = crashTwice(load, { cutAtStep: 20, unsynced: 'kept' }, { lies: true })
    expect(twoLies.lost.length).toBeGreaterThan(5)
  })
})

describe('event log: failures', () => {
  it('clause 3: a torn tail is cut on open, nothing before it is lost', () =>
    inNewFolder(async (folder) => {
      const segment = join(folder, '.polyad', 'log', '0000000001.log')
      const records = [1, 2, 3].map((n) => eventRecord(n))
      for (const tail of [
        [0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [200, 0, 0, 0, 1, 2, 3, 4, 123],
        [255, 255, 255, 255],
      ]) {
        await inNewFolder(async () => {
          const log = await openEventLog(folder)
          if ((await readAll(log)).length === 0) await log.append(records)
          await log.close()
        })
        const whole = await readFile(segment)
        await appendFile(segment, Uint8Array.from(tail))
        const again = await openEventLog(folder)
        expect(await readAll(again)).toEqual(records)
        await again.close()
        expect(await readFile(segment)).toEqual(whole)
      }
      await truncate(segment, (await readFile(segment)).length - 1)
      const log = await openEventLog(folder)
      expect(await readAll(log)).toEqual(records.slice(0, 2))
      await log.append([eventRecord(4)])
      expect(await readAll(log)).toEqual([...records.slice(0, 2), eventRecord(4)])
      await log.close()
    }))

  it('clause 5: a full disk acknowledges nothing of the batch, and later appends work', () => {
    // Steps 0 to 2 open the log, 3 writes, 4 syncs; after a failure the next step cuts what was written.
    for (const failing of [[3], [4], [3, 4], [4, 5], [4, 5, 6], [5], [6, 7, 8], [22]]) {
      const disk = simulateDisk({ failAtSteps: new Set(failing) })
      const writer = new LogWriter(disk, 400)
      const kept: string[] = []
      let failed = 0
      for (let batch = 0; batch < 10; batch++) {
        const records = batch % 2 === 0 ? [`${batch}a`, `${batch}b`, `${batch}c`] : [`${batch}d`]
        try {
          writer.append(records)
          kept.push(...records)
          expect(recordsOn(disk), `failing at ${failing}`).toEqual(kept)
        } catch (error) {
          expect(String(error)).toContain('ENOSPC')
          failed++
        }
      }
      expect(failed, `failing at ${failing}`).toBeGreaterThan(0)
      expect(failed).toBeLessThanOrEqual(failing.length)
      expect(recordsOn(disk), `failing at ${failing}`).toEqual(kept)
    }
  })

  it('what follows a damaged record in a torn tail does not come back behind new records', () => {
    const disk = simulateDisk()
    new LogWriter(disk).append(['first', 'torn!', 'stray'])
    const file = disk.open(disk.list()[0]!)
    const torn = file.read(0, file.size())
    torn[torn.length / 3 + 8]! ^= 1
    file.write(0, torn)
    const writer = new LogWriter(disk)
    writer.append(['added'])
    expect(recordsOn(disk)).toEqual(['first', 'added'])
  })

  it('a second writer of the same log is refused', () =>
    inNewFolder(async (folder) => {
      const log = await openEventLog(folder)
      await expect(openEventLog(folder)).rejects.toMatchObject({ code: 'WORKSPACE_HELD' })
      await log.close()
      await (await openEventLog(folder)).close()
    }))

  it('after close an append is refused', () =>
    inNewFolder(async (folder) => {
      const log = await openEventLog(folder)
      await log.close()
      await expect(log.append([eventRecord(1)])).rejects.toThrow('closed')
    }))

  it('damage before the end is told, not passed over', () =>
    inNewFolder(async (folder) => {
      const logFolder = join(folder, '.polyad', 'log')
      const log = await openEventLog(folder)
      await log.append([1, 2, 3].map((n) => eventRecord(n)))
      const [segment] = await readdir(logFolder)
      const bytes = await readFile(join(logFolder, segment!))
      bytes[20]! ^= 1
      await writeFile(join(logFolder, segment!), bytes)
      await expect(readAll(log)).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
      await expect(readAll(log, 2 ** 40)).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
      await log.close()
    }))
})
