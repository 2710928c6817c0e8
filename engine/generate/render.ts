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
  readonly signal?: AbortSignal
  /** Ad units rendered so far, and in all. */
  readonly onProgress?: (done: bigint, total: bigint) => void
}

/** Pictures in one job: a second or so of work at most, some megabytes of bytes. */
const SPLICED_PER_JOB = 1024n
const WHOLE_PER_JOB = 128n

/**
 * The pictures of a campaign, in rank order for any number of workers: give them to a zip file or a folder.
 *
 * @throws PolyadError as placesOf, NO_PICTURE for a selection with a placement that is copy alone, CANCELLED, and what renderRange throws
 */
export async function* renderCampaign(
  { jobs }: Pick<Ports, 'jobs'>,
  request: RenderRequest,
): AsyncGenerator<RenderedFile> {
  requirePictures(request)
  const places = placesOf(request.plan, request)
  const total = places.to - places.from
  let done = 0n
  for await (const { bytes, units } of jobs.run(rangeJobs(request, places), signalOf(request))) {
    yield* framedFiles(bytes)
    done += BigInt(units)
    request.onProgress?.(done, total)
  }
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
  const each = isSpliced(request) ? SPLICED_PER_JOB : WHOLE_PER_JOB
  for (let start = from; start < to; start += each) {
    const end = start + each < to ? start + each : to
    yield { kind: 'render', planHash, fromRank: String(start), toRank: String(end), options }
  }
}

function signalOf({ signal }: RenderRequest): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}
