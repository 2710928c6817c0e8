import { DAY_MS } from '../../core/time.ts'
import type { DecisionRecord, EventRecord } from '../../engine/tracking/record.ts'
import type { Cell, Step } from './database.ts'

const DECISION_COLUMNS = `id VARCHAR, at_ms BIGINT, campaign VARCHAR, revision BIGINT, person VARCHAR, leaf VARCHAR,
  arm VARCHAR, segment VARCHAR, locale VARCHAR, placement VARCHAR, ad_unit VARCHAR, simulated BOOLEAN`

const EVENT_COLUMNS = `id VARCHAR, decision VARCHAR, type VARCHAR, campaign VARCHAR, at_ms BIGINT,
  value_micros BIGINT, late BOOLEAN`

/** Columns of record versions 2 and 3: added to a database that was made before them, in this order. */
const ADDED: Readonly<Record<string, readonly string[]>> = {
  decisions: ['charged_on VARCHAR', 'test BOOLEAN', 'click_ms BIGINT', 'view_ms BIGINT'],
  events: ['via VARCHAR', 'filtered VARCHAR', 'price_micros BIGINT'],
}
const DECISION_TABLE = [DECISION_COLUMNS, ...ADDED['decisions']!].join(', ')
const EVENT_TABLE = [EVENT_COLUMNS, ...ADDED['events']!].join(', ')

/**
 * What is left of decisions that were folded: counts of a quarter of an hour, the longest time that lies within one day
 * in every zone. `who` keeps the parts of a decision without a person together, and is no name of it.
 */
const FOLDED_TABLE = `campaign VARCHAR, quarter BIGINT, revision BIGINT, person VARCHAR, who BIGINT, leaf VARCHAR,
  arm VARCHAR, segment VARCHAR, locale VARCHAR, placement VARCHAR, ad_unit VARCHAR, simulated BOOLEAN,
  decisions BIGINT, impressions BIGINT, viewable BIGINT, auctioned BIGINT, charged BIGINT, clicks BIGINT,
  conversions BIGINT, view_through BIGINT, value_micros BIGINT`

/** Tables a recount of the log must make again, whatever was folded before, and their columns. */
export const RECOUNTED = {
  decisions: `${DECISION_TABLE}, PRIMARY KEY (id)`,
  events: `${EVENT_TABLE}, PRIMARY KEY (id)`,
  // What a page fetched again under an id that is there already: another moment is another fetch.
  repeats: `${EVENT_TABLE}, PRIMARY KEY (id, at_ms)`,
} as const

/** Makes the tables that are not there yet, and widens those of an older version. */
export const TABLE_STEPS: readonly Step[] = [
  ...Object.entries(RECOUNTED).map(([table, columns]) => ({
    sql: `CREATE TABLE IF NOT EXISTS ${table} (${columns})`,
  })),
  ...Object.entries(ADDED).flatMap(([table, columns]) =>
    columns.map((column) => ({ sql: `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${column}` })),
  ),
  { sql: 'CREATE TABLE IF NOT EXISTS loader (position BIGINT)' },
  { sql: `CREATE TABLE IF NOT EXISTS folded (${FOLDED_TABLE})` },
  {
    sql: 'CREATE TABLE IF NOT EXISTS folded_apart (campaign VARCHAR, type VARCHAR, reason VARCHAR, events BIGINT)',
  },
  // Decisions with an id below `cutoff` were folded when the counters stood at `position`.
  { sql: 'CREATE TABLE IF NOT EXISTS folds (cutoff VARCHAR, position BIGINT, log_start BIGINT)' },
  { sql: `CREATE TEMP TABLE IF NOT EXISTS new_decisions (${DECISION_TABLE})` },
  { sql: `CREATE TEMP TABLE IF NOT EXISTS new_events (${EVENT_TABLE})` },
  { sql: `CREATE TEMP TABLE IF NOT EXISTS new_fetches (${EVENT_TABLE})` },
  { sql: 'CREATE TEMP TABLE IF NOT EXISTS day_runs (from_minute BIGINT, to_minute BIGINT, day VARCHAR)' },
]

export function decisionRow(record: DecisionRecord): Cell[] {
  const { windows } = record
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
    record.test ?? false,
    windows ? windows.clickDays * DAY_MS : null,
    windows ? windows.viewDays * DAY_MS : null,
  ]
}

export function eventRow(record: EventRecord): Cell[] {
  const { id, decision, type, campaign, atMs, valueMicros, late } = record
  const { via = null, filtered = null, priceMicros = null } = record
  return [id, decision, type, campaign, atMs, valueMicros, late, via, filtered, priceMicros]
}

/** Columns of an event that are not its name, in which one record of it may differ from another. */
const UPDATED = ['at_ms', 'value_micros', 'late', 'via', 'price_micros']
/** As `earlierEvent` of engine/tracking/earlier-event.ts: of two records of one event, the one that holds has the lower. */
const orderOf = (of: string) => `(${of}.at_ms, ${of}.via IS DISTINCT FROM 'page', ${of}.late,
  coalesce(${of}.value_micros, -1), coalesce(${of}.price_micros, -1), coalesce(${of}.via, ''))`

/**
 * Takes rows that lie in new_decisions, new_events (one an id) and new_fetches into the tables, whatever was taken
 * before: what is there already stays, an earlier record of an event takes the place of a later one.
 */
export const LOAD_STEPS: readonly Step[] = [
  { sql: 'INSERT INTO decisions SELECT * FROM new_decisions ON CONFLICT DO NOTHING' },
  {
    sql: `INSERT INTO repeats SELECT e.* FROM events e JOIN new_events n ON n.id = e.id
      WHERE e.via = 'page' AND n.at_ms < e.at_ms ON CONFLICT DO NOTHING`,
  },
  {
    sql: `INSERT INTO events SELECT * FROM new_events ON CONFLICT (id) DO UPDATE
      SET ${UPDATED.map((column) => `${column} = excluded.${column}`).join(', ')}
      WHERE ${orderOf('excluded')} < ${orderOf('events')}`,
  },
  {
    sql: `INSERT INTO repeats SELECT f.* FROM new_fetches f JOIN events e ON e.id = f.id
      WHERE e.at_ms <> f.at_ms ON CONFLICT (id, at_ms) DO UPDATE SET late = repeats.late AND excluded.late`,
  },
]
