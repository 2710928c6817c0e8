import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayIn } from '../../../core/time.ts'
import { adUnitId } from '../../../engine/campaign/ad-unit-id.ts'
import { extendLedger } from '../../../engine/campaign/extend-ledger.ts'
import type { EventLog } from '../../../engine/ports/event-log.ts'
import type { TableCell } from '../../../engine/ports/table-files.ts'
import { type EventsExportQuery, exportEvents } from '../../../engine/reporting/events-export.ts'
import { tableCsv } from '../../../engine/reporting/table-csv.ts'
import { judgeConversion } from '../../../engine/tracking/conversion.ts'
import { earlierEvent } from '../../../engine/tracking/earlier-event.ts'
import { eventId } from '../../../engine/tracking/event-id.ts'
import type { DecisionRecord, EventRecord, LogRecord } from '../../../engine/tracking/record.ts'
import { memoryDocuments } from '../guard/memory-documents.ts'
import { CAMPAIGN } from './traffic.ts'

const SUMMER = {
  ...CAMPAIGN,
  name: 'summer',
  timeZone: 'Asia/Bangkok',
  slots: [{ slot: 'photo', default: 'sea', assets: [{ id: 'sea', file: 'assets/sea.png' }] }],
}
const CAMPAIGNS = { spring: CAMPAIGN, summer: SUMMER }
const ledgerOf = (name: keyof typeof CAMPAIGNS) =>
  extendLedger(undefined, CAMPAIGNS[name], ['broad', 'states/CA'], new Set())
const LEDGERS = { spring: ledgerOf('spring'), summer: ledgerOf('summer') }
/** 04:00 UTC on 2 November 2026 is still the 1st in New York, and the 2nd in Bangkok. */
const NIGHT_MS = Date.UTC(2026, 10, 2, 4)
const HOUR_MS = 3_600_000

function decision(
  id: string,
  part: Partial<DecisionRecord> & { readonly campaign?: keyof typeof CAMPAIGNS } = {},
): DecisionRecord {
  const campaign = part.campaign ?? 'spring'
  const choices = campaign === 'spring' ? { headline: 'warm' } : { photo: 'sea' }
  const unit = { segment: 'states/CA', locale: 'en-US', placement: 'iab-300x250', choices }
  return {
    v: 1,
    type: 'decision',
    id,
    atMs: NIGHT_MS,
    campaign,
    revision: 1,
    planHash: 'p',
    person: `person-${id}`,
    leaf: 'states/CA',
    arm: 'narrow',
    propensity: { arm: 0.9, slots: campaign === 'spring' ? { headline: 0.5 } : { photo: 1 } },
    weightsVersion: 3,
    segment: 'states/CA',
    locale: 'en-US',
    placement: 'iab-300x250',
    adUnit: adUnitId(LEDGERS[campaign], unit),
    simulated: false,
    ...part,
  }
}

function event(of: string, type: EventRecord['type'], part: Partial<EventRecord> = {}): EventRecord {
  return {
    v: 1,
    type,
    id: eventId(of, type),
    decision: of,
    adUnit: 'x',
    campaign: 'spring',
    atMs: NIGHT_MS + HOUR_MS,
    valueMicros: type === 'conversion' ? 5_000_000 : null,
    late: false,
    ...part,
  }
}

/** A log in batches of two; its position is a number of records. */
function logOf(records: readonly LogRecord[]): Pick<EventLog, 'read'> {
  return {
    async *read(from) {
      for (let at = from; at < records.length; at += 2) {
        const batch = records.slice(at, at + 2)
        yield { records: batch, position: at + batch.length }
      }
    },
  }
}

type Row = Readonly<Record<string, TableCell>>

const KEY = new Uint8Array(32).fill(7)

async function exported(
  records: readonly LogRecord[],
  query: EventsExportQuery = {},
  options: Partial<Parameters<typeof exportEvents>[2]> = {},
  log = logOf(records),
): Promise<Row[]> {
  const documents = memoryDocuments(
    Object.entries(CAMPAIGNS).flatMap(([name, campaign]) => [
      ['campaign', name, campaign] as const,
      ['ledger', name, LEDGERS[name as keyof typeof LEDGERS]] as const,
    ]),
  )
  const ports = { documents, eventLog: log as EventLog }
  const made = await exportEvents(ports, query, { personKey: KEY, ...options })
  const rows: Row[] = []
  for await (const batch of made.rows) {
    for (const cells of batch) {
      expect(cells).toHaveLength(made.columns.length)
      rows.push(Object.fromEntries(made.columns.map(({ name }, at) => [name, cells[at]!])))
    }
  }
  expect(made.decisions).toBe(rows.length)
  return rows
}

