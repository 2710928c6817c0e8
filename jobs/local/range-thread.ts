import { parentPort, workerData } from 'node:worker_threads'
import type { Plan } from '../../engine/campaign/plan.ts'
import { encodeRange, type GenerateOptions, generateRange } from '../../engine/generate/generate-range.ts'
import type { RenderOptions } from '../../engine/generate/render-range.ts'
import type { RangeJob } from '../../engine/ports/jobs.ts'
import { type Fonts, loadFonts } from '../../templates/fonts.ts'
import { readBlob } from './read-blob.ts'
import { sentError, type ThreadAnswer, type ThreadSettings } from './thread-message.ts'
import { writePlace } from './write-place.ts'

// A worker: makes one range after the other and keeps the plan it was last given, with all that hangs on it.
const { workspaceFolder, fontsFolder } = workerData as ThreadSettings
let fonts: Promise<Fonts> | undefined
let kept: { readonly hash: string; readonly plan: Plan } | undefined

function planOf(hash: string): Plan {
  if (kept?.hash !== hash) {
    const text = new TextDecoder().decode(readBlob(workspaceFolder, hash))
    kept = { hash, plan: JSON.parse(text) as Plan }
  }
  return kept.plan
}

async function makeRange(job: RangeJob): Promise<Uint8Array> {
  const plan = planOf(job.planHash)
  const [from, to] = [BigInt(job.fromRank), BigInt(job.toRank)]
  if (job.kind === 'generate') {
    const options = job.options as unknown as GenerateOptions
    if (!job.into) return generateRange(plan, from, to, options)
    writePlace(job.into, (take) => encodeRange(plan, from, to, options, take))
    return new Uint8Array()
  }
  // Loaded on demand: the picture library is most of a thread's memory, and rows need none of it.
  const { renderRange } = await import('../../engine/generate/render-range.ts')
  fonts ??= loadFonts(fontsFolder)
  const services = { fonts: await fonts, readBlob: (hash: string) => readBlob(workspaceFolder, hash) }
  return renderRange(plan, from, to, job.options as unknown as RenderOptions, services)
}

parentPort!.on('message', async (job: RangeJob) => {
  try {
    const made = await makeRange(job)
    // A buffer moves to the other thread whole; of a view into a larger one only its bytes should.
    const bytes = made.byteLength === made.buffer.byteLength ? made : new Uint8Array(made)
    const answer: ThreadAnswer = { bytes, units: Number(BigInt(job.toRank) - BigInt(job.fromRank)) }
    parentPort!.postMessage(answer, [bytes.buffer as ArrayBuffer])
  } catch (error) {
    const answer: ThreadAnswer = { failure: sentError(error) }
    parentPort!.postMessage(answer)
  }
})
