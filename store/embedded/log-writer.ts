import type { LogDisk, LogFile } from './log-disk.ts'
import { decodeFrames, encodeFrames } from './log-frames.ts'
import { FIRST_SEGMENT, positionOf, segmentName, segmentNumber } from './log-position.ts'

/** A segment that has grown to this is followed by a new one. */
const SEGMENT_BYTES = 64 * 1024 * 1024

const SCAN_BYTES = 1024 * 1024

/**
 * The writing side of the event log: append-only segments of framed records, synced once per batch.
 *
 * What `append` has returned from survives a power cut; a batch it has thrown for is gone. It holds for any disk that
 * keeps what was synced, test/contract/power-cut.ts tries every single step.
 */
export class LogWriter {
  readonly #disk: LogDisk
  readonly #segmentBytes: number
  #segment: number
  #file: LogFile
  /** End of the last record on disk, in the current segment. */
  #end: number
  /** What lies behind #end must go before anything else is written. */
  #hasTail = false

  /** Opens the log: cuts a torn tail and syncs what it found, so that nothing read now can vanish later. */
  constructor(disk: LogDisk, segmentBytes: number = SEGMENT_BYTES) {
    this.#disk = disk
    this.#segmentBytes = segmentBytes
    const segments = disk.list().flatMap((name) => segmentNumber(name) ?? [])
    this.#segment = Math.max(FIRST_SEGMENT, ...segments)
    this.#file = disk.open(segmentName(this.#segment))
    const size = this.#file.size()
    this.#end = endOfRecords(this.#file)
    if (this.#end < size) this.#file.truncate(this.#end)
    this.#file.datasync()
    disk.syncFolder()
  }

  /** The end of the log: everything before it is on disk. */
  get position(): number {
    return positionOf({ segment: this.#segment, offset: this.#end })
  }

  /** As `appendFrames`, of payloads. */
  append(payloads: readonly string[]): void {
    this.appendFrames([encodeFrames(payloads)])
  }

  /**
   * Writes whole frames, part after part, and syncs them together.
   *
   * @throws the disk's error; the log is then as it was, and the next call tries again
   */
  appendFrames(parts: readonly Uint8Array[]): void {
    if (this.#hasTail) this.#cutTail()
    if (this.#end >= this.#segmentBytes) this.#startSegment()
    let end = this.#end
    try {
      for (const bytes of parts) {
        this.#file.write(end, bytes)
        end += bytes.length
      }
      this.#file.datasync()
    } catch (error) {
      this.#hasTail = true
      try {
        this.#cutTail()
      } catch {
        // The disk fails this too; the next append begins with it.
      }
      throw error
    }
    this.#end = end
  }

  close(): void {
    this.#file.close()
  }

  #cutTail(): void {
    this.#file.truncate(this.#end)
    this.#hasTail = false
  }

  #startSegment(): void {
    const file = this.#disk.open(segmentName(this.#segment + 1))
    try {
      this.#disk.syncFolder()
    } catch (error) {
      file.close()
      throw error
    }
    this.#file.close()
    this.#file = file
    this.#segment++
    this.#end = 0
  }
}

/** Bytes of the complete records at the start of a segment. */
function endOfRecords(file: LogFile): number {
  let end = 0
  let want = SCAN_BYTES
  for (;;) {
    const bytes = file.read(end, want)
    const { goodBytes, needBytes } = decodeFrames(bytes)
    end += goodBytes
    if (needBytes === undefined || (goodBytes === 0 && bytes.length < want)) return end
    want = Math.max(SCAN_BYTES, needBytes)
  }
}
