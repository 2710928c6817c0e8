import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStream } from '../../core/stream.ts'
import type { Counters } from '../../engine/ports/counters.ts'
import type { EventLog } from '../../engine/ports/event-log.ts'
import { type JoinedDecision, joinDecisions } from '../../engine/reporting/joined-decisions.ts'
import type { LogRecord } from '../../engine/tracking/record.ts'
import { openCounters } from '../../store/embedded/counters.ts'
import { randomLog, recount } from '../contract/counters.ts'

const ZONE = 'Asia/Kathmandu'

/** A stream of records with a campaign of its own, and the same in another order, some twice, cut into batches. */
const mixed = fc
  .record({ seed: fc.integer(), size: fc.integer({ min: 1, max: 30 }) })
  .map(({ seed, size }) => randomLog(createStream(`mixed ${seed}`), size))
  .chain((records) =>
    fc.record({
      records: fc.constant(records),
      order: fc.array(fc.nat({ max: records.length - 1 }), { maxLength: 60 }),
      cuts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
    }),
  )

/** All records, those of `order` first and possibly twice or more, the rest backwards, in pieces of these sizes. */
function batchesOf(records: readonly LogRecord[], order: readonly number[], cuts: readonly number[]) {
  const all = [...order.map((at) => records[at]!), ...records.toReversed()]
  const batches: LogRecord[][] = []
  for (let at = 0, cut = 0; at < all.length; cut++) {
    const size = cuts[cut % cuts.length]!
    batches.push(all.slice(at, at + size))
    at += size
  }
  return batches
}

describe('any order, repetition and batching of a log', () => {
  let folder: string
  let counters: Counters & { close(): Promise<void> }
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyad-mixed-'))
    counters = await openCounters(folder)
  })
  afterAll(async () => {
    await counters.close()
    await rm(folder, { recursive: true })
  })

  let run = 0
  it('counts the same, and the same as record by record', () =>
    fc.assert(
      fc.asyncProperty(mixed, async ({ records, order, cuts }) => {
        const tag = `run${run++}`
        // Every run has its own campaigns and ids in the one database.
        const own = records.map((record) => ({
          ...record,
          id: `${tag} ${record.id}`,
          campaign: `${tag} ${record.campaign}`,
          ...(record.type !== 'decision' && { decision: `${tag} ${record.decision}` }),
        })) as LogRecord[]
        let position = 0
        for (const batch of batchesOf(own, order, cuts)) await counters.load(batch, ++position)
        const campaign = `${tag} spring`
        const expected = recount(own, campaign, ZONE)
        const apart = await counters.apart(campaign)
        expect(byText(await counters.rows({ campaign, timeZone: ZONE }))).toEqual(byText(expected.rows))
        expect(Object.fromEntries(apart.map((e) => [`${e.type} ${e.reason}`, e.events]))).toEqual(
          expected.apart,
        )
      }),
      { numRuns: 25 },
    ))

  it('exports the same, and its sums are those of the counters', () =>
    fc.assert(
      fc.asyncProperty(mixed, async ({ records, order, cuts }) => {
        const plain = await joined([records])
        // A decision is written once; only what comes of it is repeated.
        const decisions = new Set<string>()
        const batches = batchesOf(records, order, cuts).map((batch) =>
          batch.filter(({ type, id }) => type !== 'decision' || (!decisions.has(id) && decisions.add(id))),
        )
        const again = await joined(batches)
        expect(again.map(essence)).toEqual(plain.map(essence))
        const { rows } = recount(records, 'spring', ZONE)
        const sum = (of: (row: (typeof rows)[number]) => number) =>
          rows.reduce((all, row) => all + of(row), 0)
        const spring = plain.filter(({ decision }) => decision.campaign === 'spring')
        const total = (of: (each: JoinedDecision) => number) =>
          spring.reduce((all, each) => all + of(each), 0)
        const isCounted = (event: JoinedDecision['click']) => (event && !event.late ? 1 : 0)
        expect([
          total(({ impression }) => isCounted(impression)),
          total(({ click }) => isCounted(click)),
          total(({ conversions }) => conversions),
          total(({ clickThrough }) => clickThrough),
          total(({ conversion }) => (isCounted(conversion) ? (conversion?.valueMicros ?? 0) : 0)),
        ]).toEqual([
          sum((row) => row.impressions),
          sum((row) => row.clicks),
          sum((row) => row.conversions),
          sum((row) => row.conversions - row.viewThrough),
          sum((row) => row.valueMicros),
        ])
      }),
      { numRuns: 100 },
    ))
})

/** What became of a decision, without what only tells which of several equal records was read. */
function essence({
  decision,
  impression,
  viewable,
  click,
  conversions,
  clickThrough,
  conversion,
}: JoinedDecision) {
  return [
    decision.id,
    ...[impression, viewable, click].map((event) => event && [event.atMs, event.late]),
    conversions,
    clickThrough,
    conversion && [conversion.atMs, conversion.valueMicros, conversion.late],
  ]
}

async function joined(batches: readonly (readonly LogRecord[])[]): Promise<JoinedDecision[]> {
  const log: Pick<EventLog, 'read'> = {
    async *read(from) {
      for (let at = from; at < batches.length; at++) yield { records: batches[at]!, position: at + 1 }
    },
  }
  const all: JoinedDecision[] = []
  const made = await joinDecisions(log, ({ test }) => !test, 7)
  for await (const batch of made.batches) all.push(...batch)
  return all.sort((a, b) => (a.decision.id < b.decision.id ? -1 : 1))
}

function byText(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort()
}
