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
  const sizes = payloads.map((payload) => Buffer.byteLength(payload))
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + HEADER_BYTES + size, 0))
  let offset = 0
  payloads.forEach((payload, i) => {
    const start = offset + HEADER_BYTES
    const end = start + sizes[i]!
    bytes.write(payload, start, 'utf8')
    bytes.writeUInt32LE(sizes[i]!, offset)
    bytes.writeUInt32LE(crc32(bytes.subarray(start, end)), offset + 4)
    offset = end
  })
  return bytes
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
