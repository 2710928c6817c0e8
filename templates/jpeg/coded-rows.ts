import { type JpegComponent, type JpegFrame, readJpegFrame } from './frame.ts'
import { type HuffmanTable, SKIP_BITS } from './huffman.ts'

/** A JPEG whose every row of minimum coded units is coded by itself. */
export interface CodedRows {
  readonly frame: JpegFrame
  /** From the top: the bits of a row, stuffed and padded to whole bytes, without restart marker. */
  readonly rows: readonly Uint8Array[]
}

/**
 * Codes each row of minimum coded units by itself, so that rows of different pictures can stand under each other. Only
 * the first DC value of each component changes, from a difference to the row above to the value itself (ITU-T T.81
 * F.1.1.5.1): the decoded picture is the same to the pixel.
 *
 * Costs about as much as the encoding did.
 *
 * @param jpeg baseline, as sharp writes it with fixed tables
 */
export function codeRowsApart(jpeg: Uint8Array): CodedRows {
  const frame = readJpegFrame(jpeg)
  const reader = createBlockReader(frame.scan)
  const mcusAcross = Math.ceil(frame.widthPx / frame.mcuWidthPx)
  const rowCount = Math.ceil(frame.heightPx / frame.mcuHeightPx)
  /** Number of the component of each block of a unit, and where a component begins. */
  const blocks = frame.components.flatMap(({ blocks }, number) => Array<number>(blocks).fill(number))
  const begins = blocks.map((number, at) => number !== blocks[at - 1])
  const predictions = frame.components.map(() => 0)
  const rows: Uint8Array[] = []
  const writer = createBitWriter()
  for (let row = 0; row < rowCount; row++) {
    let copyFrom = reader.at()
    for (let mcu = 0; mcu < mcusAcross; mcu++) {
      for (let block = 0; block < blocks.length; block++) {
        const number = blocks[block]!
        const component = frame.components[number]!
        const dcAt = reader.at()
        const value = predictions[number]! + reader.dc(component.dc)
        predictions[number] = value
        if (mcu === 0 && begins[block]!) {
          writer.copy(reader.bytes, copyFrom, dcAt)
          writeDc(writer, value, component)
          copyFrom = reader.at()
        }
        reader.skipAc(component.ac)
      }
    }
    if (reader.at() > reader.bits) throw new Error('a JPEG scan that ends before its picture')
    writer.copy(reader.bytes, copyFrom, reader.at())
    rows.push(writer.finish())
  }
  return { frame, rows }
}

/** Reads the blocks of a scan one after the other. */
function createBlockReader(scan: Uint8Array) {
  const { bytes, bits } = unstuffed(scan)
  let bit = 0
  return {
    bytes,
    bits,
    /** The bit it stands before. */
    at: () => bit,
    /** The next DC difference; T.81 F.2.2.1. */
    dc({ symbols }: HuffmanTable): number {
      const found = symbols[peek16(bytes, bit)]!
      if (found === 0) throw new Error(NO_CODE)
      const size = found & 0xff
      bit += (found >> 8) + size
      if (size === 0) return 0
      const value = peek16(bytes, bit - size) >> (16 - size)
      return value < 1 << (size - 1) ? value - (1 << size) + 1 : value
    },
    /** Moves past the AC values of a block. */
    skipAc({ steps }: HuffmanTable): void {
      for (let place = 1; place < 64; ) {
        const step = steps[peek16(bytes, bit)]!
        if (step === 0) throw new Error(NO_CODE)
        place += step >> SKIP_BITS
        bit += step & ((1 << SKIP_BITS) - 1)
      }
    },
  }
}

const NO_CODE = 'a JPEG scan with a code that its table does not have'

/** A scan without the zero after each 0xff; 4 bytes more, so that reading 16 bits ahead stays inside. */
function unstuffed(scan: Uint8Array): { readonly bytes: Uint8Array; readonly bits: number } {
  const bytes = new Uint8Array(scan.length + 4)
  let to = 0
  for (let from = 0; from < scan.length; from++) {
    const byte = scan[from]!
    bytes[to++] = byte
    if (byte === 0xff) from++
  }
  return { bytes, bits: to * 8 }
}

function peek16(bytes: Uint8Array, at: number): number {
  const first = at >> 3
  return (((bytes[first]! << 16) | (bytes[first + 1]! << 8) | bytes[first + 2]!) >> (8 - (at & 7))) & 0xffff
}

function writeDc(writer: BitWriter, value: number, { dc }: JpegComponent): void {
  const size = 32 - Math.clz32(Math.abs(value))
  const length = dc.lengths[size]!
  if (length === 0) throw new Error(`a JPEG table without a code for DC values of ${size} bits`)
  writer.write(dc.codes[size]!, length)
  writer.write(value < 0 ? value + (1 << size) - 1 : value, size)
}

interface BitWriter {
  /** @param bits at most 16 */
  write(value: number, bits: number): void
  /** Bits [from, to) of an array. */
  copy(bytes: Uint8Array, from: number, to: number): void
  /** What was written, filled up with ones and stuffed; and begins anew. */
  finish(): Uint8Array
}

function createBitWriter(): BitWriter {
  let target = new Uint8Array(1024)
  let length = 0
  /** The last bits written, fewer than 8. */
  let rest = 0
  let restBits = 0

  const room = (bytes: number) => {
    if (length + bytes <= target.length) return
    const larger = new Uint8Array(2 * (length + bytes))
    larger.set(target)
    target = larger
  }
  const put = (byte: number) => {
    target[length++] = byte
    if (byte === 0xff) target[length++] = 0
  }
  const write = (value: number, bits: number) => {
    room(8)
    rest = (rest << bits) | value
    restBits += bits
    while (restBits >= 8) {
      restBits -= 8
      put((rest >> restBits) & 0xff)
    }
    rest &= (1 << restBits) - 1
  }
  return {
    write,
    copy(bytes, from, to) {
      room(((to - from) >> 2) + 8)
      let at = from
      for (; at + 8 <= to; at += 8) {
        const first = at >> 3
        const byte = (((bytes[first]! << 8) | bytes[first + 1]!) >> (8 - (at & 7))) & 0xff
        put(((rest << (8 - restBits)) | (byte >> restBits)) & 0xff)
        rest = byte & ((1 << restBits) - 1)
      }
      if (at < to) write(peek16(bytes, at) >> (16 - (to - at)), to - at)
    },
    finish() {
      if (restBits > 0) write((1 << (8 - restBits)) - 1, 8 - restBits)
      const bytes = target.slice(0, length)
      length = 0
      return bytes
    },
  }
}
