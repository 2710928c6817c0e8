import type { Plan } from '../campaign/plan.ts'
import type { RangeJob } from '../ports/jobs.ts'
import type { Ports } from '../ports/ports.ts'
import { fileContent } from './file-content.ts'
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
 * Ad units of one job whose bytes are handed over: a few megabytes of rows, a few milliseconds of work. Five times as
 * many cost a half more CPU time: such parts outgrow the processor's cache, and every one of them is fresh memory to be
 * mapped and given back.
 */
const RANGE_UNITS = 4_000n

/** Ranks at which row groups begin are multiples of this: as many rows as DuckDB takes by default, and reads at once. */
const ROW_GROUP_UNITS = 122_880n

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
  const content = fileContent(request.plan, request.format)
  const notes: string[] = []
  const jobs = rangeJobs(request, places, unitsOfRange(request.format))
  let done = 0n
  for await (const part of ports.jobs.run(jobs, request.signal ? { signal: request.signal } : {})) {
    const { bytes, note } = content.of(part.bytes)
    notes.push(note)
    done += BigInt(part.units)
    yield bytes
    request.onProgress?.(done, places.to - places.from)
  }
  const end = content.end(notes)
  if (end.length > 0) yield end
}

/** Ad units of a job whose bytes are handed over. */
export function unitsOfRange(format: GenerateOptions['format']): bigint {
  return format === 'parquet' ? ROW_GROUP_UNITS : RANGE_UNITS
}

/**
 * Jobs that end at multiples of `units`, the first with the header: at least one, so that an empty window has its
 * header too.
 */
export function* rangeJobs(
  { planHash, format }: GenerateRequest,
  { from, to, choice }: Places,
  units: bigint,
): Generator<RangeJob> {
  let start = from
  do {
    const whole = start - (start % units) + units
    const end = whole < to ? whole : to
    const options: RangeJob['options'] = {
      format,
      header: start === from,
      ...(choice === undefined ? {} : { choice }),
    }
    yield { kind: 'generate', planHash, fromRank: String(start), toRank: String(end), options }
    start = end
  } while (start < to)
}
