import { closeSync, openSync, writeSync } from 'node:fs'
import { PolyadError } from '../../../core/errors.ts'
import type { Stream } from '../../../core/stream.ts'
import {
  type GenerateFileRequest,
  generateIntoFile,
  runIdentity,
} from '../../../engine/generate/generate-file.ts'
import { encodeRange, type GenerateOptions, generateRange } from '../../../engine/generate/generate-range.ts'
import type { Jobs, RangeJob, RangePart } from '../../../engine/ports/jobs.ts'
import type { FileDisk } from '../../../io/file-disk.ts'
import { openResumableFile } from '../../../io/resumable-file.ts'
import type { SimulatedDisk } from '../../contract/simulated-disk.ts'
import { segmentOf, smallPlan, TALL, textAsset, WIDE } from '../space/small-plan.ts'

export const OUT = 'ads'

/** 432 ad units, with a slot that one placement lacks and copy that differs between segments. */
export const RUN_PLAN = smallPlan({
  segments: [segmentOf('broad'), segmentOf('ca', 'CA'), segmentOf('or', 'OR')],
  placements: [WIDE, TALL],
  slots: ['a', 'b', 'c', 'd'].map((slot) => ({
    slot,
    default: 'x0',
    assets: Array.from({ length: slot === 'd' ? 4 : 3 }, (_, at) =>
      textAsset(`x${at}`, { text: { en: `${'long '.repeat(at)}{{fallback state "home"}}` } }),
    ),
  })),
  absentIn: { d: ['tall'] },
})

export type RunRequest = Omit<GenerateFileRequest, 'plan' | 'planHash'>

/** The simulated disk as a resumable file sees it. */
export function fileDiskOf(disk: SimulatedDisk): FileDisk {
  const whole = (name: string): Buffer | undefined => {
    if (!disk.list().includes(name)) return undefined
    const file = disk.open(name)
    return Buffer.from(file.read(0, file.size()))
  }
  return {
    async open(path) {
      const file = withCode(() => disk.open(path))
      return {
        write: async (atByte, bytes) => withCode(() => file.write(atByte, bytes)),
        truncate: async (bytes) => withCode(() => file.truncate(bytes)),
        sync: async () => withCode(() => file.datasync()),
        close: async () => {},
      }
    },
    read: async (path) => whole(path),
    size: async (path) => whole(path)?.length,
    rename: async (from, to) => withCode(() => disk.rename(from, to)),
    remove: async (path) => withCode(() => disk.remove(path)),
    syncEntry: async () => withCode(() => disk.syncFolder()),
  }
}

/** A failure as the system reports it. */
function withCode<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw isFull(error) ? Object.assign(error as Error, { code: 'ENOSPC' }) : error
  }
}

function isFull(error: unknown): boolean {
  return (error as Error).message.startsWith('ENOSPC')
}

type WriteAt = (path: string, atByte: number, bytes: Uint8Array) => void

/** Jobs on the simulated disk. */
export function jobsOn(disk: SimulatedDisk, chance: Stream): Jobs {
  return runAhead(chance, (path, atByte, bytes) => disk.open(path).write(atByte, bytes))
}

/** Jobs on the real disk, made here and now. */
export function placeJobs(chance: Stream): Jobs {
  return runAhead(chance, (path, atByte, bytes) => {
    const file = openSync(path, 'r+')
    writeSync(file, bytes, 0, bytes.length, atByte)
    closeSync(file)
  })
}

/** Runs a few ranges ahead of the reader and finishes them in any order, as workers do. */
function runAhead(chance: Stream, write: WriteAt): Jobs {
  const make = (job: RangeJob): RangePart => {
    const [from, to] = [BigInt(job.fromRank), BigInt(job.toRank)]
    const options = job.options as unknown as GenerateOptions
    const units = Number(to - from)
    if (!job.into) return { job, units, bytes: generateRange(RUN_PLAN, from, to, options) }
    const { path, atByte, bytes } = job.into
    let at = atByte
    try {
      encodeRange(RUN_PLAN, from, to, options, (piece) => {
        write(path, at, piece)
        at += piece.length
      })
    } catch (error) {
      throw isFull(error) ? new PolyadError('STORAGE_FULL', { what: path, problem: 'full' }) : error
    }
    if (at !== atByte + bytes) throw new Error(`${at - atByte} bytes instead of ${bytes}`)
    return { job, units, bytes: new Uint8Array() }
  }
  return {
    async *run(jobs) {
      const given = jobs[Symbol.iterator]()
      let more = true
      while (more) {
        const ahead: RangeJob[] = []
        for (let wanted = 1 + chance.integer(5); wanted > 0 && more; wanted--) {
          const next = given.next()
          if (next.done) more = false
          else ahead.push(next.value)
        }
        const parts = new Map<RangeJob, RangePart>()
        for (const job of ahead.toSorted(() => chance.next() - 0.5)) parts.set(job, make(job))
        for (const job of ahead) yield parts.get(job)!
      }
    },
    close: async () => {},
  }
}

/** One run of the command on a disk, from wherever an earlier one left it. */
export async function runOn(
  disk: SimulatedDisk,
  request: RunRequest,
  chance: Stream,
  use: FileDisk = fileDiskOf(disk),
) {
  const whole: GenerateFileRequest = { plan: RUN_PLAN, planHash: 'hash', ...request }
  const file = await openResumableFile(OUT, { identity: runIdentity(whole), title: 'a run' }, { disk: use })
  try {
    const bytes = await generateIntoFile({ jobs: jobsOn(disk, chance) }, whole, file)
    await file.complete()
    return { bytes, foundSteps: file.found.steps }
  } finally {
    await file.close()
  }
}

export function contentOf(disk: SimulatedDisk, name: string): Buffer | undefined {
  if (!disk.list().includes(name)) return undefined
  const file = disk.open(name)
  return Buffer.from(file.read(0, file.size()))
}
