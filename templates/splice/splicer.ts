import { type Canvas, layOver, type Raster } from '../compose.ts'
import { bandOf, pictureHead } from '../jpeg/assemble.ts'
import { type ChromaSubsampling, encodeRows, mcuHeightPx } from '../jpeg/encode.ts'
import { lookText } from '../layer-rasters.ts'
import type { SceneLayer } from '../scene.ts'
import type { CacheSection } from './band-cache.ts'
import { createChains } from './chains.ts'

/** A JPEG in pieces: its bytes are the pieces, joined. */
export interface SplicedPicture {
  readonly head: Uint8Array
  readonly bands: readonly Uint8Array[]
  readonly bytes: number
  readonly quality: number
}

export interface SplicerOptions {
  readonly widthPx: number
  readonly heightPx: number
  readonly chromaSubsampling: ChromaSubsampling
  /** First row of each band (plan-bands.ts). */
  readonly bands: readonly number[]
  /** Pixels of a layer, kept by who gives them: asked again for each batch. */
  readonly rasterOf: (layer: SceneLayer) => Promise<Raster>
  /** Keeps coded bands, and the pixels under the first text. */
  readonly cache: { readonly coded: CacheSection; readonly grounds: CacheSection }
}

/** Makes pictures of one canvas size by copying coded bands together. */
export interface Splicer {
  /** The number of a layer's look, above 0; 0 stands for no layer. */
  lookOf(layer: SceneLayer): number
  /**
   * One picture for each row of looks.
   *
   * @param looks of all pictures one after the other, each from the back, `layers` of them
   * @param qualities tried in this order until a picture is within `maxBytes`; the last one's is given where none is
   */
  pictures(
    looks: Int32Array,
    layers: number,
    qualities: readonly number[],
    maxBytes: number,
  ): Promise<SplicedPicture[]>
  /** It remembers so much of what it has seen that a new one should take its place. */
  isFull(): boolean
}

/** Pixels in one call of the encoder: a call costs some 0.3 ms, whatever it encodes. */
const BATCH_PIXELS = 1_000_000
/** While one batch is encoded, the next is laid. */
const BATCHES_AT_ONCE = 2
/** Contents take some 100 bytes each, looks 1,000. */
const MAX_CONTENTS = 1_000_000
const MAX_LOOKS = 50_000

/**
 * The same bytes as encoding each picture whole (encodeRows, joined), from far fewer encoded pixels. A band is encoded
 * once for each combination of looks whose ink touches it, many bands in one call.
 *
 * A row that the canvas cuts off is filled up by the encoder, from what it made of the last pixels, and no pixels of
 * ours would make it do the same further up: so a band with such a row comes last in its call.
 */
