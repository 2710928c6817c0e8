import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { ChildRun } from './child-run.ts'
import { cpuSeconds } from './measurement.ts'

// A process that writes bytes that are there already into one file, by threads each with half of it, and syncs it: the
// rows of a sample file over and over, handed to the system in pieces as large as ours.

const PIECE_BYTES = 256 * 1024
const THREADS = 2

if (isMainThread) await measure()
else writeShare(workerData as Share)

interface Share {
  readonly sample: string
  readonly out: string
  readonly from: number
  readonly to: number
}

async function measure(): Promise<void> {
  const [sample, out, total] = process.argv.slice(2) as [string, string, string]
  const bytes = Number(total)
  const file = openSync(out, 'wx')
  const workers = Array.from({ length: THREADS }, (_, at) => {
    const share = Math.ceil(bytes / THREADS)
    const mine: Share = { sample, out, from: at * share, to: Math.min(bytes, (at + 1) * share) }
    return new Worker(new URL(import.meta.url), { workerData: mine })
  })
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))))
  const startMs = performance.now()
  const startCpuS = cpuSeconds()
  const ended = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)))
  for (const worker of workers) worker.postMessage('start')
  await Promise.all(ended)
  fdatasyncSync(file)
  closeSync(file)
  const run: ChildRun = {
    bytes,
    tookS: (performance.now() - startMs) / 1000,
    cpuS: cpuSeconds() - startCpuS,
    peakMb: process.resourceUsage().maxRSS / 1024,
  }
  process.send!(run)
  process.disconnect()
}

function writeShare({ sample, out, from, to }: Share): void {
  const rows = readFileSync(sample)
  parentPort!.once('message', () => {
    const file = openSync(out, 'r+')
    for (let at = from; at < to; ) {
      const start = at % (rows.length - PIECE_BYTES)
      const size = Math.min(PIECE_BYTES, to - at)
      at += writeSync(file, rows, start, size, at)
    }
    closeSync(file)
    parentPort!.close()
  })
  parentPort!.postMessage('ready')
}
