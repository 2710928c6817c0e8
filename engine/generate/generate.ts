import type { Plan } from '../campaign/plan.ts'
import type { RangeJob } from '../ports/jobs.ts'
import type { Ports } from '../ports/ports.ts'
import type { GenerateOptions } from './generate-range.ts'
import { type Places, placesOf, type Selection } from './selection.ts'

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
 * The rows of a campaign in rank order (a sample as createDraws orders it): the same bytes for any number of workers.
 *
 * @throws PolyadError as placesOf; CANCELLED when the signal is aborted
 */
export async function* generateCampaign(
  ports: Pick<Ports, 'jobs'>,
  request: GenerateRequest,
): AsyncIterable<Uint8Array> {
  const places = placesOf(request.plan, request)
  const jobs = rangeJobs(request, places)
  let done = 0n
  for await (const part of ports.jobs.run(jobs, request.signal ? { signal: request.signal } : {})) {
    done += BigInt(part.units)
    yield part.bytes
    request.onProgress?.(done, places.to - places.from)
  }
}

/** At least one job, so that an empty window still has its header. */
function* rangeJobs(
  { planHash, format }: GenerateRequest,
  { from, to, choice }: Places,
): Generator<RangeJob> {
  let start = from
  do {
    const end = start + RANGE_UNITS < to ? start + RANGE_UNITS : to
    const options: RangeJob['options'] = {
      format,
      header: start === from,
      ...(choice === undefined ? {} : { choice }),
    }
    yield { kind: 'generate', planHash, fromRank: String(start), toRank: String(end), options }
    start = end
  } while (start < to)
}
