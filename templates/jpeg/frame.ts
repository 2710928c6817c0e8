import { createHuffmanTable, type HuffmanTable } from './huffman.ts'

/** What a baseline JPEG of one interleaved scan says before its scan. */
export interface JpegFrame {
  readonly widthPx: number
  readonly heightPx: number
  readonly components: readonly JpegComponent[]
  /** Size of a minimum coded unit in pixels: 8 or 16. */
  readonly mcuWidthPx: number
  readonly mcuHeightPx: number
  /** Everything from SOI to the end of the scan's header. */
  readonly head: Uint8Array
  /** Where in `head` the picture's height stands (16 bits), and where SOS begins. */
  readonly heightAt: number
  readonly scanAt: number
  /** The coded scan, stuffed, without EOI. */
  readonly scan: Uint8Array
}

export interface JpegComponent {
  readonly id: number
  /** Blocks of it in one minimum coded unit. */
  readonly blocks: number
  readonly dc: HuffmanTable
  readonly ac: HuffmanTable
}

const SOF0 = 0xc0
const DHT = 0xc4
const EOI = 0xd9
const SOS = 0xda
const DRI = 0xdd

/**
 * Reads the segments of a JPEG that our own encoder made; ITU-T T.81 annex B.
 *
 * @throws Error for what it does not make: progressive or arithmetic coding, several scans, restart intervals
 */
export function readJpegFrame(jpeg: Uint8Array): JpegFrame {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength)
  const tables = new Map<number, HuffmanTable>()
  let size: Size | undefined
  for (let at = 2; at < jpeg.length; ) {
    const marker = jpeg[at + 1]!
    if (jpeg[at] !== 0xff) throw new Error(`no JPEG marker at byte ${at}`)
    const end = at + 2 + view.getUint16(at + 2)
    const body = jpeg.subarray(at + 4, end)
    if (marker === SOF0) size = readSize(body, at + 4)
    else if (marker === DHT) readTables(body, tables)
    else if (marker === SOS) return frameOf(jpeg, at, end, body, size, tables)
    else if (marker === DRI || (marker > SOF0 && marker < 0xd0 && marker !== DHT && marker !== 0xcc)) {
      throw new Error(`a JPEG segment of kind ${marker.toString(16)} is not of a plain baseline picture`)
    }
    at = end
  }
  throw new Error('a JPEG without a scan')
}

interface Size {
  readonly widthPx: number
  readonly heightPx: number
  readonly heightAt: number
  /** Sampling factors by component id. */
  readonly sampling: ReadonlyMap<number, { readonly across: number; readonly down: number }>
}

function readSize(body: Uint8Array, at: number): Size {
  const sampling = new Map<number, { across: number; down: number }>()
  for (let component = 0; component < body[5]!; component++) {
    const factors = body[7 + component * 3]!
    sampling.set(body[6 + component * 3]!, { across: factors >> 4, down: factors & 15 })
  }
  return {
    heightPx: (body[1]! << 8) | body[2]!,
    widthPx: (body[3]! << 8) | body[4]!,
    heightAt: at + 1,
    sampling,
  }
}

/** A DHT segment holds one or more tables, each after a byte of its class and number. */
function readTables(body: Uint8Array, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at < body.length; ) {
    const counts = body.subarray(at + 1, at + 17)
    const symbols = counts.reduce((sum, count) => sum + count, 0)
    tables.set(body[at]!, tableOf(body.subarray(at, at + 17 + symbols)))
    at += 17 + symbols
  }
}

/** Tables are fixed, so the same few come with every picture. */
const known = new Map<string, HuffmanTable>()

function tableOf(definition: Uint8Array): HuffmanTable {
  const key = Buffer.from(definition).toString('latin1')
  let table = known.get(key)
  if (!table) {
    table = createHuffmanTable(definition.subarray(1, 17), definition.subarray(17))
    // Anything else than a handful means that tables are made for each picture: then they are not worth keeping.
    if (known.size < 16) known.set(key, table)
  }
  return table
}

function frameOf(
  jpeg: Uint8Array,
  scanAt: number,
  scanFrom: number,
  body: Uint8Array,
  size: Size | undefined,
  tables: ReadonlyMap<number, HuffmanTable>,
): JpegFrame {
  const end = jpeg.length - 2
  if (!size || body[0] !== size.sampling.size || jpeg[end] !== 0xff || jpeg[end + 1] !== EOI) {
    throw new Error('a JPEG whose one scan does not hold all of the picture')
  }
  const components = Array.from(size.sampling, ([id, { across, down }], at) => {
    const numbers = body[2 + at * 2]!
    const dc = tables.get(numbers >> 4)
    const ac = tables.get(0x10 | (numbers & 15))
    if (body[1 + at * 2] !== id || !dc || !ac) throw new Error('a JPEG scan without its tables')
    return { id, blocks: across * down, dc, ac }
  })
  const factors = [...size.sampling.values()]
  return {
    widthPx: size.widthPx,
    heightPx: size.heightPx,
    components,
    mcuWidthPx: 8 * Math.max(...factors.map(({ across }) => across)),
    mcuHeightPx: 8 * Math.max(...factors.map(({ down }) => down)),
    head: jpeg.subarray(0, scanFrom),
    heightAt: size.heightAt,
    scanAt,
    scan: jpeg.subarray(scanFrom, end),
  }
}
