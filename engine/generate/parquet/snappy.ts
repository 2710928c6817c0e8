import { type ByteWriter, createByteWriter } from './byte-writer.ts'

/** Copies reach back no further than the fragment they are in, so positions fit 16 bits. */
const FRAGMENT_BYTES = 2 ** 16
const TABLE_BITS = 14
/** 2^32 divided by the golden ratio: spreads four bytes over the table. */
const GOLDEN = 0x9e3779b1
const SHORTEST_COPY = 4
const LONGEST_COPY = 64
/** Bytes that do not repeat are stepped over faster and faster: one more byte a step for so many misses. */
const MISSES_A_STEP = 32

// Used again for every page: fresh memory would be most of the work.
const table = new Uint16Array(2 ** TABLE_BITS)
const packed = createByteWriter()

/**
 * Bytes in the Snappy format, raw as Parquet holds it (no frames): each fragment of 64 KiB as literals and copies of
 * what came before in it, found by hashing four bytes.
 *
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */
export function snappyCompress(input: Uint8Array): Uint8Array {
  packed.clear()
  packed.varint(input.length)
  for (let from = 0; from < input.length; from += FRAGMENT_BYTES) {
    compressFragment(input, from, Math.min(from + FRAGMENT_BYTES, input.length), packed)
  }
  return packed.written().slice()
}

function compressFragment(input: Uint8Array, from: number, to: number, out: ByteWriter): void {
  table.fill(0)
  const last = to - SHORTEST_COPY
  let literal = from
  let misses = MISSES_A_STEP
  for (let at = from + 1; at <= last; ) {
    const word = wordAt(input, at)
    const slot = Math.imul(word, GOLDEN) >>> (32 - TABLE_BITS)
    const candidate = from + table[slot]!
    table[slot] = at - from
    if (wordAt(input, candidate) !== word) {
      at += Math.floor(misses++ / MISSES_A_STEP)
      continue
    }
    putLiteral(input, literal, at, out)
    let end = at + SHORTEST_COPY
    const distance = at - candidate
    while (end < to && input[end] === input[end - distance]) end++
    putCopy(distance, end - at, out)
    literal = end
    at = end
    misses = MISSES_A_STEP
  }
  putLiteral(input, literal, to, out)
}

function wordAt(input: Uint8Array, at: number): number {
  return input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16) | (input[at + 3]! << 24)
}

function putLiteral(input: Uint8Array, from: number, to: number, out: ByteWriter): void {
  if (to === from) return
  const size = to - from - 1
  if (size < 60) {
    out.byte(size << 2)
  } else if (size < 256) {
    out.byte(60 << 2)
    out.byte(size)
  } else {
    out.byte(61 << 2)
    out.byte(size & 0xff)
    out.byte(size >> 8)
  }
  if (size < 32) out.putPart(input, from, to)
  else out.put(input.subarray(from, to))
}

function putCopy(distance: number, length: number, out: ByteWriter): void {
  let left = length
  while (left > 0) {
    // What is left after this one is none, or long enough for a copy of its own.
    const size =
      left <= LONGEST_COPY ? left : left < LONGEST_COPY + SHORTEST_COPY ? left - SHORTEST_COPY : LONGEST_COPY
    if (size < 12 && distance < 2048) {
      out.byte(((size - 4) << 2) | 1 | ((distance >> 8) << 5))
      out.byte(distance & 0xff)
    } else {
      out.byte(((size - 1) << 2) | 2)
      out.byte(distance & 0xff)
      out.byte(distance >> 8)
    }
    left -= size
  }
}
