import { readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../core/stream.ts'
import { openBlobs } from '../../store/embedded/blobs.ts'
import { openEventLog } from '../../store/embedded/event-log.ts'
import { openMentions } from '../../store/embedded/mentions.ts'
import { inNewFolder } from '../contract/contract.ts'
import { readAll } from '../contract/event-log.ts'
import { crashTwice, stepsOf } from '../contract/power-cut.ts'
import { runAndKill } from './run-and-kill.ts'

const POWER_CUT_LOADS = 300
const KILL_ROUNDS = 40

const LOG_WRITER = new URL('./log-writer-process.mjs', import.meta.url)
const BLOBS_WRITER = new URL('./blobs-process.mjs', import.meta.url)
const REPLACER = new URL('./replace-process.mjs', import.meta.url)
const MENTIONS_WRITER = new URL('./mentions-process.mjs', import.meta.url)

describe('event log', () => {
  it(`${POWER_CUT_LOADS} loads, crashed at every step and once more at random: none lost, none twice`, () => {
    let acknowledged = 0
    let cuts = 0
    for (let round = 0; round < POWER_CUT_LOADS; round++) {
      const load = createStream(`prove ${round}`)
      const chance = load.fork('faults')
      const steps = stepsOf(load)
      for (let cutAtStep = 0; cutAtStep <= steps; cutAtStep++) {
        const unsynced = (['dropped', 'torn', 'kept'] as const)[chance.integer(3)]!
        const failAtSteps = new Set([chance.integer(40), chance.integer(40)])
        const second = { cutAtStep: chance.integer(60), failAtSteps: new Set([chance.integer(40)]) }
        const outcome = crashTwice(load, { cutAtStep, failAtSteps, unsynced }, second)
        expect(outcome, `load ${round}, cut at step ${cutAtStep}`).toMatchObject({
          lost: [],
          twice: [],
          wrong: [],
        })
        acknowledged += outcome.acknowledged
        cuts++
      }
    }
    console.log(`${cuts} crashes, ${acknowledged} acknowledged records, 0 lost, 0 twice`)
  })

  it(`${KILL_ROUNDS} rounds of kill -9 on the real thread: none lost, none twice`, () =>
    inNewFolder(async (folder) => {
      const chance = createStream('kill')
      const acknowledged: string[] = []
      for (let round = 0; round < KILL_ROUNDS; round++) {
        const first = String((round + 1) * 1_000_000)
        acknowledged.push(...(await runAndKill(LOG_WRITER, [folder, first], chance.integer(60))))
        const log = await openEventLog(folder)
        const ids = (await readAll(log)).map((record) => record.id)
        await log.close()
        const once = new Set(ids)
        expect(ids.length, 'records twice').toBe(once.size)
        expect(
          acknowledged.filter((id) => !once.has(id)),
          `lost in round ${round}`,
        ).toEqual([])
      }
      console.log(`${KILL_ROUNDS} kills, ${acknowledged.length} acknowledged records, 0 lost, 0 twice`)
      expect(acknowledged.length).toBeGreaterThan(KILL_ROUNDS * 10)
    }))

  it('a full disk is told, loses nothing acknowledged, and later appends work', () =>
    inNewFolder(async (folder) => {
      // A limit on the size of files fails writes as a full disk does, after a part of the bytes (units of 512 bytes).
      const limited = await runAndKill(LOG_WRITER, [folder, '1'], 400, 'trap "" XFSZ; ulimit -f 64')
      const acknowledged = limited.filter((line) => line !== 'STORAGE_FULL')
      expect(limited.length).toBeGreaterThan(acknowledged.length)
      expect(acknowledged.length).toBeGreaterThan(100)
      acknowledged.push(...(await runAndKill(LOG_WRITER, [folder, '10000000'], 20)))
      const log = await openEventLog(folder)
      const ids = (await readAll(log)).map((record) => record.id)
      await log.close()
      const there = new Set(ids)
      expect(ids.length).toBe(there.size)
      expect(acknowledged.filter((id) => !there.has(id))).toEqual([])
    }))
})

describe('mentions', () => {
  it('kill -9 between and during appends loses no acknowledged batch and leaves no part of one', () =>
    inNewFolder(async (folder) => {
      const chance = createStream('kill mentions')
      const acknowledged: string[] = []
      for (let round = 0; round < 10; round++) {
        const first = String((round + 1) * 1_000_000)
        acknowledged.push(...(await runAndKill(MENTIONS_WRITER, [folder, first], chance.integer(100))))
        const mentions = await openMentions(folder)
        const batches = new Map<number, number>()
        for await (const batch of mentions.scanByAuthor(10_000)) {
          for (const { key } of batch) {
            const start = Number(key) - (Number(key) % 200)
            batches.set(start, (batches.get(start) ?? 0) + 1)
          }
        }
        await mentions.close()
        expect([...new Set(batches.values())]).toEqual([200])
        expect(acknowledged.filter((start) => !batches.has(Number(start)))).toEqual([])
      }
    }))

  it('kill -9 during replacements leaves all of one generation, the last acknowledged or the next', () =>
    inNewFolder(async (folder) => {
      const chance = createStream('kill replacements')
      let next = 1
      for (let round = 0; round < 20; round++) {
        const acknowledged = await runAndKill(REPLACER, [folder, String(next)], chance.integer(150))
        const mentions = await openMentions(folder)
        const generations = new Map<string, number>()
        for await (const batch of mentions.scanByAuthor(10_000)) {
          for (const { source } of batch) generations.set(source, (generations.get(source) ?? 0) + 1)
        }
        await mentions.close()
        expect([...generations.values()]).toEqual([2000])
        const found = Number([...generations.keys()][0]!.slice('load@'.length))
        const last = Number(acknowledged.at(-1))
        expect([last, last + 1]).toContain(found)
        next = found + 1
      }
    }))
})

describe('blobs', () => {
  it('kill -9 during a put leaves a blob complete or absent, and every one it had answered', () =>
    inNewFolder(async (folder) => {
      const chance = createStream('kill blobs')
      for (let round = 0; round < 10; round++) {
        const first = String(round * 1_000)
        const answered = await runAndKill(BLOBS_WRITER, [folder, first], chance.integer(60))
        const blobs = await openBlobs(folder)
        for (const hash of answered) expect(await blobs.has(hash)).toBe(true)
        const files = await readdir(join(folder, '.polyad', 'blobs'), { recursive: true })
        const hashes = files.map((file) => basename(file)).filter((name) => /^[0-9a-f]{64}$/.test(name))
        // Reading checks the bytes against the name.
        for (const hash of hashes) expect(await blobs.get(hash)).toHaveLength(8_000_000)
        await rm(join(folder, '.polyad'), { recursive: true })
      }
    }))
})