export function createSplicer(options: SplicerOptions): Splicer {
  const { widthPx, heightPx, chromaSubsampling, rasterOf } = options
  const { coded, grounds } = options.cache
  const rowPx = mcuHeightPx(options)
  const rowCount = Math.ceil(heightPx / rowPx)
  const bands = options.bands.map((firstRow, band) => {
    const endRow = options.bands[band + 1] ?? rowCount
    const topPx = firstRow * rowPx
    return { firstRow, endRow, topPx, heightPx: Math.min(endRow * rowPx, heightPx) - topPx }
  })
  const isCutOff = (band: number) => band === bands.length - 1 && heightPx % rowPx > 0
  const heads = new Map<number, Uint8Array>()
  /** Looks by what decides their pixels. */
  const numbers = new Map<string, number>()
  const layers: (SceneLayer | undefined)[] = [undefined]
  /** Of each look the rows of minimum coded units that its ink touches, [first, end); known once it was rasterised. */
  const firstRows = [0]
  const endRows = [0]
  /** What bands show: of each band its looks from the back. */
  const contents = createChains(bands.length)

  /** Learns which rows the ink of looks not seen before touches. */
  async function measure(used: Int32Array): Promise<void> {
    const unknown = new Set<number>()
    for (const look of used) if (endRows[look] === undefined) unknown.add(look)
    await Promise.all(
      Array.from(unknown, async (look) => {
        const { left, top, width, height } = await rasterOf(layers[look]!)
        const [from, to] = [Math.max(0, top), Math.min(heightPx, top + height)]
        const shows = to > from && left < widthPx && left + width > 0
        firstRows[look] = shows ? Math.floor(from / rowPx) : 0
        endRows[look] = shows ? Math.ceil(to / rowPx) : 0
      }),
    )
  }

  /** The content of every band of every picture; pictures that follow each other share most. */
  function contentsOf(used: Int32Array, depth: number): Float64Array {
    const pictures = used.length / depth
    const found = new Float64Array(pictures * bands.length)
    for (let picture = 0; picture < pictures; picture++) {
      const at = picture * depth
      let [firstRow, endRow] = [0, rowCount]
      if (picture > 0) [firstRow, endRow] = changedRows(used, at, depth)
      for (let band = 0; band < bands.length; band++) {
        const place = picture * bands.length + band
        const isSame = bands[band]!.firstRow >= endRow || bands[band]!.endRow <= firstRow
        found[place] = isSame ? found[place - bands.length]! : contentIn(band, used, at, depth)
      }
    }
    return found
  }

  /** Rows in which a picture may differ from the one before. */
  function changedRows(used: Int32Array, at: number, depth: number): [firstRow: number, endRow: number] {
    let firstRow = rowCount
    let endRow = 0
    for (let layer = 0; layer < depth; layer++) {
      const now = used[at + layer]!
      const before = used[at - depth + layer]!
      if (now === before) continue
      firstRow = Math.min(firstRow, firstRows[now]!, firstRows[before]!)
      endRow = Math.max(endRow, endRows[now]!, endRows[before]!)
    }
    return [firstRow, endRow]
  }

  function contentIn(band: number, used: Int32Array, at: number, depth: number): number {
    const { firstRow, endRow } = bands[band]!
    let content = contents.start(band)
    for (let layer = 0; layer < depth; layer++) {
      const look = used[at + layer]!
      if (firstRows[look]! < endRow && endRows[look]! > firstRow) content = contents.after(content, look)
    }
    return content
  }

  /** Lays some looks over a canvas that begins at `topPx` of the picture. */
  function lay(canvas: Canvas, topPx: number, some: readonly number[], rasters: Rasters): void {
    for (const look of some) {
      const raster = rasters.get(look)!
      layOver(canvas, { ...raster, top: raster.top - topPx }, layers[look]!.opacity)
    }
  }

  /** Writes the pixels of a content. What lies under the first text, common to many, is laid once and copied. */
  function compose(content: number, target: Uint8Array, rasters: Rasters): void {
    const band = contents.startOf(content)
    const { topPx, heightPx: bandPx } = bands[band]!
    const looks = contents.itemsOf(content)
    const firstText = looks.findIndex((look) => layers[look]!.kind === 'text')
    const under = firstText < 0 ? looks : looks.slice(0, firstText)
    const key = under.reduce(contents.after, contents.start(band))
    let ground = grounds.get(key)
    if (!ground) {
      ground = new Uint8Array(target.length).fill(255)
      lay({ widthPx, heightPx: bandPx, rgb: ground }, topPx, under, rasters)
      grounds.set(key, ground)
    }
    target.set(ground)
    lay({ widthPx, heightPx: bandPx, rgb: target }, topPx, looks.slice(under.length), rasters)
  }

  async function rastersOf(batch: readonly number[]): Promise<Rasters> {
    const looks = new Set(batch.flatMap(contents.itemsOf))
    const rasters = await Promise.all(
      Array.from(looks, async (look) => [look, await rasterOf(layers[look]!)] as const),
    )
    return new Map(rasters)
  }

  async function encodeBatch(batch: readonly number[], quality: number, into: Map<number, Uint8Array>) {
    const rasters = await rastersOf(batch)
    const heights = batch.map((content) => bands[contents.startOf(content)]!.heightPx)
    const tallPx = heights.reduce((sum, each) => sum + each, 0)
    const rgb = new Uint8Array(tallPx * widthPx * 3)
    let at = 0
    for (const [index, content] of batch.entries()) {
      const end = at + heights[index]! * widthPx * 3
      compose(content, rgb.subarray(at, end), rasters)
      at = end
    }
    const { frame, rows } = await encodeRows(
      rgb,
      { widthPx, heightPx: tallPx },
      { quality, chromaSubsampling },
    )
    if (!heads.has(quality)) heads.set(quality, pictureHead(frame, heightPx))
    let row = 0
    for (const content of batch) {
      const { firstRow, endRow } = bands[contents.startOf(content)]!
      const band = bandOf(rows.slice(row, row + endRow - firstRow), firstRow, rowCount)
      row += endRow - firstRow
      into.set(content, band)
      coded.set(keyOf(content, quality), band)
    }
  }

  /** The coded band of each content, made where it is not kept. */
  async function bandsOf(wanted: Float64Array, quality: number): Promise<Map<number, Uint8Array>> {
    const found = new Map<number, Uint8Array>()
    const missing: number[] = []
    for (const content of new Set(wanted)) {
      const band = coded.get(keyOf(content, quality))
      if (band) found.set(content, band)
      else missing.push(content)
    }
    const batches = batchesOf(missing)
    const work = async () => {
      for (let batch = batches.pop(); batch; batch = batches.pop()) await encodeBatch(batch, quality, found)
    }
    await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, work))
    return found
  }

  function batchesOf(missing: readonly number[]): number[][] {
    const batches: number[][] = []
    let batch: number[] = []
    let pixels = 0
    const cutOff = missing.filter((content) => isCutOff(contents.startOf(content)))
    for (const content of missing) {
      const band = contents.startOf(content)
      if (isCutOff(band)) continue
      batch.push(content)
      pixels += bands[band]!.heightPx * widthPx
      if (pixels < BATCH_PIXELS) continue
      batches.push(batch)
      batch = []
      pixels = 0
    }
    if (batch.length > 0) batches.push(batch)
    for (const [index, content] of cutOff.entries()) {
      if (batches[index]) batches[index].push(content)
      else batches.push([content])
    }
    return batches
  }

  async function splice(wanted: Float64Array, quality: number): Promise<SplicedPicture[]> {
    const found = await bandsOf(wanted, quality)
    const head = heads.get(quality)!
    const made: SplicedPicture[] = []
    for (let at = 0; at < wanted.length; at += bands.length) {
      const own: Uint8Array[] = []
      let bytes = head.length
      for (let band = 0; band < bands.length; band++) {
        const piece = found.get(wanted[at + band]!)!
        own.push(piece)
        bytes += piece.length
      }
      made.push({ head, bands: own, bytes, quality })
    }
    return made
  }

  return {
    lookOf(layer) {
      const key = `${layer.opacity} ${lookText(layer)}`
      let look = numbers.get(key)
      if (look === undefined) {
        look = layers.length
        layers.push(layer)
        numbers.set(key, look)
      }
      return look
    },
    async pictures(used, depth, qualities, maxBytes) {
      await measure(used)
      const wanted = contentsOf(used, depth)
      const made: SplicedPicture[] = []
      let open = Array.from({ length: used.length / depth }, (_, at) => at)
      for (const quality of qualities) {
        if (open.length === 0) break
        const pictures = await splice(rowsAt(wanted, bands.length, open), quality)
        for (const [index, at] of open.entries()) made[at] = pictures[index]!
        open = open.filter((at) => made[at]!.bytes > maxBytes)
      }
      return made
    },
    isFull: () => contents.size() > MAX_CONTENTS || layers.length > MAX_LOOKS,
  }
}

type Rasters = ReadonlyMap<number, Raster>

/** Some rows of a table that is all its rows one after the other. */
function rowsAt(table: Float64Array, width: number, rows: readonly number[]): Float64Array {
  if (rows.length * width === table.length) return table
  const some = new Float64Array(rows.length * width)
  for (const [at, row] of rows.entries()) some.set(table.subarray(row * width, (row + 1) * width), at * width)
  return some
}

function keyOf(content: number, quality: number): number {
  return content * 128 + quality
}
