import { dayIn } from '../../core/time.ts'
import type { CounterRow, Counters } from '../../engine/ports/counters.ts'
import {
  type ApartCount,
  type ApartReason,
  DOUBLE_CLICK_MS,
  TOO_SOON_MS,
} from '../../engine/tracking/filter.ts'
import type { DecisionRecord, EventRecord } from '../../engine/tracking/record.ts'
import { type Cell, openDatabase } from './database.ts'

const MINUTE_MS = 60_000
/** Prices are of a thousand impressions. */
const PER_THOUSAND = 1_000

const DECISION_COLUMNS = `id VARCHAR, at_ms BIGINT, campaign VARCHAR, revision BIGINT, person VARCHAR, leaf VARCHAR,
  arm VARCHAR, segment VARCHAR, locale VARCHAR, placement VARCHAR, ad_unit VARCHAR, simulated BOOLEAN`

const EVENT_COLUMNS = `id VARCHAR, decision VARCHAR, type VARCHAR, campaign VARCHAR, at_ms BIGINT,
  value_micros BIGINT, late BOOLEAN`

/** Columns of record version 2: added to a database that was made before them, in this order. */
const ADDED: Readonly<Record<string, readonly string[]>> = {
  decisions: ['charged_on VARCHAR'],
  events: ['via VARCHAR', 'filtered VARCHAR', 'price_micros BIGINT'],
}
const DECISION_TABLE = [DECISION_COLUMNS, ...ADDED['decisions']!].join(', ')
const EVENT_TABLE = [EVENT_COLUMNS, ...ADDED['events']!].join(', ')

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
    ...Object.entries(ADDED).flatMap(([table, columns]) =>
      columns.map((column) => ({ sql: `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${column}` })),
    ),
    // What a page fetched again under an id that is there already: another moment is another fetch.
    { sql: `CREATE TABLE IF NOT EXISTS repeats (${EVENT_TABLE}, PRIMARY KEY (id, at_ms))` },
    { sql: 'CREATE TABLE IF NOT EXISTS loader (position BIGINT)' },
    { sql: `CREATE TEMP TABLE IF NOT EXISTS new_decisions (${DECISION_TABLE})` },
    { sql: `CREATE TEMP TABLE IF NOT EXISTS new_events (${EVENT_TABLE})` },
    { sql: `CREATE TEMP TABLE IF NOT EXISTS new_fetches (${EVENT_TABLE})` },
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
      const fetches = new Map<string, Cell[]>()
      for (const record of records) {
        if (record.type === 'decision') {
          if (!record.test && !decisions.has(record.id)) decisions.set(record.id, decisionRow(record))
          continue
        }
        const row = eventRow(record)
        if (!events.has(record.id)) events.set(record.id, row)
        if (record.via === 'page') fetches.set(`${record.id} ${record.atMs}`, row)
      }
      await database.transaction([
        { sql: 'DELETE FROM new_decisions' },
        { sql: 'DELETE FROM new_events' },
        { sql: 'DELETE FROM new_fetches' },
        { into: 'temp.new_decisions', rows: [...decisions.values()] },
        { into: 'temp.new_events', rows: [...events.values()] },
        { into: 'temp.new_fetches', rows: [...fetches.values()] },
        { sql: 'INSERT INTO decisions SELECT * FROM new_decisions ON CONFLICT DO NOTHING' },
        { sql: 'INSERT INTO events SELECT * FROM new_events ON CONFLICT DO NOTHING' },
        {
          sql: `INSERT INTO repeats SELECT f.* FROM new_fetches f JOIN events e ON e.id = f.id
            WHERE e.at_ms <> f.at_ms ON CONFLICT DO NOTHING`,
        },
        { sql: 'DELETE FROM loader' },
        { sql: 'INSERT INTO loader VALUES (?)', values: [position] },
      ])
    },

    async position() {
      return ((await query('SELECT position FROM loader'))[0]?.[0] as number | undefined) ?? 0
    },

    async rows({ campaign, timeZone, fromDay, toDay }) {
      const minutes = await query(MINUTES_SQL, [campaign])
      const runs = dayRuns(
        minutes.map((row) => row[0] as number),
        timeZone,
      ).filter(
        ({ day }) => (fromDay === undefined || day >= fromDay) && (toDay === undefined || day <= toDay),
      )
      const results = await database.transaction([
        { sql: 'DELETE FROM day_runs' },
        { into: 'temp.day_runs', rows: runs.map((run) => [run.fromMinute, run.toMinute, run.day]) },
        { sql: ROWS_SQL, values: [campaign] },
      ])
      return results[2]!.map(counterRow)
    },

    async units(campaign) {
      return (await query(UNITS_SQL, [campaign])).map((row) => ({
        adUnit: row[0] as string,
        simulated: row[1] as boolean,
        impressions: row[2] as number,
        clicks: row[3] as number,
        conversions: row[4] as number,
      }))
    },

    async late(campaign) {
      return (
        await query('SELECT count(*) FROM events WHERE campaign = ? AND late AND filtered IS NULL', [
          campaign,
        ])
      )[0]![0] as number
    },

    async apart(campaign) {
      return (await query(APART_SQL, [campaign])).map(([type, reason, events]) => ({
        type: type as ApartCount['type'],
        reason: reason as ApartReason,
        events: events as number,
      }))
    },
  }
}

