import { mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateRange } from '../engine/generate/generate-range.ts'
import { type ChildRun, runChild } from './child-run.ts'
import { WORKERS } from './demo-workspace.ts'
import { memoryNote, planIn, runOurs, shown, sideOf, UNITS } from './generate.ts'
import { crossPlan, widePlan } from './generate-plans.ts'
import type { Measurement } from './measurement.ts'

/** A folder in memory, where Linux has one: what is measured is the writing, not the disk. */
const RAM_FOLDER = '/dev/shm'
const SAMPLE_UNITS = 100_000n
const ROUNDS = 2
const LONG_UNITS = 80_000_000n
/** Room that the largest file and what DuckDB spills beside it take. */
const ROOM_BYTES = 12e9

export const benchGenerateFile = (folder: string) => againstRaw(folder, 'generate-file', onDisk)
export const benchGenerateMemory = (folder: string) => againstRaw(folder, 'generate-memory', inMemory)

/** 8,000,000 ad units as JSONL into one file against writing bytes that are there already. */
async function againstRaw(folder: string, name: string, inFolder: InFolder): Promise<Measurement> {
  const { plan, planHash } = await planIn(folder, widePlan)
  return inFolder(async (files, sink) => {
    const sample = join(files, 'sample')
    writeFileSync(sample, generateRange(plan, 0n, SAMPLE_UNITS, { format: 'jsonl' }))
    const oursRuns: ChildRun[] = []
    const rawRuns: ChildRun[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const out = join(files, `ours-${round}`)
      const ours = await runOurs(folder, planHash, 'jsonl', UNITS, out)
      oursRuns.push(ours)
      rmSync(out)
      const raw = join(files, `raw-${round}`)
      rawRuns.push(
        await runChild(new URL('./generate-raw.js', import.meta.url), [sample, raw, String(ours.bytes)]),
      )
      rmSync(raw)
    }
    const ours = fastest(oursRuns)
    return {
      name,
      unit: 'ad units',
      ours: sideOf('into one file', UNITS, ours),
      plain: sideOf('bytes as they are', UNITS, fastest(rawRuns)),
      sink: `one file ${sink}, synced at the end; ours also syncs and notes its progress every 64 MiB`,
      same: `as many bytes in pieces of 256 KiB by ${WORKERS} threads; the raw side writes the first ${shown(SAMPLE_UNITS)} rows over and over`,
      notMeasured: 'starting the threads and compiling the plan, done before on both sides',
      notes: [
        `the fastest of ${ROUNDS} runs each, in turns; the CPU ratio counts the work of making rows, which goes on while the other thread writes`,
        memoryNote(ours),
      ],
    }
  })
}

function fastest(runs: readonly ChildRun[]): ChildRun {
  return runs.reduce((best, run) => (run.tookS < best.tookS ? run : best))
}

export const benchGenerateCsv = (folder: string) => againstDuckDb(folder, 'csv')
export const benchGenerateParquet = (folder: string) => againstDuckDb(folder, 'parquet')

/** 8,000,000 ad units of a plain product against DuckDB's COPY of the equal cross join, both in rank order. */
async function againstDuckDb(folder: string, format: 'csv' | 'parquet'): Promise<Measurement> {
  const { planHash } = await planIn(folder, crossPlan)
  return inMemory(async (files, sink) => {
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

type InFolder = (run: (folder: string, sink: string) => Promise<Measurement>) => Promise<Measurement>

/** Runs with a folder of its own and removes it. */
const onDisk: InFolder = async (run) => {
  const folder = mkdtempSync(join(tmpdir(), 'polyad-bench-'))
  try {
    return await run(folder, `on the disk of ${tmpdir()}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The same in memory, where there is such a folder with room: what is measured is the writing, not the disk. */
const inMemory: InFolder = async (run) => {
  if (roomIn(RAM_FOLDER) < ROOM_BYTES) return onDisk(run)
  const folder = mkdtempSync(join(RAM_FOLDER, 'polyad-bench-'))
  try {
    return await run(folder, 'in memory (tmpfs), which is no disk')
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
