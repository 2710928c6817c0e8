import type { Stream } from '../../core/stream.ts'
import { decodeFrames } from '../../store/embedded/log-frames.ts'
import { positionOf, segmentName, segmentNumber } from '../../store/embedded/log-position.ts'
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
  /** Of those, what was let go on purpose. */
  readonly forgotten: Set<string>
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
  const load: Load = { written: new Set(), acknowledged: new Set(), forgotten: new Set() }
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
    lost: acknowledged.filter((record) => !once.has(record) && !load.forgotten.has(record)),
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
  runLoad(disk, stream.fork('first'), 'first', {
    written: new Set(),
    acknowledged: new Set(),
    forgotten: new Set(),
  })
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
        if (batch % 4 === 3) writer.rewrite(turnLetters)
        if (batch === 8) forgetOld(writer, disk, load)
      } catch (error) {
        if (error instanceof PowerCut) throw error
      }
    }
    writer.close()
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error
  }
}

/** Changes the padding of a record from x to y and back. */
function turnLetters(payload: Buffer): boolean {
  const at = payload.lastIndexOf(' ') + 1
  if (at >= payload.length) return false
  payload.fill(payload[at] === X ? Y : X, at)
  return true
}
const [X, Y] = Buffer.from('xy') as unknown as [number, number]

/** Lets the first segment go: its records are no loss, whether a crash brings them back or not. */
function forgetOld(writer: LogWriter, disk: SimulatedDisk, load: Load): void {
  const numbers = disk.list().flatMap((name) => segmentNumber(name) ?? [])
  const first = Math.min(...numbers)
  const file = disk.open(segmentName(first))
  const old = decodeFrames(file.read(0, file.size())).payloads.map(withoutTurn)
  if (first < Math.max(...numbers)) for (const record of old) load.forgotten.add(record)
  writer.forgetBefore(positionOf({ segment: first + 1, offset: 0 }))
}

const withoutTurn = (record: string) => record.replace(/y+$/, (padding) => 'x'.repeat(padding.length))

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
    return decodeFrames(file.read(0, file.size())).payloads.map(withoutTurn)
  })
}
