import { PolyadError } from '../../core/errors.ts'
import type { Plan } from '../campaign/plan.ts'
import type { RangeJob } from '../ports/jobs.ts'
import type { Ports } from '../ports/ports.ts'
import { createSpace } from '../space/space.ts'
import type { GenerateOptions } from './generate-range.ts'

export interface GenerateRequest {
  readonly plan: Plan
  readonly planHash: string
  readonly format: GenerateOptions['format']
  /** Default the whole number line. */
  readonly fromRank?: bigint
  /** Not included. */
  readonly toRank?: bigint
  /** Instead of a window: this many ad units drawn without replacement, or all of them where there are fewer. */
  readonly sample?: { readonly size: bigint; readonly seed: string }
  readonly signal?: AbortSignal
  /** Ad units written so far, and in all. */
  readonly onProgress?: (done: bigint, total: bigint) => void
}

/**
 * Ad units of one job: a few megabytes of rows, a few milliseconds of work. Five times as many cost a half more CPU
 * time: such parts outgrow the processor's cache, and every one of them is fresh memory to be mapped and given back.
 */
const RANGE_UNITS = 4_000n

/**
 * The rows of a campaign in rank order (a sample in the order it was drawn): the same bytes for any number of workers.
 *
 * @throws PolyadError RANK_OUT_OF_RANGE; CANCELLED when the signal is aborted
 */
export async function* generateCampaign(
  ports: Pick<Ports, 'jobs'>,
  request: GenerateRequest,
): AsyncIterable<Uint8Array> {
  const { from, to, sampleSeed } = rangeOf(request)
  const jobs = rangeJobs(request, from, to, sampleSeed)
  let done = 0n
  for await (const part of ports.jobs.run(jobs, request.signal ? { signal: request.signal } : {})) {
    done += BigInt(part.units)
    yield part.bytes
    request.onProgress?.(done, to - from)
  }
}

function rangeOf({ plan, fromRank, toRank, sample }: GenerateRequest): {
  from: bigint
  to: bigint
  sampleSeed?: string
} {
  const { count } = createSpace(plan)
  if (sample) {
    const isAll = sample.size >= count
    return { from: 0n, to: isAll ? count : sample.size, sampleSeed: sample.seed }
  }
  const from = fromRank ?? 0n
  const to = toRank ?? count
  if (from < 0n || from > to || to > count) {
    const rank = String(from < 0n || from > count ? from : to)
    throw new PolyadError('RANK_OUT_OF_RANGE', { rank, count: String(count) })
  }
  return { from, to }
}

/** At least one job, so that an empty window still has its header. */
function* rangeJobs(
  { planHash, format }: GenerateRequest,
  from: bigint,
  to: bigint,
  sampleSeed: string | undefined,
): Generator<RangeJob> {
  let start = from
  do {
    const end = start + RANGE_UNITS < to ? start + RANGE_UNITS : to
    const options: RangeJob['options'] = {
      format,
      header: start === from,
      ...(sampleSeed === undefined ? {} : { sampleSeed }),
    }
    yield { kind: 'generate', planHash, fromRank: String(start), toRank: String(end), options }
    start = end
  } while (start < to)
}
