import { describe, expect } from 'vitest'
import { createStream, type Stream } from '../../core/stream.ts'
import { dayIn } from '../../core/time.ts'
import type { CounterRow, Counters, UnitCounts } from '../../engine/ports/counters.ts'
import { judgeConversion } from '../../engine/tracking/conversion.ts'
import { earlierEvent } from '../../engine/tracking/earlier-event.ts'
import { type ApartReason, judgeClicks } from '../../engine/tracking/filter.ts'
import type { DecisionRecord, EventRecord, LogRecord } from '../../engine/tracking/record.ts'
import { clausesOf, type Exemptions, type Open } from './contract.ts'

const NEW_YORK = 'America/New_York'

/** 2026-03-08 00:00 in New York, the day its clocks go forward. */
const DAY_START_MS = Date.UTC(2026, 2, 8, 5)

const HOUR_MS = 3_600_000

function decision(id: string, changes: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    v: 1,
    type: 'decision',
    id,
    atMs: DAY_START_MS,
    campaign: 'spring',
    revision: 1,
    planHash: 'plan',
    person: 'ann',
    leaf: 'ny-25-34',
    arm: 'narrow',
    propensity: { arm: 0.9, slots: { headline: 0.5 } },
    weightsVersion: 1,
    segment: 'ny-25-34',
    locale: 'en-US',
    placement: 'mpu',
    adUnit: 'unit1',
    simulated: false,
    ...changes,
  }
}

function event(type: EventRecord['type'], of: string, changes: Partial<EventRecord> = {}): EventRecord {
  return {
    v: 1,
    type,
    id: `${of}-${type}`,
    decision: of,
    adUnit: 'unit1',
    campaign: 'spring',
    atMs: DAY_START_MS,
    valueMicros: null,
    late: false,
    ...changes,
  }
}

/** One event, as all its records together tell it: the one that holds, and what a page fetched again at other times. */
interface ToldEvent {
  readonly held: EventRecord
  readonly again: readonly EventRecord[]
}

