import type { LogDisk, LogFile } from './log-disk.ts'
import { changeFrames, decodeFrames, encodeFrames } from './log-frames.ts'
import { FIRST_SEGMENT, placeOf, positionOf, segmentName, segmentNumber } from './log-position.ts'

/** A segment that has grown to this is followed by a new one. */
const SEGMENT_BYTES = 64 * 1024 * 1024

/** Ends the name of a segment that is being written anew; one that is found was left by a crash and means nothing. */
export const REWRITING = '.rewriting'

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
  /** The current segment was written anew, and a power cut could still bring the old one back. */
  #mustSyncFolder = false

  /** Opens the log: cuts a torn tail and syncs what it found, so that nothing read now can vanish later. */
  constructor(disk: LogDisk, segmentBytes: number = SEGMENT_BYTES) {
    this.#disk = disk
    this.#segmentBytes = segmentBytes
    for (const name of disk.list()) if (name.endsWith(REWRITING)) disk.remove(name)
    this.#segment = Math.max(FIRST_SEGMENT, ...this.#segments())
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
    if (this.#mustSyncFolder) this.#syncFolder()
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

  /**
   * Removes the segments that lie wholly before a position, never the one that is written; the oldest first, so that a
   * crash leaves no hole.
   *
   * @returns how many
   */
  forgetBefore(position: number): number {
    const keep = Math.min(placeOf(position).segment, this.#segment)
    const old = this.#segments().filter((segment) => segment < keep)
    for (const segment of old) {
      this.#disk.remove(segmentName(segment))
      this.#disk.syncFolder()
    }
    return old.length
  }

  /**
   * Writes anew every segment that has a payload which `change` changes. The new payload is as long as the old one, so
   * that every position stays what it was. A segment is replaced whole or not at all, also by a power cut.
   *
   * @param change alters the payload in place; whether it did
   * @returns how many payloads were changed
   */
  rewrite(change: (payload: Buffer) => boolean): number {
    if (this.#hasTail) this.#cutTail()
    let changed = 0
    for (const segment of this.#segments()) {
      const name = segmentName(segment)
      const isCurrent = segment === this.#segment
      const file = isCurrent ? this.#file : this.#disk.open(name)
      const size = isCurrent ? this.#end : file.size()
      const bytes = Buffer.from(file.read(0, size))
      if (!isCurrent) file.close()
      if (bytes.length < size) throw new Error(`${name} cannot be read to its end`)
      const count = changeFrames(bytes, change)
      if (count === 0) continue
      changed += count
      this.#replaceSegment(name, bytes)
      if (isCurrent) {
        this.#mustSyncFolder = true
        const written = this.#disk.open(name)
        this.#file.close()
        this.#file = written
      }
      this.#syncFolder()
    }
    return changed
  }

  close(): void {
    this.#file.close()
  }

  #segments(): number[] {
    return this.#disk
      .list()
      .flatMap((name) => segmentNumber(name) ?? [])
      .sort((a, b) => a - b)
  }

  #replaceSegment(name: string, bytes: Uint8Array): void {
    const temporary = name + REWRITING
    this.#disk.remove(temporary)
    const file = this.#disk.open(temporary)
    try {
      file.write(0, bytes)
      file.datasync()
    } finally {
      file.close()
    }
    this.#disk.rename(temporary, name)
  }

  #syncFolder(): void {
    this.#disk.syncFolder()
    this.#mustSyncFolder = false
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
