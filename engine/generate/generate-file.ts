import { canonicalJson } from '../../core/canonical-json.ts'
import type { RangeJob } from '../ports/jobs.ts'
import type { Ports } from '../ports/ports.ts'
import type { ResumableFile } from '../ports/resumable-file.ts'
import { fileContent } from './file-content.ts'
import { type GenerateRequest, rangeJobs, unitsOfRange } from './generate.ts'
import { rowFormat } from './row-format.ts'
import { createRowLengths } from './row-lengths.ts'
import { placesOf } from './selection.ts'

/** Ad units of a job that writes to its place itself: some ten megabytes, so that few messages go to and fro. */
const PLACED_UNITS = 16_000n

/** What a kill may cost: so many bytes and what the workers have in hand are made again. */
const MARK_BYTES = 64 * 2 ** 20
/** The same where bytes are few for the work they are. */
const MARK_UNITS = 1_000_000n

/** Counts up when the same plan and selection would be spelt or cut into steps otherwise. */
const LAYOUT = 1

export interface GenerateFileRequest extends GenerateRequest {
  /** Remember how far the file has come whenever so many bytes were added. Default 64 MiB, or a million ad units. */
  readonly markBytes?: number
  /** Ad units of a step. Default: what is fastest. */
  readonly stepUnits?: bigint
}

/** What a run writes: two runs of one identity make the same bytes in the same steps. */
export function runIdentity(request: GenerateFileRequest): string {
  const { plan, planHash, format } = request
  const { from, to, choice } = placesOf(plan, request)
  return canonicalJson({
    layout: LAYOUT,
    planHash,
    format,
    from: String(from),
    to: String(to),
    stepUnits: String(stepUnitsOf(request)),
    ...(choice === undefined ? {} : { choice }),
  })
}

/**
 * Bytes of the file that a run makes, undefined where only making it tells.
 *
 * @throws PolyadError as placesOf
 */
export function bytesOfRun(request: GenerateRequest): bigint | undefined {
  const { plan, format } = request
  if (!isPlaced(request) || format === 'parquet') return undefined
  const { from, to } = placesOf(plan, request)
  const spelling = rowFormat(plan, format)
  return BigInt(Buffer.byteLength(spelling.header)) + createRowLengths(plan, spelling).bytesBetween(from, to)
}

/**
 * Writes the rows of a campaign to a file, from where an earlier run left it; give it its name with `complete` then.
 *
 * Of text in rank order it is known where each range begins, so workers write to their places in the file themselves.
 * Of anything else the parts come in order and are put behind one another.
 *
 * @returns bytes of the file
 * @throws PolyadError as placesOf; STORAGE_FULL, FILE_UNWRITABLE; CANCELLED when the signal is
 * aborted. Whatever ends it, how far it has come is remembered if the disk lets it
 */
export async function generateIntoFile(
  ports: Pick<Ports, 'jobs'>,
  request: GenerateFileRequest,
  file: ResumableFile,
): Promise<number> {
  const { plan, format, signal, onProgress } = request
  const places = placesOf(plan, request)
  const { from, to } = places
  const content = fileContent(plan, format)
  const marks = createMarks(file, {
    bytes: request.markBytes ?? MARK_BYTES,
    steps: Number(MARK_UNITS / stepUnitsOf(request)) + 1,
  })
  const notes = [...file.found.notes]
  let { steps, bytes } = file.found

  const given = rangeJobs(request, places, stepUnitsOf(request))
  let done = 0n
  for (let step = 0; step < steps; step++) done = BigInt(given.next().value?.toRank ?? to) - from
  onProgress?.(done, to - from)
  const jobs = isPlaced(request) ? placedJobs(request, given, file, bytes) : given
  try {
    for await (const { job, bytes: part } of ports.jobs.run(jobs, signal ? { signal } : {})) {
      if (job.into) {
        bytes += job.into.bytes
        marks.add(++steps, bytes, '')
      } else {
        const made = content.of(part)
        await file.write(bytes, made.bytes)
        bytes += made.bytes.length
        notes.push(made.note)
        marks.add(++steps, bytes, made.note)
      }
      onProgress?.(BigInt(job.toRank) - from, to - from)
    }
    await marks.settled()
    const end = content.end(notes)
    await file.write(bytes, end)
    return bytes + end.length
  } catch (error) {
    await marks.last().catch(() => {})
    throw error
  }
}

/** Whether the rows' lengths tell where each range begins: of text whose places are ranks. */
function isPlaced({ format, sample, where, positions }: GenerateRequest): boolean {
  return format !== 'parquet' && sample === undefined && where === undefined && positions === undefined
}

function stepUnitsOf(request: GenerateFileRequest): bigint {
  return request.stepUnits ?? (isPlaced(request) ? PLACED_UNITS : unitsOfRange(request.format))
}

/** Jobs with their places, one after another from a byte on. */
function* placedJobs(
  { plan, format }: GenerateRequest,
  jobs: Iterable<RangeJob>,
  { partialPath }: ResumableFile,
  fromByte: number,
): Generator<RangeJob> {
  if (format === 'parquet') return
  const spelling = rowFormat(plan, format)
  const lengths = createRowLengths(plan, spelling)
  let atByte = fromByte
  for (const job of jobs) {
    const rows = lengths.bytesBetween(BigInt(job.fromRank), BigInt(job.toRank))
    const bytes = Number(rows) + (job.options['header'] ? Buffer.byteLength(spelling.header) : 0)
    yield { ...job, into: { path: partialPath, atByte, bytes } }
    atByte += bytes
  }
}

/** Marks of a file after so many bytes or steps, made beside the writing, one at a time. */
function createMarks(file: ResumableFile, every: { readonly bytes: number; readonly steps: number }) {
  let now = { ...file.found }
  let fresh: string[] = []
  let marked = { steps: file.found.steps, bytes: file.found.bytes }
  let marking: Promise<void> | undefined
  let failed: { readonly error: unknown } | undefined

  function requireGood(): void {
    if (failed) throw failed.error
  }

  function mark(): Promise<void> {
    const made = { ...now, notes: fresh }
    fresh = []
    marked = made
    marking = file
      .mark(made)
      .catch((error: unknown) => {
        failed = { error }
      })
      .finally(() => {
        marking = undefined
      })
    return marking
  }

  return {
    /** The next step is done. Throws what went wrong with a mark meanwhile. */
    add(steps: number, bytes: number, note: string): void {
      requireGood()
      now = { ...now, steps, bytes }
      if (note) fresh.push(note)
      const isDue = bytes - marked.bytes >= every.bytes || steps - marked.steps >= every.steps
      if (isDue && !marking) mark()
    },
    /** Waits for the mark in the making. */
    async settled(): Promise<void> {
      await marking
      requireGood()
    },
    /** Marks the steps that no mark tells of yet. */
    async last(): Promise<void> {
      await marking
      if (!failed && now.steps > marked.steps) await mark()
    },
  }
}
