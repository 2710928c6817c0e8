import { PolyadError } from '../../core/errors.ts'
import type { PictureFormat } from '../../templates/raster.ts'
import type { Plan } from '../campaign/plan.ts'
import type { RangeJob } from '../ports/jobs.ts'
import type { Ports } from '../ports/ports.ts'
import { createSpace } from '../space/space.ts'
import { framedFiles, type RenderedFile } from './render-frames.ts'

export interface RenderRequest {
  readonly plan: Plan
  readonly planHash: string
  readonly format: PictureFormat
  /** JPEG only, 1..100. */
  readonly quality?: number
  /** Default the whole number line. */
  readonly fromRank?: bigint
  /** Not included. */
  readonly toRank?: bigint
  /** Instead of a window: this many ad units drawn without replacement. */
  readonly sample?: { readonly size: bigint; readonly seed: string }
  readonly signal?: AbortSignal
  /** Ad units rendered so far, and in all. */
  readonly onProgress?: (done: bigint, total: bigint) => void
}

/** Pictures in one job: a second or so of work, a few megabytes of bytes. */
const UNITS_PER_JOB = 128n

/**
 * The pictures of a campaign, in rank order for any number of workers: give them to a zip file or a folder.
 *
 * @throws PolyadError RANK_OUT_OF_RANGE, CANCELLED, and what renderRange throws
 */
export async function* renderCampaign(
  { jobs }: Pick<Ports, 'jobs'>,
  request: RenderRequest,
): AsyncGenerator<RenderedFile> {
  const { count } = createSpace(request.plan)
  const [from, to] = rangeOf(request, count)
  const total = to - from
  let done = 0n
  for await (const { bytes, units } of jobs.run(rangeJobs(request, from, to), signalOf(request))) {
    yield* framedFiles(bytes)
    done += BigInt(units)
    request.onProgress?.(done, total)
  }
}

function rangeOf({ fromRank = 0n, toRank, sample }: RenderRequest, count: bigint): [bigint, bigint] {
  if (sample) return [0n, sample.size < count ? sample.size : count]
  const to = toRank ?? count
  if (fromRank < 0n || fromRank > to || to > count) {
    const rank = fromRank < 0n || fromRank > count ? fromRank : to
    throw new PolyadError('RANK_OUT_OF_RANGE', { rank: String(rank), count: String(count) })
  }
  return [fromRank, to]
}

function* rangeJobs(request: RenderRequest, from: bigint, to: bigint): Generator<RangeJob> {
  const { planHash, format, quality, sample } = request
  const options = {
    format,
    ...(quality === undefined ? {} : { quality }),
    ...(sample ? { sampleSeed: sample.seed } : {}),
  }
  for (let start = from; start < to; start += UNITS_PER_JOB) {
    const end = start + UNITS_PER_JOB < to ? start + UNITS_PER_JOB : to
    yield { kind: 'render', planHash, fromRank: String(start), toRank: String(end), options }
  }
}

function signalOf({ signal }: RenderRequest): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}
