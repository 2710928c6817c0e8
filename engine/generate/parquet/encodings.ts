import { type ByteWriter, bitsOf } from './byte-writer.ts'
import { zigzag } from './thrift.ts'

// Encodings of Parquet: https://github.com/apache/parquet-format/blob/master/Encodings.md

const BLOCK_VALUES = 128
const MINIBLOCKS = 4
const MINIBLOCK_VALUES = BLOCK_VALUES / MINIBLOCKS
/** Bit-packed values come in groups of so many. */
const GROUP = 8

/** Values in runs: `counts[i]` times `values[i]`. */
export interface Runs {
  readonly values: readonly number[]
  readonly counts: readonly number[]
}

/**
 * RLE/bit-packing hybrid: runs of eight and more as one value with its count, shorter ones packed.
 *
 * @param width bits of a value, 1 to 32
 */
export function putHybrid(out: ByteWriter, { values, counts }: Runs, width: number): void {
  let packed: number[] = []
  const flush = (): void => {
    if (packed.length === 0) return
    while (packed.length % GROUP !== 0) packed.push(0)
    out.varint(((packed.length / GROUP) << 1) | 1)
    out.bits(packed, 0, packed.length, width)
    packed = []
  }
  for (const [at, value] of values.entries()) {
    let left = counts[at]!
    // A packed group once begun must be filled.
    for (; left > 0 && packed.length % GROUP !== 0; left--) packed.push(value)
    if (left < GROUP) {
      for (; left > 0; left--) packed.push(value)
      continue
    }
    flush()
    out.varint(left * 2)
    for (let shift = 0; shift < width; shift += 8) out.byte((value >>> shift) & 0xff)
  }
  flush()
}

/**
 * DELTA_BINARY_PACKED: blocks of 128 differences from the value before, each of four parts with bits of its own.
 *
 * @param values whole numbers; differences of differences must be below 2^32, so |value| <= 2^30 is safe
 */
export function putDeltas(out: ByteWriter, values: ArrayLike<number>, count: number): void {
  out.varint(BLOCK_VALUES)
  out.varint(MINIBLOCKS)
  out.varint(count)
  out.varint(zigzag(count > 0 ? values[0]! : 0))
  const relative = new Float64Array(BLOCK_VALUES)
  for (let from = 1; from < count; from += BLOCK_VALUES) {
    const size = Math.min(BLOCK_VALUES, count - from)
    let least = Number.POSITIVE_INFINITY
    for (let at = 0; at < size; at++) {
      const delta = values[from + at]! - values[from + at - 1]!
      relative[at] = delta
      if (delta < least) least = delta
    }
    out.varint(zigzag(least))
    for (let at = 0; at < size; at++) relative[at]! -= least
    relative.fill(0, size)
    const widths: number[] = []
    for (let part = 0; part < BLOCK_VALUES; part += MINIBLOCK_VALUES) {
      let most = 0
      for (let at = part; at < part + MINIBLOCK_VALUES; at++) if (relative[at]! > most) most = relative[at]!
      const width = bitsOf(most)
      widths.push(width)
      out.byte(width)
    }
    // A part that no value falls into has no bytes.
    for (const [at, width] of widths.entries()) {
      const part = at * MINIBLOCK_VALUES
      if (part < size) out.bits(relative, part, part + MINIBLOCK_VALUES, width)
    }
  }
}
