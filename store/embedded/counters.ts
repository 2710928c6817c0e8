import { dayIn } from '../../core/time.ts'
import type { CounterRow, Counters } from '../../engine/ports/counters.ts'
import type { DecisionRecord, EventRecord } from '../../engine/tracking/record.ts'
import { type Cell, openDatabase } from './database.ts'

const MINUTE_MS = 60_000

const DECISION_COLUMNS = `id VARCHAR, at_ms BIGINT, campaign VARCHAR, revision BIGINT, person VARCHAR, leaf VARCHAR,
  arm VARCHAR, segment VARCHAR, locale VARCHAR, placement VARCHAR, ad_unit VARCHAR, simulated BOOLEAN`

const EVENT_COLUMNS = `id VARCHAR, decision VARCHAR, type VARCHAR, campaign VARCHAR, at_ms BIGINT,
  value_micros BIGINT, late BOOLEAN`

/** Days as the minutes seen in them: a run of minutes with one day, from its first to its last. */
interface DayRun {
  readonly day: string
  readonly fromMinute: number
  toMinute: number
}

/** Counts from the decisions and events themselves, kept once each by id: a report is a query, never a running total. */
export async function openCounters(workspaceFolder: string): Promise<Counters & { close(): Promise<void> }> {
  const database = await openDatabase(workspaceFolder)
  await database.transaction([
    { sql: `CREATE TABLE IF NOT EXISTS decisions (${DECISION_COLUMNS}, PRIMARY KEY (id))` },
    { sql: `CREATE TABLE IF NOT EXISTS events (${EVENT_COLUMNS}, PRIMARY KEY (id))` },
    { sql: 'CREATE TABLE IF NOT EXISTS loader (position BIGINT)' },
    { sql: `CREATE TEMP TABLE IF NOT EXISTS new_decisions (${DECISION_COLUMNS})` },
    { sql: `CREATE TEMP TABLE IF NOT EXISTS new_events (${EVENT_COLUMNS})` },
    { sql: 'CREATE TEMP TABLE IF NOT EXISTS day_runs (from_minute BIGINT, to_minute BIGINT, day VARCHAR)' },
  ])

  async function query(sql: string, values: readonly Cell[] = []): Promise<readonly (readonly Cell[])[]> {
    return (await database.transaction([{ sql, values }]))[0]!
  }

  return {
    close: () => database.close(),

    async load(records, position) {
      const decisions = new Map<string, Cell[]>()
      const events = new Map<string, Cell[]>()
      for (const record of records) {
        if (record.type === 'decision') {
          if (!decisions.has(record.id)) decisions.set(record.id, decisionRow(record))
        } else if (!events.has(record.id)) events.set(record.id, eventRow(record))
      }
      await database.transaction([
        { sql: 'DELETE FROM new_decisions' },
        { sql: 'DELETE FROM new_events' },
        { into: 'temp.new_decisions', rows: [...decisions.values()] },
        { into: 'temp.new_events', rows: [...events.values()] },
        { sql: 'INSERT INTO decisions SELECT * FROM new_decisions ON CONFLICT DO NOTHING' },
        { sql: 'INSERT INTO events SELECT * FROM new_events ON CONFLICT DO NOTHING' },
        { sql: 'DELETE FROM loader' },
        { sql: 'INSERT INTO loader VALUES (?)', values: [position] },
      ])
    },

    async position() {
      return ((await query('SELECT position FROM loader'))[0]?.[0] as number | undefined) ?? 0
    },

    async rows({ campaign, timeZone, fromDay, toDay }) {
      const minutes = await query(MINUTES_SQL, [campaign, campaign])
      const runs = dayRuns(
        minutes.map((row) => row[0] as number),
        timeZone,
      ).filter(
        ({ day }) => (fromDay === undefined || day >= fromDay) && (toDay === undefined || day <= toDay),
      )
      const results = await database.transaction([
        { sql: 'DELETE FROM day_runs' },
        { into: 'temp.day_runs', rows: runs.map((run) => [run.fromMinute, run.toMinute, run.day]) },
        { sql: ROWS_SQL, values: [campaign, campaign] },
      ])
      return results[2]!.map(counterRow)
    },

    async late(campaign) {
      return (
        await query('SELECT count(*) FROM events WHERE campaign = ? AND late', [campaign])
      )[0]![0] as number
    },
  }
}

