import { mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateRange } from '../engine/generate/generate-range.ts'
import { runChild } from './child-run.ts'
import { WORKERS } from './demo-workspace.ts'
import { memoryNote, planIn, runOurs, shown, sideOf, UNITS } from './generate.ts'
import { crossPlan, widePlan } from './generate-plans.ts'
import type { Measurement } from './measurement.ts'

/** A folder in memory, where Linux has one: what is measured is the writing, not the disk. */
const RAM_FOLDER = '/dev/shm'
const SAMPLE_UNITS = 100_000n
const LONG_UNITS = 80_000_000n
/** Room that the largest file and what DuckDB spills beside it take. */
const ROOM_BYTES = 12e9

/** 8,000,000 ad units as JSONL into one file against writing bytes that are there already. */
export async function benchGenerateFile(folder: string): Promise<Measurement> {
  const { plan, planHash } = await planIn(folder, widePlan)
  return inFolder(async (files, sink) => {
    const ours = await runOurs(folder, planHash, 'jsonl', UNITS, join(files, 'ours'))
    rmSync(join(files, 'ours'))
    const sample = join(files, 'sample')
    writeFileSync(sample, generateRange(plan, 0n, SAMPLE_UNITS, { format: 'jsonl' }))
    const raw = await runChild(new URL('./generate-raw.js', import.meta.url), [
      sample,
      join(files, 'raw'),
      String(ours.bytes),
    ])
    return {
      name: 'generate-file',
      unit: 'ad units',
      ours: sideOf('into one file', UNITS, ours),
      plain: sideOf('bytes as they are', UNITS, raw),
      sink: `one file ${sink}, synced at the end; ours also syncs and notes its progress every 64 MiB`,
      same: `as many bytes in pieces of 256 KiB by ${WORKERS} threads; the raw side writes the first ${shown(SAMPLE_UNITS)} rows over and over`,
      notMeasured: 'starting the threads and compiling the plan, done before on both sides',
      notes: [memoryNote(ours)],
    }
  })
}

export const benchGenerateCsv = (folder: string) => againstDuckDb(folder, 'csv')
export const benchGenerateParquet = (folder: string) => againstDuckDb(folder, 'parquet')

/** 8,000,000 ad units of a plain product against DuckDB's COPY of the equal cross join, both in rank order. */
async function againstDuckDb(folder: string, format: 'csv' | 'parquet'): Promise<Measurement> {
  const { planHash } = await planIn(folder, crossPlan)
  return inFolder(async (files, sink) => {
    const ours = await runOurs(folder, planHash, format, UNITS, join(files, 'ours'))
    const duckDb = await runChild(new URL('./generate-duckdb.js', import.meta.url), [
      folder,
      planHash,
      format,
      join(files, 'duckdb'),
    ])
    const share = statSync(join(files, 'ours')).size / duckDb.bytes
    return {
      name: `generate-${format}`,
      unit: 'ad units',
      ours: sideOf('generateIntoFile', UNITS, ours),
      plain: sideOf('DuckDB COPY', UNITS, duckDb),
      sink: `one file ${sink}${format === 'parquet' ? ', Snappy on both sides' : ''}; ${WORKERS} threads each`,
      same: 'the same columns and rows in rank order; DuckDB puts ids together from codes, since it cannot make ours',
      notMeasured: 'starting and compiling on our side, making the lists on theirs',
      notes: [`our file has ${share.toFixed(2)} of the bytes of theirs`, memoryNote(ours)],
    }
  })
}

/** 80,000,000 ad units against 8,000,000 of the same line into the counting sink: time and memory. Minutes. */
export async function benchGenerateLong(folder: string): Promise<Measurement> {
  const { planHash } = await planIn(folder, widePlan)
  const long = await runOurs(folder, planHash, 'jsonl', LONG_UNITS, '')
  const short = await runOurs(folder, planHash, 'jsonl', UNITS, '')
  const times = (a: number, b: number) => (a / b).toPrecision(3)
  return {
    name: 'generate-long',
    unit: 'ad units',
    ours: sideOf('80 million', LONG_UNITS, long),
    plain: sideOf('8 million', UNITS, short),
    sink: `JSONL, counted and written to the null device by ${WORKERS} worker threads`,
    same: 'both from rank 0 of one number line',
    notMeasured: 'disk',
    notes: [
      `ten times the rows took ${times(long.tookS, short.tookS)} times as long, ${times(long.cpuS, short.cpuS)} times the CPU time, for ${times(long.bytes, short.bytes)} times the bytes`,
    ],
  }
}

/** Runs with a folder of its own, in memory where there is room, and removes it. */
async function inFolder(run: (folder: string, sink: string) => Promise<Measurement>): Promise<Measurement> {
  const inMemory = roomIn(RAM_FOLDER) > ROOM_BYTES
  const folder = mkdtempSync(join(inMemory ? RAM_FOLDER : tmpdir(), 'polyad-bench-'))
  try {
    return await run(folder, inMemory ? 'in memory (tmpfs), which is no disk' : `on the disk of ${tmpdir()}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function roomIn(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return 0
  }
}
