import { describe, expect } from 'vitest'
import { base32FromDigits } from '../../core/base32.ts'
import { createStream } from '../../core/stream.ts'
import type { Counters } from '../../engine/ports/counters.ts'
import type { EventLog } from '../../engine/ports/event-log.ts'
import type { EraseSteps, Upkeep } from '../../engine/ports/upkeep.ts'
import { createDecisionIds } from '../../engine/tracking/decision-id.ts'
import { createCounterLoader } from '../../engine/tracking/load-counters.ts'
import type { EventRecord, LogRecord } from '../../engine/tracking/record.ts'
import { clausesOf, type Open } from './contract.ts'
import { randomLog } from './counters.ts'

/** What is kept up together. */
export interface KeptStore {
  readonly upkeep: Upkeep
  readonly eventLog: EventLog
  readonly counters: Counters
  /** Begins a new segment of the log with the next record. */
  cut(): Promise<void>
}

const DAY_MS = 86_400_000
const ANN = 'a'.repeat(32)
const BOB = 'b'.repeat(32)
const CAMPAIGNS = ['spring', 'summer'] as const

/** Records of decisions with real ids, made over ten days in the order of `now`, and what came of each. */
export function realLog(seed: string, decisions: number): LogRecord[] {
  const stream = createStream(seed)
  const ids = createDecisionIds(stream.fork('ids'))
  const names = new Map<string, string>()
  const startMs = Date.UTC(2026, 2, 1)
  const drawn = randomLog(stream, decisions)
  const nameOf = (id: string): string => {
    const number = Number(id.slice(1))
    const known = names.get(id) ?? ids(startMs + Math.floor((number * 10 * DAY_MS) / decisions))
    names.set(id, known)
    return known
  }
  // Ids grow with the number of the decision.
  for (let at = 0; at < decisions; at++) nameOf(`d${at}`)
  return drawn
    .toSorted((a, b) => numberOf(a) - numberOf(b))
    .map((record) =>
      record.type === 'decision'
        ? { ...record, id: nameOf(record.id), person: record.person && (record.person === 'ann' ? ANN : BOB) }
        : { ...record, id: record.id, decision: nameOf(record.decision) },
    )
}

const numberOf = (record: LogRecord) =>
  Number((record.type === 'decision' ? record.id : record.decision).slice(1))

/** Every number the counters give. */
export async function everything(counters: Counters, upTo = CAMPAIGNS): Promise<unknown> {
  return Promise.all(
    upTo.map(async (campaign) => ({
      rows: byText(await counters.rows({ campaign, timeZone: 'Asia/Kathmandu' })),
      late: await counters.late(campaign),
      apart: await counters.apart(campaign),
    })),
  )
}

