import { crc32 } from 'node:zlib'

/**
 * A record in a log segment: length of the payload and its CRC-32 (ISO-HDLC, as in zip), both unsigned 32 bits little
 * endian, then the payload. A length of 0 is no record: a file system may leave zeros where a write was cut.
 */
const HEADER_BYTES = 8

/** Larger payloads are refused, so a damaged length is not taken for a record still to come. */
export const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024

/** The frames of payloads, one after the other. */
export function encodeFrames(payloads: readonly string[]): Uint8Array {
  const frames = createFrameBuffer()
  frames.add(payloads)
  const { memory, bytes } = frames.take()
  const encoded = new Uint8Array(memory, 0, bytes)
  sealFrames(encoded)
  return encoded
}

const FIRST_BYTES = 64 * 1024
/** UTF-8 takes at most this for one UTF-16 unit. */
const MOST_BYTES_A_UNIT = 3

/** Memory that frames are written into as they come. Their checksums are still to be made (`sealFrames`). */
export interface FrameBuffer {
  /** Of the frames so far. */
  readonly bytes: number
  /**
   * Adds the frames of payloads, all or none.
   *
   * @throws RangeError for a payload that is larger than MAX_PAYLOAD_BYTES
   */
  add(payloads: readonly (string | Uint8Array)[]): void
  /** The memory, and how much of it is frames. The buffer is not to be used any more. */
  take(): { readonly memory: ArrayBuffer; readonly bytes: number }
}

/** @param memory of an earlier one, to be written over */
export function createFrameBuffer(memory: ArrayBuffer = new ArrayBuffer(FIRST_BYTES)): FrameBuffer {
  let buffer = Buffer.from(memory)
  let used = 0

  const makeRoom = (bytes: number): void => {
    if (used + bytes <= buffer.length) return
    const larger = Buffer.from(new ArrayBuffer(Math.max(buffer.length * 2, used + bytes)))
    buffer.copy(larger, 0, 0, used)
    buffer = larger
  }
  const addOne = (payload: string | Uint8Array): void => {
    const isText = typeof payload === 'string'
    makeRoom(HEADER_BYTES + payload.length * (isText ? MOST_BYTES_A_UNIT : 1))
    const start = used + HEADER_BYTES
    let size = payload.length
    if (isText) size = buffer.write(payload, start, 'utf8')
    else buffer.set(payload, start)
    if (size > MAX_PAYLOAD_BYTES)
      throw new RangeError(`a log record is larger than ${MAX_PAYLOAD_BYTES} bytes`)
    buffer.writeUInt32LE(size, used)
    used = start + size
  }

  return {
    get bytes() {
      return used
    },
    add(payloads) {
      const before = used
      try {
        for (const payload of payloads) addOne(payload)
      } catch (error) {
        used = before
        throw error
      }
    },
    take: () => ({ memory: buffer.buffer as ArrayBuffer, bytes: used }),
  }
}

/** Writes the checksum of every frame; made by whoever has time for it, so not where they are collected. */
export function sealFrames(frames: Uint8Array): void {
  const buffer = Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength)
  for (let offset = 0; offset < buffer.length; ) {
    const start = offset + HEADER_BYTES
    const end = start + buffer.readUInt32LE(offset)
    buffer.writeUInt32LE(crc32(buffer.subarray(start, end)), offset + 4)
    offset = end
  }
}

interface DecodedFrames {
  readonly payloads: readonly string[]
  /** Bytes of the complete frames; what follows is cut short, damaged, or not yet read. */
  readonly goodBytes: number
  /** How many bytes the frame after them needs, as far as its header tells; undefined when it is damaged. */
  readonly needBytes: number | undefined
}

/** The complete frames at the start of `bytes`. */
export function decodeFrames(bytes: Uint8Array): DecodedFrames {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const payloads: string[] = []
  let offset = 0
  while (offset + HEADER_BYTES <= buffer.length) {
    const size = buffer.readUInt32LE(offset)
    const end = offset + HEADER_BYTES + size
    if (size === 0 || size > MAX_PAYLOAD_BYTES) return { payloads, goodBytes: offset, needBytes: undefined }
    if (end > buffer.length) return { payloads, goodBytes: offset, needBytes: end - offset }
    const payload = buffer.subarray(offset + HEADER_BYTES, end)
    if (crc32(payload) !== buffer.readUInt32LE(offset + 4)) {
      return { payloads, goodBytes: offset, needBytes: undefined }
    }
    payloads.push(payload.toString('utf8'))
    offset = end
  }
  return { payloads, goodBytes: offset, needBytes: HEADER_BYTES }
}

/**
 * Offers each payload of whole frames to be changed in place, and makes the checksums of those that were.
 *
 * @returns how many were
 */
export function changeFrames(frames: Buffer, change: (payload: Buffer) => boolean): number {
  let changed = 0
  for (let offset = 0; offset < frames.length; ) {
    const start = offset + HEADER_BYTES
    const end = start + frames.readUInt32LE(offset)
    const payload = frames.subarray(start, end)
    if (change(payload)) {
      frames.writeUInt32LE(crc32(payload), offset + 4)
      changed++
    }
    offset = end
  }
  return changed
}
