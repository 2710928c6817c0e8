import { Worker } from 'node:worker_threads'
import { DEMO_CAMPAIGN } from '../cli/demo/steps.ts'
import { loadPlan } from '../engine/campaign/load-plan.ts'
import type { Plan } from '../engine/campaign/plan.ts'
import { generateCampaign } from '../engine/generate/generate.ts'
import { generateRange } from '../engine/generate/generate-range.ts'
import { createSpace } from '../engine/space/space.ts'
import { openDemo, WORKERS } from './demo-workspace.ts'
import { createPlainRows } from './generate-plain.ts'
import type { PlainAnswer, PlainSettings } from './generate-plain-thread.ts'
import { cpuSeconds, type Measurement } from './measurement.ts'

/** Our side makes the whole number line again until this time is over. */
const OURS_MS = 3_000
/** The plain side stops here, wherever it is. */
const PLAIN_MS = 8_000
const WARM_UNITS = 200_000n
const SAMPLE_WINDOWS = 40n
const WINDOW_UNITS = 50n

/** Ad units as JSONL: generateCampaign on worker threads against a plain loop on as many. */
export async function benchGenerate(folder: string): Promise<Measurement> {
  const workspace = await openDemo(folder, { hold: false })
  try {
    const { ports, fingerprint } = workspace
    const { plan, planHash } = await loadPlan(ports, DEMO_CAMPAIGN, { publicUrl: '', fingerprint })
    const { count } = createSpace(plan)
    const compared = compareSample(plan, count)

    const request = { plan, planHash, format: 'jsonl' } as const
    const warm = createCountingSink()
    const warmTo = count < WARM_UNITS ? count : WARM_UNITS
    for await (const bytes of generateCampaign(ports, { ...request, toRank: warmTo })) warm.take(bytes)

    const sink = createCountingSink()
    const startMs = performance.now()
    const startCpuS = cpuSeconds()
    let passes = 0
    do {
      for await (const bytes of generateCampaign(ports, request)) sink.take(bytes)
      passes++
    } while (performance.now() - startMs < OURS_MS)
    const tookS = (performance.now() - startMs) / 1000
    const cpuS = cpuSeconds() - startCpuS
    const made = Number(count) * passes

    const plain = await runPlain(plan, count)
    const perRow = Math.round(sink.bytes() / made)
    return {
      name: 'generate',
      unit: 'ad units',
      ours: {
        name: 'generateCampaign',
        perSecond: made / tookS,
        perCpuSecond: made / cpuS,
        detail: `${shown(count)} rows, ${passes} times, ${shown(sink.bytes() / 1e6 / tookS)} MB/s`,
      },
      plain: {
        name: 'plain loop',
        perSecond: plain.rows / plain.tookS,
        perCpuSecond: plain.rows / plain.cpuS,
        detail: `${shown(plain.rows)} of ${shown(count)} rows in ${plain.tookS.toFixed(1)} s, ${shown(plain.bytes / 1e6 / plain.tookS)} MB/s`,
      },
      sink: `JSONL of ${perRow} bytes a row, handed to the main thread, counted and dropped; ${WORKERS} worker threads each`,
      same: `${shown(compared)} rows of ${SAMPLE_WINDOWS} windows were equal byte for byte before timing`,
      notMeasured: 'disk; starting the threads and compiling the plan, done before on both sides',
      notes: [
        'the plain loop renders every text of every unit with Handlebars (compiled once a copy) and stringifies every row;',
        'which units there are it is told by our number line, so it neither checks conditions nor exclusions',
      ],
    }
  } finally {
    await workspace.close()
  }
}

/** Bytes by how many came; nothing is kept. */
function createCountingSink() {
  let bytes = 0
  return {
    take(chunk: Uint8Array): void {
      bytes += chunk.length
    },
    bytes: () => bytes,
  }
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
  const sink = createCountingSink()
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
    await Promise.all(workers.map((worker) => answerOf(worker, 'ready', sink.take)))
    const startMs = performance.now()
    const startCpuS = cpuSeconds()
    const finished = workers.map((worker) => answerOf(worker, 'finished', sink.take))
    for (const worker of workers) worker.postMessage('start')
    const answers = await Promise.all(finished)
    const tookS = (performance.now() - startMs) / 1000
    const cpuS = cpuSeconds() - startCpuS
    return { rows: answers.reduce((sum, { rows }) => sum + rows, 0), bytes: sink.bytes(), tookS, cpuS }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

/** The next answer of a kind; chunks that come before it go to the sink. */
function answerOf<K extends Exclude<PlainAnswer['kind'], 'chunk'>>(
  worker: Worker,
  kind: K,
  take: (chunk: Uint8Array) => void,
): Promise<Extract<PlainAnswer, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: PlainAnswer): void => {
      if (answer.kind === 'chunk') take(answer.bytes)
      if (answer.kind !== kind) return
      worker.off('message', onMessage)
      resolve(answer as Extract<PlainAnswer, { kind: K }>)
    }
    worker.on('message', onMessage)
    worker.once('error', reject)
  })
}

function shown(value: number | bigint): string {
  return (typeof value === 'bigint' ? value : Math.round(value)).toLocaleString('en-US')
}