/** engine/ports/upkeep.ts */
export function upkeepContract(name: string, open: Open<KeptStore>): void {
  describe(`upkeep: ${name}`, () => {
    const clause = clausesOf(open)
    const stepsOf = (store: KeptStore): EraseSteps => ({
      loadCounters: createCounterLoader(store),
      rebuildPopulation: async () => {},
    })
    const fill = async (store: KeptStore, records: readonly LogRecord[]) => {
      for (let at = 0; at < records.length; at += 120) {
        await store.eventLog.append(records.slice(at, at + 120))
        await store.cut()
      }
      await createCounterLoader(store)()
    }

    clause(
      1,
      'folding changes no number, again and again, and a recount agrees',
      async ({ port, reopen }) => {
        let store = port
        await fill(store, realLog('fold', 140))
        const before = await everything(store.counters)
        const nowMs = Date.UTC(2026, 2, 11)
        let folded = 0
        for (const days of [7, 2]) {
          const done = await store.upkeep.fold({ maxAgeMs: days * DAY_MS }, nowMs)
          folded += done.decisions
          expect(await everything(store.counters)).toEqual(before)
          expect((await store.upkeep.recount()).findings).toEqual([])
          store = await reopen()
        }
        expect(folded).toBeGreaterThan(60)
        expect((await store.counters.folded('spring'))!.decisions).toBeGreaterThan(30)
        expect(await store.upkeep.fold({ maxBytes: 0 }, nowMs)).toMatchObject({
          segments: expect.any(Number),
        })
        expect(await everything(store.counters)).toEqual(before)
      },
    )

    clause(
      1,
      'what comes for a folded decision later is told apart, and counts nowhere',
      async ({ port }) => {
        const records = realLog('late comers', 120)
        await fill(port, records)
        await port.upkeep.fold({ maxAgeMs: 4 * DAY_MS }, Date.UTC(2026, 2, 11))
        const rows = await port.counters.rows({ campaign: 'spring', timeZone: 'UTC' })
        const old = records.find((r) => r.type === 'decision' && r.campaign === 'spring' && !r.test)!
        const click: EventRecord = {
          v: 2,
          type: 'click',
          id: 'c'.repeat(32),
          decision: old.id,
          adUnit: 'u',
          campaign: 'spring',
          atMs: Date.UTC(2026, 2, 11),
          valueMicros: null,
          late: false,
          via: 'page',
          filtered: null,
        }
        await port.eventLog.append([click, click])
        await createCounterLoader(port)()
        expect(await port.counters.rows({ campaign: 'spring', timeZone: 'UTC' })).toEqual(rows)
        expect(await port.counters.apart('spring')).toContainEqual({
          type: 'click',
          reason: 'after-retention',
          events: 1,
        })
        expect((await port.upkeep.recount()).findings).toEqual([])
      },
    )

    clause(2, 'an erased person is in no file; counts stay', async ({ port }) => {
      await fill(port, realLog('erase', 120))
      await port.upkeep.fold({ maxAgeMs: 6 * DAY_MS }, Date.UTC(2026, 2, 11))
      const sums = await totals(port.counters)
      expect((await port.upkeep.search([ANN], undefined)).found.length).toBeGreaterThan(0)
      const erased = await port.upkeep.erase([ANN], undefined, stepsOf(port))
      expect(erased.decisions).toBeGreaterThan(10)
      expect(erased.counterRows).toBeGreaterThan(erased.decisions)
      expect((await port.upkeep.search([ANN], undefined)).found).toEqual([])
      expect((await port.upkeep.search([BOB], undefined)).found.length).toBeGreaterThan(0)
      expect(await totals(port.counters)).toEqual(sums)
      expect((await port.upkeep.held([ANN])).decisions).toEqual([])
      expect((await port.upkeep.recount()).findings).toEqual([])
      await port.eventLog.append(realLog('after', 5))
      await createCounterLoader(port)()
      expect((await port.upkeep.recount()).findings).toEqual([])
    })

    clause(2, 'an erasing that ends in the middle is ended by the next', async ({ port, reopen }) => {
      await fill(port, realLog('cut short', 40))
      const crash = async (): Promise<void> => {
        throw new Error('killed')
      }
      for (const [person, steps] of [
        [ANN, { ...stepsOf(port), loadCounters: crash }],
        [BOB, { ...stepsOf(port), rebuildPopulation: crash }],
      ] as const) {
        await expect(port.upkeep.erase([person], undefined, steps)).rejects.toThrow('killed')
      }
      const store = await reopen()
      expect((await store.upkeep.examineFiles()).findings).toMatchObject([{ check: 'erasing' }])
      expect(await store.upkeep.finishErase(stepsOf(store))).toBeDefined()
      expect(await store.upkeep.finishErase(stepsOf(store))).toBeUndefined()
      expect((await store.upkeep.search([ANN, BOB], undefined)).found).toEqual([])
      expect((await store.upkeep.examineFiles()).findings).toEqual([])
    })

    clause(3, 'counters that differ from the log are told and counted again', async ({ port }) => {
      const records = realLog('differ', 60)
      await fill(port, records)
      const right = await everything(port.counters)
      const stray = { ...(records.find((r) => r.type === 'decision' && !r.test) as LogRecord) }
      await port.counters.load(
        [{ ...stray, id: base32FromDigits([1, 2, 3]) } as LogRecord],
        await port.counters.position(),
      )
      const { findings } = await port.upkeep.recount()
      expect(findings).toMatchObject([{ check: 'counters', severity: 'error', mendable: true }])
      expect(await port.upkeep.mend()).toHaveLength(1)
      expect(await everything(port.counters)).toEqual(right)
      expect((await port.upkeep.recount()).findings).toEqual([])
      await port.eventLog.append(realLog('further', 5))
      await createCounterLoader(port)()
      expect((await port.upkeep.recount()).findings).toEqual([])
    })
  })
}

async function totals(counters: Counters): Promise<unknown> {
  const rows = await counters.rows({ campaign: 'spring', timeZone: 'UTC' })
  const sums = {
    decisions: 0,
    impressions: 0,
    viewable: 0,
    clicks: 0,
    conversions: 0,
    viewThrough: 0,
    valueMicros: 0,
  }
  for (const row of rows) {
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += row[key]
  }
  return { sums, apart: await counters.apart('spring'), late: await counters.late('spring') }
}

function byText(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort()
}
