import type { PictureFormat } from '../../templates/raster.ts'
import type { Plan } from '../campaign/plan.ts'
import type { RangeJob } from '../ports/jobs.ts'
import type { Ports } from '../ports/ports.ts'
import { createSpace } from '../space/space.ts'
import { framedFiles, type RenderedFile } from './render-frames.ts'
import { placesOf, ranksText, type Selection } from './selection.ts'

export interface RenderRequest extends Selection {
  readonly plan: Plan
  readonly planHash: string
  readonly format: PictureFormat
  /** JPEG only, 1..100. */
  readonly quality?: number
  readonly signal?: AbortSignal
  /** Ad units rendered so far, and in all. */
  readonly onProgress?: (done: bigint, total: bigint) => void
}

/** Pictures in one job: a second or so of work, a few megabytes of bytes. */
const UNITS_PER_JOB = 128n

/**
 * The pictures of a campaign, in rank order for any number of workers: give them to a zip file or a folder.
 *
 * @throws PolyadError RANK_OUT_OF_RANGE, SAMPLE_TOO_LARGE, CANCELLED, and what renderRange throws
 */
export async function* renderCampaign(
  { jobs }: Pick<Ports, 'jobs'>,
  request: RenderRequest,
): AsyncGenerator<RenderedFile> {
  const { from, to } = placesOf(request, createSpace(request.plan).count)
  const total = to - from
  let done = 0n
  for await (const { bytes, units } of jobs.run(rangeJobs(request, from, to), signalOf(request))) {
    yield* framedFiles(bytes)
    done += BigInt(units)
    request.onProgress?.(done, total)
  }
}

function* rangeJobs(request: RenderRequest, from: bigint, to: bigint): Generator<RangeJob> {
  const { planHash, format, quality, sample, ranks } = request
  const shared = {
    format,
    ...(quality === undefined ? {} : { quality }),
    ...(sample ? { sampleSeed: sample.seed } : {}),
  }
  for (let start = from; start < to; start += UNITS_PER_JOB) {
    const end = start + UNITS_PER_JOB < to ? start + UNITS_PER_JOB : to
    const options = ranks ? { ...shared, ranks: ranksText(ranks, start, end) } : shared
    yield { kind: 'render', planHash, fromRank: String(start), toRank: String(end), options }
  }
}

function signalOf({ signal }: RenderRequest): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}
