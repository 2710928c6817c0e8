import { dayIn } from '../../core/time.ts'
import type { CounterRow, Counters } from '../../engine/ports/counters.ts'
import { decisionIdAtMs } from '../../engine/tracking/decision-id.ts'
import type { ApartCount, ApartReason } from '../../engine/tracking/filter.ts'
import { loadSteps } from './counter-load.ts'
import { APART_SQL, LATE_SQL, MINUTE_MS, MINUTES_SQL, ROWS_SQL, UNITS_SQL } from './counter-queries.ts'
import { TABLE_STEPS } from './counter-tables.ts'
import { type Cell, type Database, openDatabase } from './database.ts'

/** Prices are of a thousand impressions. */
const PER_THOUSAND = 1_000

/** Days as the minutes seen in them: a run of minutes with one day, from its first to its last. */
interface DayRun {
  readonly day: string
  readonly fromMinute: number
  toMinute: number
}

/** Counters that read the log in the thread of their database. */
export type LoadingCounters = Counters & Required<Pick<Counters, 'loadNext'>>

/** The counters of a workspace, in its database. */
export async function openCounters(
  workspaceFolder: string,
): Promise<LoadingCounters & { close(): Promise<void> }> {
  const database = await openDatabase(workspaceFolder)
  return { ...(await createCounters(database)), close: () => database.close() }
}

/** Counts from the decisions and events themselves, kept once each by id: a report is a query, never a running total. */
export async function createCounters(database: Database): Promise<LoadingCounters> {
  await database.transaction(TABLE_STEPS)

  async function query(sql: string, values: readonly Cell[] = []): Promise<readonly (readonly Cell[])[]> {
    return (await database.transaction([{ sql, values }]))[0]!
  }

  return {
    async load(records, position) {
      await database.transaction(loadSteps(records, position))
    },

    loadNext: (stretch) => database.loadNext(stretch),

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
      return (await query(LATE_SQL, [campaign]))[0]![0] as number
    },

    async folded(campaign) {
      const sql = `SELECT coalesce(sum(decisions), 0)::BIGINT, (SELECT max(cutoff) FROM folds) FROM folded
        WHERE campaign = $1`
      const [decisions, cutoff] = (await query(sql, [campaign]))[0]! as [number, string | null]
      return decisions > 0 ? { decisions, untilMs: decisionIdAtMs(cutoff!) } : undefined
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

function counterRow(row: readonly Cell[]): CounterRow {
  return {
    day: row[0] as string,
    revision: row[1] as number,
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
    viewThrough: row[17] as number,
    valueMicros: row[18] as number,
  }
}