/** Minutes in which something counted of a campaign happened. */
const MINUTES_SQL = `
  SELECT DISTINCT at_ms // ${MINUTE_MS} AS minute FROM (
    SELECT at_ms FROM decisions WHERE campaign = ?
    UNION ALL
    SELECT e.at_ms FROM events e JOIN decisions d ON d.id = e.decision WHERE d.campaign = ? AND NOT e.late
  ) ORDER BY minute`

/** A person's part of a cell is one row; a decision without a person is a row of its own. */
const ROWS_SQL = `
  WITH counted AS (
    SELECT id, at_ms, 'decision' AS type, 0::BIGINT AS value_micros FROM decisions WHERE campaign = ?
    UNION ALL
    SELECT e.decision, e.at_ms, e.type, coalesce(e.value_micros, 0)
    FROM events e JOIN decisions d ON d.id = e.decision WHERE d.campaign = ? AND NOT e.late
  )
  SELECT d.revision, r.day, d.person, d.leaf, d.arm, d.segment, d.locale, d.placement, d.ad_unit, d.simulated,
    count(*) FILTER (c.type = 'decision'), count(*) FILTER (c.type = 'impression'),
    count(*) FILTER (c.type = 'click'), count(*) FILTER (c.type = 'conversion'),
    sum(c.value_micros)::BIGINT
  FROM counted c
  JOIN decisions d ON d.id = c.id
  JOIN day_runs r ON c.at_ms // ${MINUTE_MS} BETWEEN r.from_minute AND r.to_minute
  GROUP BY d.revision, r.day, d.person, d.leaf, d.arm, d.segment, d.locale, d.placement, d.ad_unit, d.simulated,
    CASE WHEN d.person IS NULL THEN d.id END
  ORDER BY r.day, d.revision, d.segment, d.locale, d.placement, d.ad_unit, d.person NULLS FIRST, min(d.id)`

/**
 * The days of minutes in ascending order. The day comes from core/time, not from the database's own zone tables, so
 * every part of a report agrees on it. A minute lies within one day: since 1972 zones change by whole minutes.
 */
function dayRuns(minutes: readonly number[], timeZone: string): DayRun[] {
  const runs: DayRun[] = []
  for (const minute of minutes) {
    const day = dayIn(timeZone, minute * MINUTE_MS)
    const last = runs.at(-1)
    if (last?.day === day) last.toMinute = minute
    else runs.push({ day, fromMinute: minute, toMinute: minute })
  }
  return runs
}

function decisionRow(record: DecisionRecord): Cell[] {
  return [
    record.id,
    record.atMs,
    record.campaign,
    record.revision,
    record.person,
    record.leaf,
    record.arm,
    record.segment,
    record.locale,
    record.placement,
    record.adUnit,
    record.simulated,
  ]
}

function eventRow(record: EventRecord): Cell[] {
  const { id, decision, type, campaign, atMs, valueMicros, late } = record
  return [id, decision, type, campaign, atMs, valueMicros, late]
}

function counterRow(row: readonly Cell[]): CounterRow {
  return {
    revision: row[0] as number,
    day: row[1] as string,
    person: row[2] as string | null,
    leaf: row[3] as string | null,
    arm: row[4] as CounterRow['arm'],
    segment: row[5] as string,
    locale: row[6] as string,
    placement: row[7] as string,
    adUnit: row[8] as string,
    simulated: row[9] as boolean,
    decisions: row[10] as number,
    impressions: row[11] as number,
    clicks: row[12] as number,
    conversions: row[13] as number,
    valueMicros: row[14] as number,
  }
}
