import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Examination, Finding } from '../../engine/ports/upkeep.ts'
import type { LogRecord } from '../../engine/tracking/record.ts'
import { RECOUNTED } from './counter-tables.ts'
import { createCounters } from './counters.ts'
import { type Cell, type Database, openScratchDatabase } from './database.ts'
import { readLog } from './log-reader.ts'

/** What a recount is made in; one that is found was left by a crash. */
export const RECOUNT_FILE = 'recount.duckdb'

type Prints = ReadonlyMap<string, string>

/**
 * Counts what is left of the log again, into a database of its own, and compares it with the counters as they stood at
 * one moment: every row of decisions, events and repeats, by campaign. Decisions that were folded are not counted again,
 * and neither is what came of them before.
 *
 * @param takeOver the counters that differ are replaced by the recount, in one transaction
 */
export async function recountLog(
  database: Database,
  logFolder: string,
  storeFolder: string,
  takeOver = false,
): Promise<Examination> {
  const { prints, others } = await printsOf(database, [
    'SELECT coalesce(max(position), 0) FROM loader',
    'SELECT max(cutoff), coalesce(max(position), 0) FROM folds',
  ])
  const [position, fold] = others.map((rows) => rows[0]!)
  const end = position![0] as number
  const file = join(storeFolder, RECOUNT_FILE)
  await removeDatabase(file)
  try {
    const [cutoff, foldedTo] = fold as [string | null, number]
    const { records, again } = await countInto(file, unfolded(logFolder, end, cutoff, foldedTo))
    const findings = differences(prints, again)
    if (takeOver && findings.length > 0) await takeTables(database, file, end)
    const looked = `${records.toLocaleString('en-US')} records of the log`
    return { checks: [{ check: 'counters', looked }], findings }
  } finally {
    await removeDatabase(file)
  }
}

type Batch = { readonly records: readonly LogRecord[]; readonly position: number }

/** The records of the log up to `end`, without those that were folded: below `cutoff` and before `foldedTo`. */
async function* unfolded(
  logFolder: string,
  end: number,
  cutoff: string | null,
  foldedTo: number,
): AsyncGenerator<Batch> {
  const middle = Math.min(end, foldedTo)
  const keyOf = (record: LogRecord) => (record.type === 'decision' ? record.id : record.decision)
  if (middle > 0) {
    for await (const { records, position } of readLog(logFolder, 0, () => middle)) {
      yield { records: records.filter((record) => cutoff === null || keyOf(record) >= cutoff), position }
    }
  }
  if (end > middle) yield* readLog(logFolder, middle, () => end)
}

async function countInto(
  file: string,
  batches: AsyncIterable<Batch>,
): Promise<{ readonly records: number; readonly again: Prints }> {
  const scratch = await openScratchDatabase(file)
  try {
    const counters = await createCounters(scratch)
    let records = 0
    for await (const batch of batches) {
      records += batch.records.length
      await counters.load(batch.records, batch.position)
    }
    return { records, again: (await printsOf(scratch, [])).prints }
  } finally {
    await scratch.close()
  }
}

/** Only while the counters stand where they were recounted: what was loaded since would be lost. */
async function takeTables(database: Database, file: string, end: number): Promise<void> {
  await database.transaction([{ sql: `ATTACH '${file.replaceAll("'", "''")}' AS recount (READ_ONLY)` }])
  try {
    await database.transaction([
      {
        sql: `SELECT CASE WHEN (SELECT coalesce(max(position), 0) FROM loader) = $1 THEN 0
          ELSE error('the counters went on meanwhile; try again') END`,
        values: [end],
      },
      // Deleting the rows instead would keep their keys taken until the transaction ends.
      ...Object.entries(RECOUNTED).flatMap(([table, columns]) => [
        { sql: `DROP TABLE ${table}` },
        { sql: `CREATE TABLE ${table} (${columns})` },
        { sql: `INSERT INTO ${table} SELECT * FROM recount.${table}` },
      ]),
    ])
  } finally {
    await database.transaction([{ sql: 'DETACH recount' }])
  }
}

/** A print of the rows of each table and campaign, and the first rows of other queries, all of one moment. */
async function printsOf(
  database: Database,
  queries: readonly string[],
): Promise<{ readonly prints: Prints; readonly others: readonly (readonly (readonly Cell[])[])[] }> {
  const tables = Object.keys(RECOUNTED).map(
    (table) =>
      `SELECT '${table}', campaign, count(*), sum(hash(t)::HUGEINT)::VARCHAR FROM ${table} t GROUP BY campaign`,
  )
  const [rows, ...others] = await database.transaction(
    [tables.join(' UNION ALL '), ...queries].map((sql) => ({ sql })),
  )
  const prints = new Map(
    rows!.map(([table, campaign, count, print]) => [
      `${table} of campaign ${campaign}`,
      `${count} rows, ${print}`,
    ]),
  )
  return { prints, others }
}

function differences(stored: Prints, again: Prints): Finding[] {
  const names = [...new Set([...stored.keys(), ...again.keys()])].sort()
  return names.flatMap((name): Finding[] => {
    const [has, counted] = [stored.get(name), again.get(name)]
    if (has === counted) return []
    const rows = (print: string | undefined) => (print ?? '0 rows').split(',')[0]
    return [
      {
        check: 'counters',
        severity: 'error',
        problem: `${name}: the counters have ${rows(has)}, the log gives ${rows(counted)}${
          rows(has) === rows(counted) ? ', not the same' : ''
        }`,
        mend: 'polyad doctor --mend counts the log again',
        mendable: true,
      },
    ]
  })
}

export async function removeDatabase(file: string): Promise<void> {
  for (const name of [file, `${file}.wal`]) await rm(name, { force: true })
}
