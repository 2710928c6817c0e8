import { Worker } from 'node:worker_threads'
import type { Plan } from '../engine/campaign/plan.ts'
import { generateRange } from '../engine/generate/generate-range.ts'
import { type ChildRun, runChild } from './child-run.ts'
import { openDemo, WORKERS } from './demo-workspace.ts'
import { createPlainRows } from './generate-plain.ts'
import type { PlainAnswer, PlainSettings } from './generate-plain-thread.ts'
import { type StoredPlan, widePlan } from './generate-plans.ts'
import { cpuSeconds, type Measurement, type Side } from './measurement.ts'

export const UNITS = 8_000_000n
/** The plain side stops here, wherever it is. */
const PLAIN_MS = 8_000
const SAMPLE_WINDOWS = 40n
const WINDOW_UNITS = 50n

/** 8,000,000 ad units as JSONL into a counting sink: generateIntoFile on worker threads against a plain loop on as many. */
export async function benchGenerate(folder: string): Promise<Measurement> {
  const { plan, planHash } = await planIn(folder, widePlan)
  const compared = compareSample(plan, UNITS)
  const ours = await runOurs(folder, planHash, 'jsonl', UNITS, '')
  const plain = await runPlain(plan, UNITS)
  return {
    name: 'generate',
    unit: 'ad units',
    ours: sideOf('generateIntoFile', UNITS, ours),
    plain: {
      name: 'plain loop',
      perSecond: plain.rows / plain.tookS,
      perCpuSecond: plain.rows / plain.cpuS,
      detail: `${shown(plain.rows)} of ${shown(UNITS)} rows in ${plain.tookS.toFixed(1)} s, ${shown(plain.bytes / 1e6 / plain.tookS)} MB/s`,
    },
    sink: `JSONL of ${Math.round(ours.bytes / Number(UNITS))} bytes a row, counted and written to the null device by the ${WORKERS} worker threads that make it, on both sides`,
    same: `${shown(compared)} rows of ${SAMPLE_WINDOWS} windows were equal byte for byte before timing`,
    notMeasured: 'disk; starting the threads and compiling the plan, done before on both sides',
    notes: [
      'the plain loop renders every text of every unit with Handlebars (compiled once a copy) and stringifies every row;',
      'which units there are it is told by our number line, so it neither checks conditions nor exclusions',
      memoryNote(ours),
    ],
  }
}

/** A plan made in a workspace and stored there, for child processes to read. */
export async function planIn(
  folder: string,
  make: (workspace: Awaited<ReturnType<typeof openDemo>>) => Promise<StoredPlan>,
): Promise<StoredPlan> {
  const workspace = await openDemo(folder, { hold: false })
  try {
    return await make(workspace)
  } finally {
    await workspace.close()
  }
}

/** @param out empty for the counting sink */
export function runOurs(
  folder: string,
  planHash: string,
  format: 'jsonl' | 'csv' | 'parquet',
  units: bigint,
  out: string,
): Promise<ChildRun> {
  const script = new URL('./generate-ours.js', import.meta.url)
  return runChild(script, [folder, planHash, format, String(units), out])
}

export function sideOf(name: string, units: bigint, { bytes, tookS, cpuS, peakMb }: ChildRun): Side {
  const rows = Number(units)
  return {
    name,
    perSecond: rows / tookS,
    perCpuSecond: rows / cpuS,
    detail: `${shown(rows)} rows in ${tookS.toFixed(1)} s (${cpuS.toFixed(1)} CPU s), ${shown(bytes / 1e6)} MB at ${shown(bytes / 1e6 / tookS)} MB/s, peak memory ${shown(peakMb)} MiB`,
  }
}

export function memoryNote({ peakMb }: ChildRun): string {
  return `peak memory of our process with all its threads: ${shown(peakMb)} MiB`
}

/** Compares both sides' bytes over windows spread along the number line; answers with the rows compared. */
function compareSample(plan: Plan, count: bigint): number {
  const rows = createPlainRows(plan)
  let compared = 0n
  for (let window = 0n; window < SAMPLE_WINDOWS; window++) {
    const from = (count * window) / SAMPLE_WINDOWS
    const to = from + WINDOW_UNITS < count ? from + WINDOW_UNITS : count
    const ours = new TextDecoder().decode(generateRange(plan, from, to, { format: 'jsonl' }))
    let plain = ''
    for (const row of rows(from, to)) plain += row
    if (plain !== ours) throw new Error(`rows ${from} to ${to} differ:\n${firstDifference(plain, ours)}`)
    compared += to - from
  }
  return Number(compared)
}

function firstDifference(plain: string, ours: string): string {
  const lines = ours.split('\n')
  const at = plain.split('\n').findIndex((line, index) => line !== lines[index])
  return `plain ${plain.split('\n')[at]}\nours  ${lines[at]}`
}

interface PlainRun {
  readonly rows: number
  readonly bytes: number
  readonly tookS: number
  readonly cpuS: number
}

/** The plain loop in threads, each with its share of the ranks, all told to start at once when all are warm. */
async function runPlain(plan: Plan, count: bigint): Promise<PlainRun> {
  const workers = Array.from({ length: WORKERS }, (_, at) => {
    const settings: PlainSettings = {
      plan,
      fromRank: (count * BigInt(at)) / BigInt(WORKERS),
      toRank: (count * BigInt(at + 1)) / BigInt(WORKERS),
      budgetMs: PLAIN_MS,
    }
    return new Worker(new URL('./generate-plain-thread.js', import.meta.url), { workerData: settings })
  })
  try {
    await Promise.all(workers.map((worker) => answerOf(worker, 'ready')))
    const startMs = performance.now()
    const startCpuS = cpuSeconds()
    const finished = workers.map((worker) => answerOf(worker, 'finished'))
    for (const worker of workers) worker.postMessage('start')
    const answers = await Promise.all(finished)
    return {
      rows: answers.reduce((sum, { rows }) => sum + rows, 0),
      bytes: answers.reduce((sum, { bytes }) => sum + bytes, 0),
      tookS: (performance.now() - startMs) / 1000,
      cpuS: cpuSeconds() - startCpuS,
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

/** The next answer of a kind. */
function answerOf<K extends PlainAnswer['kind']>(
  worker: Worker,
  kind: K,
): Promise<Extract<PlainAnswer, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: PlainAnswer): void => {
      if (answer.kind !== kind) return
      worker.off('message', onMessage)
      resolve(answer as Extract<PlainAnswer, { kind: K }>)
    }
    worker.on('message', onMessage)
    worker.once('error', reject)
  })
}

export function shown(value: number | bigint): string {
  return (typeof value === 'bigint' ? value : Math.round(value)).toLocaleString('en-US')
}
