import type { Plan } from '../campaign/plan.ts'
import type { RangeJob } from '../ports/jobs.ts'
import type { Ports } from '../ports/ports.ts'
import { createSpace } from '../space/space.ts'
import type { GenerateOptions } from './generate-range.ts'
import { placesOf, ranksText, type Selection } from './selection.ts'

export interface GenerateRequest extends Selection {
  readonly plan: Plan
  readonly planHash: string
  readonly format: GenerateOptions['format']
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
 * The rows of a campaign in rank order (a sample in the order it was drawn, a list in its own): the same bytes for any number of workers.
 *
 * @throws PolyadError RANK_OUT_OF_RANGE, SAMPLE_TOO_LARGE; CANCELLED when the signal is aborted
 */
export async function* generateCampaign(
  ports: Pick<Ports, 'jobs'>,
  request: GenerateRequest,
): AsyncIterable<Uint8Array> {
  const { from, to } = placesOf(request, createSpace(request.plan).count)
  const jobs = rangeJobs(request, from, to)
  let done = 0n
  for await (const part of ports.jobs.run(jobs, request.signal ? { signal: request.signal } : {})) {
    done += BigInt(part.units)
    yield part.bytes
    request.onProgress?.(done, to - from)
  }
}

/** At least one job, so that an empty window still has its header. */
function* rangeJobs(
  { planHash, format, sample, ranks }: GenerateRequest,
  from: bigint,
  to: bigint,
): Generator<RangeJob> {
  let start = from
  do {
    const end = start + RANGE_UNITS < to ? start + RANGE_UNITS : to
    const options: RangeJob['options'] = {
      format,
      header: start === from,
      ...(sample ? { sampleSeed: sample.seed } : {}),
      ...(ranks ? { ranks: ranksText(ranks, start, end) } : {}),
    }
    yield { kind: 'generate', planHash, fromRank: String(start), toRank: String(end), options }
    start = end
  } while (start < to)
}
