import type { Stream } from '../../core/stream.ts'
import { decodeFrames } from '../../store/embedded/log-frames.ts'
import { segmentNumber } from '../../store/embedded/log-position.ts'
import { LogWriter } from '../../store/embedded/log-writer.ts'
import {
  type DiskFaults,
  PowerCut,
  type SimulatedDisk,
  simulateDisk,
  type Unsynced,
} from './simulated-disk.ts'

/** Small, so that a short load fills several. */
const SEGMENT_BYTES = 400

/** What a log held in the end, beside what it had acknowledged. */
export interface CrashOutcome {
  readonly acknowledged: number
  readonly lost: readonly string[]
  readonly twice: readonly string[]
  /** Records that nobody wrote, or in another order than they were acknowledged. */
  readonly wrong: readonly string[]
}

/** The load of a log: what it wrote, and what it may never lose again. */
interface Load {
  readonly written: Set<string>
  readonly acknowledged: Set<string>
}

/**
 * A seeded load on a simulated disk with a crash, a second load on what is left (which may crash too, also while it
 * opens the log), then a power cut: what had been acknowledged against what is read in the end. What a reader could
 * see after an opening counts as acknowledged: readers remember how far they came.
 */
export function crashTwice(
  stream: Stream,
  first: DiskFaults & { readonly unsynced: Unsynced },
  second: DiskFaults = {},
): CrashOutcome {
  const load: Load = { written: new Set(), acknowledged: new Set() }
  const disk = simulateDisk(first)
  runLoad(disk, stream.fork('first'), 'first', load)
  const found = disk.afterCrash(first.unsynced, stream.fork('crash'), second)
  runLoad(found, stream.fork('second'), 'second', load)
  const read = recordsOn(found.afterCrash('dropped', stream))
  const once = new Set(read)
  const acknowledged = [...load.acknowledged]
  const kept = read.filter((record) => load.acknowledged.has(record))
  const inOrder = acknowledged.filter((record) => once.has(record))
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((record) => !once.has(record)),
    twice: read.filter((record, i) => read.indexOf(record) !== i),
    wrong: [
      ...read.filter((record) => !load.written.has(record)),
      ...kept.filter((record, i) => record !== inOrder[i]),
    ],
  }
}

/** Steps of the first load when nothing goes wrong. */
export function stepsOf(stream: Stream): number {
  const disk = simulateDisk()
  runLoad(disk, stream.fork('first'), 'first', { written: new Set(), acknowledged: new Set() })
  return disk.steps
}

function runLoad(disk: SimulatedDisk, stream: Stream, label: string, load: Load): void {
  try {
    const writer = openWriter(disk)
    for (const record of recordsOn(disk)) load.acknowledged.add(record)
    for (let batch = 0; batch < 12; batch++) {
      const records = Array.from(
        { length: 1 + stream.integer(4) },
        (_, i) => `${label} ${batch}.${i} ${'x'.repeat(stream.integer(60))}`,
      )
      for (const record of records) load.written.add(record)
      try {
        writer.append(records)
        for (const record of records) load.acknowledged.add(record)
      } catch (error) {
        if (error instanceof PowerCut) throw error
      }
    }
    writer.close()
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error
  }
}

/** Opens the log; when the disk fails it, again. */
function openWriter(disk: SimulatedDisk): LogWriter {
  for (;;) {
    try {
      return new LogWriter(disk, SEGMENT_BYTES)
    } catch (error) {
      if (error instanceof PowerCut) throw error
    }
  }
}

/** Every record on the disk, segment after segment. */
export function recordsOn(disk: SimulatedDisk): string[] {
  const segments = disk.list().filter((name) => segmentNumber(name) !== undefined)
  return segments.sort().flatMap((name) => {
    const file = disk.open(name)
    return decodeFrames(file.read(0, file.size())).payloads
  })
}