function toldEvents(records: readonly LogRecord[]): ToldEvent[] {
  const byId = grouped(
    records.filter((record) => record.type !== 'decision'),
    ({ id }) => id,
  )
  return byId.map((same) => {
    const held = same.reduce(earlierEvent)
    const fetched = grouped(
      same.filter(({ via, atMs }) => via === 'page' && atMs !== held.atMs),
      ({ atMs }) => atMs,
    )
    return { held, again: fetched.map((all) => ({ ...all[0]!, late: all.every(({ late }) => late) })) }
  })
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => unknown): T[][] {
  const groups = new Map<unknown, T[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return [...groups.values()]
}

/** What the rows and the events apart must be, counted record by record in any order. */
export function recount(
  records: readonly LogRecord[],
  campaign: string,
  timeZone: string,
): { rows: CounterRow[]; apart: Record<string, number> } {
  const decisions = new Map<string, DecisionRecord>()
  for (const record of records) {
    if (record.type === 'decision' && !decisions.has(record.id)) decisions.set(record.id, record)
  }
  const events = toldEvents(records)
  const rows = new Map<string, { -readonly [K in keyof CounterRow]: CounterRow[K] }>()
  const rowOf = (of: DecisionRecord, atMs: number) => {
    const { revision, person, leaf, arm, segment, locale, placement, adUnit, simulated } = of
    const cell = {
      revision,
      day: dayIn(timeZone, atMs),
      person,
      leaf,
      arm,
      segment,
      locale,
      placement,
      adUnit,
      simulated,
    }
    const key = JSON.stringify([cell, person === null ? of.id : null])
    const row = rows.get(key) ?? {
      ...cell,
      decisions: 0,
      impressions: 0,
      viewable: 0,
      auctioned: 0,
      chargedMicros: 0,
      clicks: 0,
      conversions: 0,
      viewThrough: 0,
      valueMicros: 0,
    }
    rows.set(key, row)
    return row
  }
  const ours = [...decisions.values()].filter((each) => each.campaign === campaign && !each.test)
  for (const each of ours) rowOf(each, each.atMs).decisions++

  const apart: Record<string, number> = {}
  const setApart = ({ type }: EventRecord, reason: ApartReason) => {
    apart[`${type} ${reason}`] = (apart[`${type} ${reason}`] ?? 0) + 1
  }
  const chargedMicros = new Map<CounterRow, number>()
  const isGood = ({ late, filtered }: EventRecord) => !late && !filtered
  for (const { held } of events) {
    if (held.campaign !== campaign || decisions.has(held.decision)) continue
    if (held.filtered || !held.late) setApart(held, held.filtered ?? 'no-decision')
  }
  for (const of of ours) {
    const mine = events.filter(({ held }) => held.decision === of.id)
    const shown = mine.map(({ held }) => held).find((e) => e.type === 'impression' && isGood(e))
    const clicks = mine.flatMap(({ held, again }) => [held, ...again]).filter((e) => e.type === 'click')
    const judged = judgeClicks(shown?.via === 'page' ? shown.atMs : null, clicks.filter(isGood))
    if (judged.counted) rowOf(of, judged.counted.atMs).clicks++
    for (const { click, reason } of judged.apart) setApart(click, reason)
    for (const { held, again } of mine) {
      for (const each of again) {
        if (each.filtered) setApart(each, each.filtered)
        else if (each.late || each.type !== 'click') setApart(each, 'repeat')
      }
      if (held.filtered) setApart(held, held.filtered)
      else if (!held.late && held.type === 'conversion') {
        const conversion = judgeConversion(held.atMs, {
          decidedAtMs: of.atMs,
          shownAtMs: shown?.atMs ?? null,
          clickedAtMs: judged.counted?.atMs ?? null,
          windows: of.windows,
        })
        if ('apart' in conversion) {
          setApart(held, conversion.apart)
          continue
        }
        const row = rowOf(of, held.atMs)
        row.conversions++
        if (conversion.through === 'view') row.viewThrough++
        row.valueMicros += held.valueMicros ?? 0
      } else if (!held.late && held.type !== 'click') {
        const row = rowOf(of, held.atMs)
        if (held.type === 'impression') {
          row.impressions++
          if (of.auction) row.auctioned++
        }
        if (held.type === 'viewable') row.viewable++
        if (held.type === of.auction?.chargedOn) {
          chargedMicros.set(row, (chargedMicros.get(row) ?? 0) + (held.priceMicros ?? 0))
        }
      }
    }
  }
  for (const [row, sum] of chargedMicros) (row as { chargedMicros: number }).chargedMicros = sum / 1000
  return { rows: [...rows.values()], apart }
}

/** Decisions and events of two campaigns over four days, some repeated, some late, some without their decision. */
export function randomLog(stream: Stream, count: number): LogRecord[] {
  const records: LogRecord[] = []
  const pick = <T>(choices: readonly T[]): T => choices[stream.integer(choices.length)]!
  const atMs = () => DAY_START_MS + stream.integer(96 * HOUR_MS) - 24 * HOUR_MS
  for (let i = 0; i < count; i++) {
    const id = `d${i}`
    const campaign = pick(['spring', 'spring', 'summer'])
    const made = decision(id, {
      campaign,
      atMs: atMs(),
      person: pick(['ann', 'bob', null]),
      leaf: pick(['ny', null]),
      arm: pick(['narrow', 'broad-control', 'broad', 'holdout']),
      revision: 1 + stream.integer(2),
      adUnit: pick(['unit1', 'unit2', '']),
      simulated: pick([true, false]),
      ...pick([{}, {}, { v: 3, windows: { clickDays: 1, viewDays: 0 } }]),
      ...pick([{}, {}, { v: 2, test: true }, { v: 2, auction: { bidMicros: 5_000_000, chargedOn: 'win' } }]),
    })
    if (stream.next() < 0.9) records.push(made)
    const shownAtMs = atMs()
    for (const type of ['impression', 'viewable', 'click', 'conversion', 'win', 'billing'] as const) {
      if (stream.next() < 0.4) continue
      const valueMicros = type === 'conversion' ? pick([null, 1_500_000, 2_000_000_000_000]) : null
      const late = stream.next() < 0.1
      const via = pick(['page', 'page', 'server', undefined] as const)
      const happened = event(type, id, {
        campaign,
        atMs: pick([atMs(), shownAtMs, shownAtMs + 100, shownAtMs + 3_000]),
        valueMicros,
        late,
        ...(via && { v: 2, via, filtered: null }),
        ...(/^(win|billing)$/.test(type) && { priceMicros: pick([0, 1_234_567]) }),
      })
      records.push(happened)
      if (stream.next() < 0.2) records.push(happened)
      if (stream.next() < 0.3)
        records.push({ ...happened, atMs: happened.atMs + pick([50, 1_500, 2_000, 90_000]) })
      if (stream.next() < 0.2) {
        records.push({
          ...happened,
          v: 2,
          id: `${happened.id}-bot`,
          via: 'page',
          filtered: 'bot',
          late: false,
        })
      }
    }
  }
  return shuffled(records, stream)
}

function shuffled<T>(items: readonly T[], stream: Stream): T[] {
  return items
    .map((item) => ({ item, at: stream.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/** engine/ports/counters.ts */
export function countersContract(name: string, open: Open<Counters>, exempt?: Exemptions): void {
  describe(`counters: ${name}`, () => {
    const clause = clausesOf(open, exempt)

    clause(1, 'loading the same records again changes nothing; an event id counts once', async ({ port }) => {
      const records = [
        decision('d1'),
        event('impression', 'd1'),
        event('impression', 'd1'),
        event('click', 'd1'),
      ]
      await port.load(records, 10)
      const rows = await port.rows({ campaign: 'spring', timeZone: NEW_YORK })
      expect(rows).toMatchObject([{ decisions: 1, impressions: 1, clicks: 1, conversions: 0 }])
      await port.load(records.slice(1), 20)
      await port.load([records[0]!], 30)
      expect(await port.rows({ campaign: 'spring', timeZone: NEW_YORK })).toEqual(rows)
    })

    clause(2, 'an event counts on its own day in the time zone asked for', async ({ port }) => {
      const justBefore = DAY_START_MS - 1
      const records = [
        decision('d1', { atMs: justBefore }),
        event('impression', 'd1', { atMs: justBefore }),
        event('click', 'd1', { atMs: DAY_START_MS }),
        // The day is 23 hours long.
        event('conversion', 'd1', { atMs: DAY_START_MS + 23 * HOUR_MS, valueMicros: 5 }),
      ]
      await port.load(records, 1)
      const query = { campaign: 'spring', timeZone: NEW_YORK }
      const rows = await port.rows(query)
      const counts = rows.map(({ day, decisions, impressions, clicks, conversions, valueMicros }) => [
        day,
        decisions,
        impressions,
        clicks,
        conversions,
        valueMicros,
      ])
      expect(counts).toEqual([
        ['2026-03-07', 1, 1, 0, 0, 0],
        ['2026-03-08', 0, 0, 1, 0, 0],
        ['2026-03-09', 0, 0, 0, 1, 5],
      ])
      const utc = await port.rows({ ...query, timeZone: 'UTC' })
      expect(utc.map((row) => row.day)).toEqual(['2026-03-08', '2026-03-09'])
      const days = async (range: { fromDay?: string; toDay?: string }) =>
        (await port.rows({ ...query, ...range })).map((row) => row.day)
      expect(await days({ fromDay: '2026-03-08' })).toEqual(['2026-03-08', '2026-03-09'])
      expect(await days({ toDay: '2026-03-08' })).toEqual(['2026-03-07', '2026-03-08'])
      expect(await days({ fromDay: '2026-03-08', toDay: '2026-03-08' })).toEqual(['2026-03-08'])
      expect(await days({ fromDay: '2026-03-10' })).toEqual([])
    })

    clause(2, 'an event whose decision comes later counts as soon as it is there', async ({ port }) => {
      await port.load([event('click', 'd1')], 1)
      expect(await port.rows({ campaign: 'spring', timeZone: NEW_YORK })).toEqual([])
      expect(await port.apart('spring')).toEqual([{ type: 'click', reason: 'no-decision', events: 1 }])
      await port.load([decision('d1', { segment: 'late-comer' })], 2)
      expect(await port.rows({ campaign: 'spring', timeZone: NEW_YORK })).toMatchObject([
        { segment: 'late-comer', decisions: 1, clicks: 1 },
      ])
    })

    clause(2, 'a late event counts in late only', async ({ port }) => {
      await port.load([decision('d1'), event('click', 'd1', { late: true })], 1)
      await port.load([event('click', 'd1', { late: true }), event('impression', 'd1')], 2)
      expect(await port.rows({ campaign: 'spring', timeZone: NEW_YORK })).toMatchObject([
        { clicks: 0, impressions: 1 },
      ])
      expect([await port.late('spring'), await port.late('summer')]).toEqual([1, 0])
    })

    clause(3, 'position is that of the last load, also after reopening', async ({ port, reopen }) => {
      expect(await port.position()).toBe(0)
      await port.load([decision('d1')], 2 ** 40 + 7)
      await port.load([], 2 ** 41)
      expect(await port.position()).toBe(2 ** 41)
      const again = await reopen()
      expect(await again.position()).toBe(2 ** 41)
      expect(await again.rows({ campaign: 'spring', timeZone: NEW_YORK })).toHaveLength(1)
    })

    clause(4, 'rows equal a recount of the whole log, for any split and repetition', async ({ port }) => {
      const stream = createStream('counters')
      const records = randomLog(stream, 300)
      for (let from = 0; from < records.length; ) {
        const to = from + 1 + stream.integer(200)
        await port.load(records.slice(Math.max(0, from - stream.integer(50)), to), to)
        from = to
      }
      for (const [campaign, timeZone] of [
        ['spring', NEW_YORK],
        ['summer', NEW_YORK],
        ['spring', 'Asia/Kathmandu'],
      ] as const) {
        const rows = await port.rows({ campaign, timeZone })
        const expected = recount(records, campaign, timeZone)
        expect(byText(rows)).toEqual(byText(expected.rows))
        // Clause 5.
        expect(await port.units(campaign)).toEqual(unitsOf(expected.rows))
        const apart = await port.apart(campaign)
        expect(Object.fromEntries(apart.map((each) => [`${each.type} ${each.reason}`, each.events]))).toEqual(
          expected.apart,
        )
      }
      const late = new Set(
        records.flatMap((r) => (r.type !== 'decision' && r.late ? [r] : [])).map((r) => r.id),
      )
      expect((await port.late('spring')) + (await port.late('summer'))).toBe(late.size)
    })
  })
}

function unitsOf(rows: readonly CounterRow[]): UnitCounts[] {
  const units = new Map<string, UnitCounts>()
  for (const { adUnit, simulated, impressions, clicks, conversions } of rows) {
    if (adUnit === '') continue
    const key = `${adUnit} ${simulated}`
    const sum = units.get(key)
    units.set(key, {
      adUnit,
      simulated,
      impressions: impressions + (sum?.impressions ?? 0),
      clicks: clicks + (sum?.clicks ?? 0),
      conversions: conversions + (sum?.conversions ?? 0),
    })
  }
  return [...units].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, unit]) => unit)
}

function byText(rows: readonly CounterRow[]): string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort()
}