describe('the export of events', () => {
  it('is one row a decision with everything the log says of it', async () => {
    const rows = await exported([decision('a'), event('a', 'impression'), event('a', 'conversion')])
    expect(rows).toEqual([
      {
        decision: 'a',
        time: '2026-11-02T04:00:00.000Z',
        time_ms: NIGHT_MS,
        day: '2026-11-01',
        campaign: 'spring',
        revision: 1,
        person: expect.stringMatching(/^[0-9a-f]{32}$/),
        leaf: 'states/CA',
        arm: 'narrow',
        arm_propensity: 0.9,
        segment: 'states/CA',
        placement: 'iab-300x250',
        locale: 'en-US',
        ad_unit: expect.stringMatching(/^\w+$/),
        weights_version: 3,
        simulated: false,
        impressions: 1,
        clicks: 0,
        conversions: 1,
        impression_time: '2026-11-02T05:00:00.000Z',
        click_time: null,
        conversion_time: '2026-11-02T05:00:00.000Z',
        value_micros: 5_000_000,
        currency: 'USD',
        late_events: 0,
        viewable: 0,
        bid_micros: null,
        charged_micros: null,
        click_through_conversions: 0,
        asset_headline: 'warm',
        propensity_headline: 0.5,
      },
    ])
  })

  it('has the slots of every campaign, and empty cells where a row has none', async () => {
    const holdout = { arm: 'holdout', adUnit: '', person: null, propensity: { arm: 0.1, slots: {} } } as const
    const [spring, summer, house] = await exported([
      decision('a'),
      decision('b', { campaign: 'summer' }),
      decision('c', holdout),
    ])
    expect(spring).toMatchObject({ asset_headline: 'warm', asset_photo: null, propensity_photo: null })
    expect(summer).toMatchObject({ asset_headline: null, asset_photo: 'sea', day: '2026-11-02' })
    expect(house).toMatchObject({
      ad_unit: null,
      asset_headline: null,
      propensity_headline: null,
      person: null,
    })
  })

  it('takes the days of each campaign in its own time zone', async () => {
    const records = [decision('a'), decision('b', { campaign: 'summer' })]
    const idsOf = async (query: EventsExportQuery) =>
      (await exported(records, query)).map((row) => row.decision)
    expect(await idsOf({ fromDay: '2026-11-02' })).toEqual(['b'])
    expect(await idsOf({ toDay: '2026-11-01' })).toEqual(['a'])
    expect(await idsOf({ campaign: 'summer', fromDay: '2026-11-01' })).toEqual(['b'])
    await expect(exported(records, { campaign: 'autumn' })).rejects.toThrow('there is no campaign "autumn"')
    await expect(exported(records, { fromDay: '2026-13-01' })).rejects.toThrow(
      'from: "2026-13-01" is not a day',
    )
    await expect(exported(records, { fromDay: '2026-11-03', toDay: '2026-11-01' })).rejects.toThrow(
      'the export would begin on 2026-11-03, after it ends on 2026-11-01',
    )
  })

  it("gives a person's rows one hash that no other export has, unless the workspace's is asked for", async () => {
    const records = [decision('a', { person: 'p' }), decision('b', { person: 'p' }), decision('c')]
    const one = await exported(records)
    const two = await exported(records, {}, { personKey: new Uint8Array(32).fill(8) })
    expect(one[0]!.person).toBe(one[1]!.person)
    expect(one[0]!.person).not.toBe(one[2]!.person)
    expect(two[0]!.person).toBe(two[1]!.person)
    expect([two[0]!.person, 'p']).not.toContain(one[0]!.person)
    expect((await exported(records, {}, { personKey: null }))[0]!.person).toBe('p')
  })

  it('counts late events apart', async () => {
    const late = { late: true }
    const [row] = await exported([decision('a'), event('a', 'impression'), event('a', 'click', late)])
    expect(row).toMatchObject({ impressions: 1, clicks: 0, click_time: null, late_events: 1 })
  })

  it('has what an auction charged, and neither test decisions nor events that are kept apart', async () => {
    const page = { v: 2, via: 'page' } as const
    const bought = { v: 2, auction: { bidMicros: 4_000_000, chargedOn: 'billing' } } as const
    const rows = await exported([
      decision('a', bought),
      decision('b', { v: 2, test: true }),
      event('a', 'impression', { ...page, atMs: NIGHT_MS }),
      event('a', 'viewable', { ...page, atMs: NIGHT_MS + 1000 }),
      event('a', 'click', { ...page, atMs: NIGHT_MS + 100 }),
      event('a', 'conversion', { ...page, filtered: 'bot' }),
      event('a', 'win', { v: 2, via: 'exchange', priceMicros: 9_000_000 }),
      event('a', 'billing', { v: 2, via: 'exchange', priceMicros: 2_345_600 }),
    ])
    expect(rows).toMatchObject([
      {
        decision: 'a',
        impressions: 1,
        viewable: 1,
        clicks: 0,
        conversions: 0,
        bid_micros: 4_000_000,
        charged_micros: 2345.6,
      },
    ])
  })

  it('ends where the log ended when it began', async () => {
    const records: LogRecord[] = [decision('a'), decision('b')]
    const log = logOf(records)
    let readings = 0
    const growing: Pick<EventLog, 'read'> = {
      async *read(from) {
        if (readings++ > 0) records.push(event('a', 'click'), decision(`later-${readings}`))
        yield* log.read(from)
      },
    }
    const rows = await exported(records, {}, { windowDecisions: 1 }, growing)
    expect(rows.map(({ decision, clicks }) => [decision, clicks])).toEqual([
      ['a', 0],
      ['b', 0],
    ])
  })

  it('reads the log twice, and once more for each window, the second time from where the window begins', async () => {
    const records = Array.from({ length: 10 }, (_, at) => decision(`d${at}`))
    const log = logOf([...records, event('d9', 'click')])
    const readings: number[] = []
    const counting: Pick<EventLog, 'read'> = {
      read(from) {
        readings.push(from)
        return log.read(from)
      },
    }
    const rows = await exported(records, {}, { windowDecisions: 4 }, counting)
    expect(rows.map(({ decision, clicks }) => [decision, clicks])).toEqual(
      records.map(({ id }) => [id, id === 'd9' ? 1 : 0]),
    )
    expect(readings).toEqual([0, 0, 0, 0, 4, 0, 8])
  })

  it('equals a recount of any log, wherever its events stand, for any window', async () => {
    const anyRecord = fc.oneof(
      fc.record({
        kind: fc.constant('decision' as const),
        campaign: fc.constantFrom('spring' as const, 'summer' as const),
      }),
      fc.record({
        kind: fc.constantFrom('impression' as const, 'click' as const, 'conversion' as const),
        of: fc.nat(11),
        late: fc.boolean(),
        hours: fc.nat(48),
      }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRecord, { maxLength: 40 }),
        fc.integer({ min: 1, max: 6 }),
        async (drawn, window) => {
          let decisions = 0
          const records = drawn.map((each): LogRecord => {
            if (each.kind === 'decision') return decision(`d${decisions++}`, { campaign: each.campaign })
            const { of, late, hours } = each
            return event(`d${of}`, each.kind, { late, atMs: NIGHT_MS + hours * HOUR_MS })
          })
          const rows = await exported(records, { fromDay: '2026-11-01' }, { windowDecisions: window })
          const made = records.filter((record) => record.type === 'decision')
          expect(rows.map((row) => row.decision)).toEqual(made.map(({ id }) => id))
          for (const [at, { id, campaign, atMs }] of made.entries()) {
            const first = new Map<string, EventRecord>()
            for (const record of records) {
              if (record.type === 'decision' || record.decision !== id) continue
              const known = first.get(record.type)
              first.set(record.type, known ? earlierEvent(known, record) : record)
            }
            const counted = [...first.values()].filter(({ late }) => !late)
            const of = (type: string) => counted.find((record) => record.type === type)
            const one = (type: string) => (of(type) ? 1 : 0)
            const conversion = of('conversion')
            const judged =
              conversion &&
              judgeConversion(conversion.atMs, {
                decidedAtMs: atMs,
                shownAtMs: of('impression')?.atMs ?? null,
                clickedAtMs: of('click')?.atMs ?? null,
              })
            const conversions = judged && 'through' in judged ? 1 : 0
            expect(rows[at]).toMatchObject({
              day: dayIn(CAMPAIGNS[campaign as 'spring'].timeZone, atMs),
              impressions: one('impression'),
              clicks: one('click'),
              conversions,
              value_micros: conversions * 5_000_000,
              late_events: first.size - counted.length,
            })
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('as CSV runs no formula, and a negative number stays a number', async () => {
    const rows = (async function* () {
      yield [['=1+1', -2, null, true]]
      yield [['a "b", c', 0.5, 'x', false]]
    })()
    const columns = ['@head', 'n', 'empty', 'yes'].map((name) => ({ name, type: 'text' as const }))
    let csv = ''
    for await (const chunk of tableCsv(columns, rows)) csv += Buffer.from(chunk).toString()
    expect(csv).toBe('\'@head,n,empty,yes\r\n\'=1+1,-2,,true\r\n"a ""b"", c",0.5,x,false\r\n')
  })
})
