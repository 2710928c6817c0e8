/** A Huffman table of a JPEG file, ready for reading by a look at the next 16 bits and for writing. */
export interface HuffmanTable {
  /**
   * By the next 16 bits: places this symbol moves on in the block (0..64, 64 ends it) in the high bits, and bits to
   * skip, code and value together, in the low SKIP_BITS. 0: no such code.
   */
  readonly steps: Uint16Array
  /** By the next 16 bits: length of the code in the high byte, the symbol in the low one. 0: no such code. */
  readonly symbols: Uint16Array
  /** By symbol: the code, and its length in bits (0: the table has none). */
  readonly codes: Uint16Array
  readonly lengths: Uint8Array
}

export const SKIP_BITS = 5
/** Moves past the last place of a block. */
const END_OF_BLOCK = 64
const PEEK_BITS = 16

/**
 * Builds a table from what a DHT segment says: how many codes there are of each length 1..16, and their symbols. Codes
 * are given out in order, ITU-T T.81 annex C.
 */
export function createHuffmanTable(counts: Uint8Array, values: Uint8Array): HuffmanTable {
  const table = {
    steps: new Uint16Array(1 << PEEK_BITS),
    symbols: new Uint16Array(1 << PEEK_BITS),
    codes: new Uint16Array(256),
    lengths: new Uint8Array(256),
  }
  let code = 0
  let at = 0
  for (let length = 1; length <= PEEK_BITS; length++) {
    for (let left = counts[length - 1]!; left > 0; left--) {
      const symbol = values[at++]!
      const from = code << (PEEK_BITS - length)
      const to = (code + 1) << (PEEK_BITS - length)
      table.steps.fill(stepOf(symbol, length), from, to)
      table.symbols.fill((length << 8) | symbol, from, to)
      table.codes[symbol] = code
      table.lengths[symbol] = length
      code++
    }
    code <<= 1
  }
  return table
}

/** An AC symbol is a run of zeros (high half) before a value of so many bits (low half); T.81 F.1.2.2. */
function stepOf(symbol: number, length: number): number {
  const run = symbol >> 4
  const bits = symbol & 15
  const places = bits > 0 ? run + 1 : run === 15 ? 16 : END_OF_BLOCK
  return (places << SKIP_BITS) | (length + bits)
}
