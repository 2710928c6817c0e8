import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FoldResult, RetentionLimits } from '../../engine/ports/upkeep.ts'
import { decisionIdAtMs } from '../../engine/tracking/decision-id.ts'
import { FOLD_APART_SQL, FOLD_LATE_SQL, FOLD_ROWS_SQL } from './counter-queries.ts'
import type { Database, Step } from './database.ts'
import type { KeptEventLog } from './event-log.ts'
import { placeOf, positionOf, segmentName, segmentNumber } from './log-position.ts'
import { readLog } from './log-reader.ts'

/** Above every character of a decision's id, so that `id < last + AFTER` takes the last one in. */
const AFTER = '~'

interface Segment {
  readonly number: number
  readonly bytes: number
}

/**
 * Folds the oldest segments of the log into counts and removes them.
 *
 * Counts, and that they were folded, are one transaction; only then segments go. A crash before it changes nothing, one
 * after it leaves segments whose decisions are known to be folded: the next call removes them and folds nothing twice.
 * Which decisions are folded is told by their ids, which grow with time, so it needs no list of them.
 */
export async function foldLog(
  database: Database,
  log: KeptEventLog,
  limits: RetentionLimits,
  nowMs: number,
): Promise<FoldResult> {
  const before = await segmentsOf(log.folder)
  // An earlier call may have ended between the two.
  await log.forgetBefore(await logStart(database))
  const { segments, lastKey } = await foldable(database, log, limits, nowMs)
  let decisions = 0
  if (lastKey !== undefined) {
    const cutoff = lastKey + AFTER
    const logStartsAt = positionOf({ segment: segments.at(-1)!.number + 1, offset: 0 })
    decisions = await foldDecisions(database, cutoff, logStartsAt)
    await log.forgetBefore(logStartsAt)
  }
  const after = await segmentsOf(log.folder)
  const bytesOf = (all: readonly Segment[]) => all.reduce((sum, { bytes }) => sum + bytes, 0)
  return {
    decisions,
    segments: before.length - after.length,
    bytes: Math.max(0, bytesOf(before) - bytesOf(after)),
  }
}

/** Makes counts of the decisions with an id below `cutoff`, all of them or none; how many. */
export async function foldDecisions(
  database: Database,
  cutoff: string,
  logStartsAt: number,
): Promise<number> {
  const values = [cutoff]
  const steps: Step[] = [
    { sql: 'SELECT count(*) FROM decisions WHERE id < $1 AND NOT coalesce(test, false)', values },
    { sql: FOLD_ROWS_SQL, values },
    { sql: FOLD_APART_SQL, values },
    { sql: FOLD_LATE_SQL, values },
    { sql: 'DELETE FROM repeats WHERE decision < $1', values },
    { sql: 'DELETE FROM events WHERE decision < $1', values },
    { sql: 'DELETE FROM decisions WHERE id < $1', values },
    {
      sql: `INSERT INTO folds SELECT greatest($1, (SELECT max(cutoff) FROM folds)),
        (SELECT max(position) FROM loader), $2`,
      values: [cutoff, logStartsAt],
    },
    { sql: 'DELETE FROM folds WHERE log_start < $1', values: [logStartsAt] },
  ]
  return (await database.transaction(steps))[0]![0]![0] as number
}

/** Where the log begins by what was folded; 0 when nothing was. */
export async function logStart(database: Database): Promise<number> {
  const [[row]] = (await database.transaction([
    { sql: 'SELECT coalesce(max(log_start), 0) FROM folds' },
  ])) as [[[number]]]
  return row[0]
}

/** The segments to fold, the oldest first, and the last id of a decision that they speak of. */
async function foldable(
  database: Database,
  log: KeptEventLog,
  { maxAgeMs, maxBytes }: RetentionLimits,
  nowMs: number,
): Promise<{ readonly segments: readonly Segment[]; readonly lastKey: string | undefined }> {
  const [[row]] = (await database.transaction([
    { sql: 'SELECT coalesce(max(position), 0) FROM loader' },
  ])) as [[[number]]]
  const counted = placeOf(Math.min(row[0], log.position())).segment
  const all = await segmentsOf(log.folder)
  let bytes = all.reduce((sum, segment) => sum + segment.bytes, 0)
  const segments: Segment[] = []
  let lastKey: string | undefined
  for (const segment of all) {
    if (segment.number >= counted) break
    const key = await lastKeyOf(log.folder, segment)
    const isOld = maxAgeMs !== undefined && (key === undefined || decisionIdAtMs(key) < nowMs - maxAgeMs)
    if (!isOld && !(maxBytes !== undefined && bytes > maxBytes)) break
    segments.push(segment)
    bytes -= segment.bytes
    if (key !== undefined && (lastKey === undefined || key > lastKey)) lastKey = key
  }
  return { segments, lastKey }
}

async function lastKeyOf(folder: string, { number, bytes }: Segment): Promise<string | undefined> {
  let last: string | undefined
  const end = positionOf({ segment: number, offset: bytes })
  for await (const { records } of readLog(folder, positionOf({ segment: number, offset: 0 }), () => end)) {
    for (const record of records) {
      const key = record.type === 'decision' ? record.id : record.decision
      if (last === undefined || key > last) last = key
    }
  }
  return last
}

async function segmentsOf(folder: string): Promise<Segment[]> {
  const numbers = (await readdir(folder)).flatMap((name) => segmentNumber(name) ?? [])
  return Promise.all(
    numbers
      .sort((a, b) => a - b)
      .map(async (number) => ({ number, bytes: (await stat(join(folder, segmentName(number)))).size })),
  )
}
