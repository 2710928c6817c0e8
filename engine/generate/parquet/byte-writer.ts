/** Bytes that grow as they are written. */
export interface ByteWriter {
  byte(value: number): void
  put(bytes: Uint8Array): void
  /** Part of an array, which must not be the writer's own. */
  putPart(bytes: Uint8Array, from: number, to: number): void
  /** A whole number, 0 <= value < 2^53, in groups of seven bits, lowest first (LEB128). */
  varint(value: number): void
  /** Whole numbers of `width` bits (0 to 32) each, lowest bit first, filled with zeros to a whole byte. */
  bits(values: ArrayLike<number>, from: number, to: number, width: number): void
  length(): number
  /** What was written so far, until the next write. */
  written(): Uint8Array
  /** Begins again in the same memory. */
  clear(): void
}

const FIRST_BYTES = 1024

export function createByteWriter(firstBytes = FIRST_BYTES): ByteWriter {
  let bytes = new Uint8Array(firstBytes)
  let used = 0

  function makeRoom(size: number): void {
    if (used + size <= bytes.length) return
    const larger = new Uint8Array(Math.max(2 * bytes.length, used + size))
    larger.set(bytes.subarray(0, used))
    bytes = larger
  }

  return {
    byte(value) {
      makeRoom(1)
      bytes[used++] = value
    },
    put(more) {
      makeRoom(more.length)
      bytes.set(more, used)
      used += more.length
    },
    putPart(more, from, to) {
      makeRoom(to - from)
      for (let at = from; at < to; at++) bytes[used++] = more[at]!
    },
    varint(value) {
      makeRoom(8)
      let rest = value
      while (rest >= 0x80) {
        bytes[used++] = (rest % 0x80) | 0x80
        rest = Math.floor(rest / 0x80)
      }
      bytes[used++] = rest
    },
    bits(values, from, to, width) {
      const size = Math.ceil(((to - from) * width) / 8)
      makeRoom(size)
      bytes.fill(0, used, used + size)
      let bit = used * 8
      for (let at = from; at < to; at++) {
        let rest = values[at]!
        for (let left = width; left > 0; ) {
          const taken = Math.min(8 - (bit & 7), left)
          bytes[bit >>> 3]! |= (rest & ((1 << taken) - 1)) << (bit & 7)
          rest >>>= taken
          bit += taken
          left -= taken
        }
      }
      used += size
    },
    length: () => used,
    written: () => bytes.subarray(0, used),
    clear() {
      used = 0
    },
  }
}

/** Bits that hold a whole number, 0 <= value < 2^32: 0 for 0. */
export function bitsOf(value: number): number {
  return 32 - Math.clz32(value)
}
