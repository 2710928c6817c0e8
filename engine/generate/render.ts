import { canonicalJson } from '../../core/canonical-json.ts'
import { isCopyOnly, requireCanvas } from '../../templates/placement.ts'
import { isSpliced } from '../../templates/raster.ts'
import type { Plan } from '../campaign/plan.ts'
import type { RangeJob } from '../ports/jobs.ts'
import type { Ports } from '../ports/ports.ts'
import { partOf } from '../space/part.ts'
import { framedFiles, type RenderedFile } from './render-frames.ts'
import type { RenderSettings } from './render-range.ts'
import { type Places, placesOf, type Selection } from './selection.ts'

export interface RenderRequest extends Selection, RenderSettings {
  readonly plan: Plan
  readonly planHash: string
  /** Ad units of a step. Default: what is fastest. */
  readonly stepUnits?: bigint
  readonly signal?: AbortSignal
  /** Ad units rendered so far, and in all. */
  readonly onProgress?: (done: bigint, total: bigint) => void
}

/** Pictures in one job: a second or so of work at most, some megabytes of bytes. */
const SPLICED_PER_JOB = 1024n
const WHOLE_PER_JOB = 128n
/** Changes when the same request would make other steps or files. */
const LAYOUT = 1

/** The files of one job. Steps are numbered from 0 in rank order. */
export interface RenderedStep {
  readonly step: number
  readonly files: readonly RenderedFile[]
}

/**
 * The pictures of a campaign, in rank order for any number of workers: give them to a zip file or a folder.
 *
 * @throws PolyadError as placesOf, NO_PICTURE for a selection with a placement that is copy alone, CANCELLED, and what renderRange throws
 */
export async function* renderCampaign(
  ports: Pick<Ports, 'jobs'>,
  request: RenderRequest,
): AsyncGenerator<RenderedFile> {
  for await (const { files } of renderSteps(ports, request, () => false)) yield* files
}

/**
 * As renderCampaign, step by step.
 *
 * @param isDone steps that were made before and are left out
 */
export async function* renderSteps(
  { jobs }: Pick<Ports, 'jobs'>,
  request: RenderRequest,
  isDone: (step: number) => boolean,
): AsyncGenerator<RenderedStep> {
  const places = placesOf(request.plan, request)
  const total = places.to - places.from
  requirePictures(request)
  const steps: number[] = []
  let done = 0n
  function* missing(): Generator<RangeJob> {
    let step = 0
    for (const job of rangeJobs(request, places)) {
      if (isDone(step)) done += BigInt(job.toRank) - BigInt(job.fromRank)
      else {
        steps.push(step)
        yield job
      }
      step++
    }
  }
  // Parts come in the order of their jobs.
  for await (const { bytes, units } of jobs.run(missing(), signalOf(request))) {
    yield { step: steps.shift()!, files: [...framedFiles(bytes)] }
    done += BigInt(units)
    request.onProgress?.(done, total)
  }
}

/** How many steps a request has. */
export function countSteps(request: RenderRequest): number {
  const { from, to } = placesOf(request.plan, request)
  const each = unitsOfStep(request)
  return Number((to - from + each - 1n) / each)
}

/** What a run makes: two runs of one identity make the same files in the same steps. */
export function renderIdentity(request: RenderRequest): string {
  const { planHash, format, quality, chromaSubsampling, smallest } = request
  const { from, to, choice } = placesOf(request.plan, request)
  return canonicalJson({
    render: LAYOUT,
    planHash,
    format,
    quality: quality ?? null,
    chromaSubsampling: chromaSubsampling ?? null,
    smallest: smallest ?? false,
    from: String(from),
    to: String(to),
    stepUnits: String(unitsOfStep(request)),
    choice: choice ?? null,
  })
}

/** Refuses at once what would be refused in the middle of the run; of a window only its ranges can tell. */
function requirePictures({ plan, where, fromRank, toRank, format }: RenderRequest): void {
  if (format === 'native') return
  const withoutPicture = plan.placements.filter(isCopyOnly)
  if (withoutPicture.length === 0 || fromRank !== undefined || toRank !== undefined) return
  const counts = partOf(plan, where).countBy('placement')
  for (const placement of withoutPicture) if (counts.get(placement.id)) requireCanvas(placement)
}

function* rangeJobs(request: RenderRequest, { from, to, choice }: Places): Generator<RangeJob> {
  const { planHash, format, quality, chromaSubsampling, smallest } = request
  const options = {
    format,
    ...(quality !== undefined && { quality }),
    ...(chromaSubsampling && { chromaSubsampling }),
    ...(smallest && { smallest }),
    ...(choice !== undefined && { choice }),
  }
  const each = unitsOfStep(request)
  for (let start = from; start < to; start += each) {
    const end = start + each < to ? start + each : to
    yield { kind: 'render', planHash, fromRank: String(start), toRank: String(end), options }
  }
}

function unitsOfStep(request: RenderRequest): bigint {
  return request.stepUnits ?? (isSpliced(request) ? SPLICED_PER_JOB : WHOLE_PER_JOB)
}

function signalOf({ signal }: RenderRequest): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}
