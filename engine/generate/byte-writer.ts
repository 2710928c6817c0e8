/** Bytes put one after another into one growing buffer. */
export interface ByteWriter {
  append(bytes: Uint8Array): void
  /** What was written, in a buffer of exactly its size. */
  finish(): Uint8Array
}

/** Pieces up to this size are copied byte by byte: `set` costs more than that to start. */
const SHORT_BYTES = 24

/** @param expectedBytes how much will be written: a good guess saves copies */
export function createByteWriter(expectedBytes: number): ByteWriter {
  let buffer = new Uint8Array(Math.max(1024, expectedBytes))
  let used = 0
  return {
    append(bytes) {
      const size = bytes.length
      if (used + size > buffer.length) {
        const larger = new Uint8Array(Math.max(buffer.length * 2, used + size))
        larger.set(buffer)
        buffer = larger
      }
      if (size <= SHORT_BYTES) {
        for (let at = 0; at < size; at++) buffer[used + at] = bytes[at]!
      } else {
        buffer.set(bytes, used)
      }
      used += size
    },
    finish: () => buffer.slice(0, used),
  }
}
