import '../cli/boot.ts'
import { devNull } from 'node:os'
import { loadPlanByHash } from '../engine/campaign/load-plan.ts'
import type { GenerateRequest } from '../engine/generate/generate.ts'
import { generateIntoFile, runIdentity } from '../engine/generate/generate-file.ts'
import type { ResumableFile } from '../engine/ports/resumable-file.ts'
import { openResumableFile } from '../io/resumable-file.ts'
import type { ChildRun } from './child-run.ts'
import { openDemo } from './demo-workspace.ts'
import { cpuSeconds } from './measurement.ts'

// A process that generates one file, or into a counting sink, and answers what that took and its peak memory.

const WARM_UNITS = 200_000n

const [folder, planHash, format, units, out] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
]

/** A file of which nothing is kept: its writers write to the null device. */
const counting: ResumableFile = {
  partialPath: devNull,
  found: { steps: 0, bytes: 0, notes: [] },
  write: async () => {},
  mark: async () => {},
  complete: async () => {},
  close: async () => {},
}

const workspace = await openDemo(folder, { hold: false })
try {
  const plan = await loadPlanByHash(workspace.ports.blobs, planHash)
  const request: GenerateRequest = {
    plan,
    planHash,
    format: format as GenerateRequest['format'],
    toRank: BigInt(units),
  }
  const warm = BigInt(units) < WARM_UNITS ? BigInt(units) : WARM_UNITS
  await generateIntoFile(workspace.ports, { ...request, toRank: warm }, counting)
  const startMs = performance.now()
  const startCpuS = cpuSeconds()
  const file =
    out === '' ? counting : await openResumableFile(out, { identity: runIdentity(request), title: 'bench' })
  const bytes = await generateIntoFile(workspace.ports, request, file)
  await file.complete()
  const run: ChildRun = {
    bytes,
    tookS: (performance.now() - startMs) / 1000,
    cpuS: cpuSeconds() - startCpuS,
    peakMb: process.resourceUsage().maxRSS / 1024,
  }
  process.send!(run)
} finally {
  await workspace.close()
}