/**
 * What there is of one campaign (the only parameter): its decisions as `d`, its events with the repeats as `e`, and of
 * those each click with its place among the clicks of its decision. judgeClicks says the same of one decision.
 */
const CAMPAIGN_SQL = `
  WITH d AS (SELECT * FROM decisions WHERE campaign = ?),
  e AS (
    SELECT events.*, false AS again FROM events JOIN d ON d.id = events.decision
    UNION ALL
    SELECT repeats.*, true FROM repeats JOIN d ON d.id = repeats.decision
  ),
  shown AS (
    SELECT decision, at_ms FROM e
    WHERE type = 'impression' AND via = 'page' AND NOT again AND NOT late AND filtered IS NULL
  ),
  timed AS (
    SELECT c.decision, c.at_ms, coalesce(
      c.via = 'page' AND c.at_ms >= shown.at_ms AND c.at_ms - shown.at_ms < ${TOO_SOON_MS}, false) AS too_soon
    FROM e c LEFT JOIN shown ON shown.decision = c.decision
    WHERE c.type = 'click' AND NOT c.late AND c.filtered IS NULL
  ),
  clicks AS (
    SELECT *,
      row_number() OVER (PARTITION BY decision, too_soon ORDER BY at_ms) AS place,
      first_value(at_ms) OVER (PARTITION BY decision, too_soon ORDER BY at_ms) AS first_ms
    FROM timed
  ),
  counted AS (
    SELECT id AS decision, at_ms, 'decision' AS type, 0::BIGINT AS value_micros, 0::BIGINT AS price_micros FROM d
    UNION ALL
    SELECT decision, at_ms, type, coalesce(value_micros, 0), coalesce(price_micros, 0) FROM e
    WHERE type <> 'click' AND NOT again AND NOT late AND filtered IS NULL
    UNION ALL
    SELECT decision, at_ms, 'click', 0, 0 FROM clicks WHERE NOT too_soon AND place = 1
  )`

/** Minutes in which something counted of a campaign happened. */
const MINUTES_SQL = `${CAMPAIGN_SQL}
  SELECT DISTINCT at_ms // ${MINUTE_MS} AS minute FROM counted ORDER BY minute`

/** A person's part of a cell is one row; a decision without a person is a row of its own. */
const ROWS_SQL = `${CAMPAIGN_SQL}
  SELECT d.revision, r.day, d.person, d.leaf, d.arm, d.segment, d.locale, d.placement, d.ad_unit, d.simulated,
    count(*) FILTER (c.type = 'decision'), count(*) FILTER (c.type = 'impression'),
    count(*) FILTER (c.type = 'viewable'),
    count(*) FILTER (c.type = 'impression' AND d.charged_on IS NOT NULL),
    coalesce(sum(c.price_micros) FILTER (c.type = d.charged_on), 0)::BIGINT,
    count(*) FILTER (c.type = 'click'), count(*) FILTER (c.type = 'conversion'),
    sum(c.value_micros)::BIGINT
  FROM counted c
  JOIN d ON d.id = c.decision
  JOIN day_runs r ON c.at_ms // ${MINUTE_MS} BETWEEN r.from_minute AND r.to_minute
  GROUP BY d.revision, r.day, d.person, d.leaf, d.arm, d.segment, d.locale, d.placement, d.ad_unit, d.simulated,
    CASE WHEN d.person IS NULL THEN d.id END
  ORDER BY r.day, d.revision, d.segment, d.locale, d.placement, d.ad_unit, d.person NULLS FIRST, min(d.id)`

/** Every ad unit that was decided for, days and people together. */
const UNITS_SQL = `${CAMPAIGN_SQL}
  SELECT d.ad_unit, d.simulated, count(*) FILTER (c.type = 'impression'), count(*) FILTER (c.type = 'click'),
    count(*) FILTER (c.type = 'conversion')
  FROM counted c JOIN d ON d.id = c.decision
  WHERE d.ad_unit <> ''
  GROUP BY d.ad_unit, d.simulated ORDER BY d.ad_unit, d.simulated`

/** A late event that came first is in `late`; one that was there in time and came again late is a repeat. */
const APART_SQL = `${CAMPAIGN_SQL}
  SELECT type, reason, count(*) FROM (
    SELECT type, coalesce(filtered, 'repeat') AS reason FROM e
    WHERE filtered IS NOT NULL OR (again AND (late OR type <> 'click'))
    UNION ALL
    SELECT 'click', CASE WHEN too_soon THEN 'too-soon'
      WHEN at_ms - first_ms < ${DOUBLE_CLICK_MS} THEN 'double-click' ELSE 'repeat' END
    FROM clicks WHERE too_soon OR place > 1
  ) GROUP BY ALL ORDER BY ALL`

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
    record.auction?.chargedOn ?? null,
  ]
}

function eventRow(record: EventRecord): Cell[] {
  const { id, decision, type, campaign, atMs, valueMicros, late } = record
  const { via = null, filtered = null, priceMicros = null } = record
  return [id, decision, type, campaign, atMs, valueMicros, late, via, filtered, priceMicros]
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
    viewable: row[12] as number,
    auctioned: row[13] as number,
    chargedMicros: (row[14] as number) / PER_THOUSAND,
    clicks: row[15] as number,
    conversions: row[16] as number,
    valueMicros: row[17] as number,
  }
}
