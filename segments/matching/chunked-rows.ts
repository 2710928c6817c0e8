/** Words of 32 bits in a chunk. Of 1 to 16, 4 matched quickest; half as many take twice the memory. */
export const CHUNK_WORDS = 4
const CHUNK_BITS = CHUNK_WORDS * 32

/**
 * Many bitmaps of one size, the rows. A row names its chunks of 128 bits; equal chunks are kept once, so a row that
 * differs little from others takes four bytes a chunk, and the empty chunk is number 0. Its summary has a bit for each
 * chunk that is not empty.
 */
export interface ChunkedRows {
  readonly chunksPerRow: number
  readonly summaryWordsPerRow: number
  /** Chunk numbers, row after row. */
  readonly chunkIds: Uint32Array
  readonly summaries: Uint32Array
  /** Bits of chunk c from word `c * CHUNK_WORDS` on. */
  readonly words: Uint32Array
  readonly bytes: number
}

export interface ChunkedRowsBuilder {
  /** Bits of the row that is made next: change them by `flip`. They stay as they are for the row after. */
  flip(bit: number): void
  /** Empties the bits. */
  clear(): void
  /** @returns the row's number; that of the row before when nothing was flipped since */
  addRow(): number
  finish(): ChunkedRows
}

export function createChunkedRowsBuilder(bits: number): ChunkedRowsBuilder {
  const chunksPerRow = Math.max(1, Math.ceil(bits / CHUNK_BITS))
  const summaryWordsPerRow = Math.ceil(chunksPerRow / 32)
  const current = new Uint32Array(chunksPerRow * CHUNK_WORDS)
  const ids = new Uint32Array(chunksPerRow)
  const summary = new Uint32Array(summaryWordsPerRow)
  const dirty = new Set<number>()
  const rows: { readonly ids: Uint32Array; readonly summary: Uint32Array }[] = []
  const chunks = createChunkStore()

  return {
    flip(bit) {
      current[bit >>> 5]! ^= 1 << (bit & 31)
      dirty.add(Math.floor(bit / CHUNK_BITS))
    },
    clear() {
      for (let chunk = 0; chunk < chunksPerRow; chunk++) if (ids[chunk] !== 0) dirty.add(chunk)
      for (const chunk of dirty) current.fill(0, chunk * CHUNK_WORDS, (chunk + 1) * CHUNK_WORDS)
    },
    addRow() {
      if (dirty.size === 0 && rows.length > 0) return rows.length - 1
      for (const chunk of dirty) {
        const id = chunks.idOf(current.subarray(chunk * CHUNK_WORDS, (chunk + 1) * CHUNK_WORDS))
        ids[chunk] = id
        const bit = 1 << (chunk & 31)
        if (id === 0) summary[chunk >>> 5]! &= ~bit
        else summary[chunk >>> 5]! |= bit
      }
      dirty.clear()
      return rows.push({ ids: ids.slice(), summary: summary.slice() }) - 1
    },
    finish() {
      const chunkIds = new Uint32Array(rows.length * chunksPerRow)
      const summaries = new Uint32Array(rows.length * summaryWordsPerRow)
      for (const [at, row] of rows.entries()) {
        chunkIds.set(row.ids, at * chunksPerRow)
        summaries.set(row.summary, at * summaryWordsPerRow)
      }
      const words = chunks.words()
      const bytes = chunkIds.byteLength + summaries.byteLength + words.byteLength
      return { chunksPerRow, summaryWordsPerRow, chunkIds, summaries, words, bytes }
    },
  }
}

/** Chunks by their bits, each once; number 0 is the empty one. */
function createChunkStore() {
  let words = new Uint32Array(CHUNK_WORDS * 1024)
  let count = 0
  const newestByHash = new Map<number, number>()
  /** The chunk before it with the same hash, -1: none. */
  const before: number[] = []
  const isAt = (chunk: Uint32Array, id: number): boolean => {
    for (let i = 0; i < CHUNK_WORDS; i++) if (words[id * CHUNK_WORDS + i] !== chunk[i]) return false
    return true
  }
  const idOf = (chunk: Uint32Array): number => {
    let hash = 0
    for (let i = 0; i < CHUNK_WORDS; i++) hash = Math.imul(hash ^ chunk[i]!, 0x9e3779b1) ^ (hash >>> 15)
    const newest = newestByHash.get(hash) ?? -1
    for (let id = newest; id >= 0; id = before[id]!) if (isAt(chunk, id)) return id
    if ((count + 1) * CHUNK_WORDS > words.length) {
      const grown = new Uint32Array(words.length * 2)
      grown.set(words)
      words = grown
    }
    words.set(chunk, count * CHUNK_WORDS)
    before.push(newest)
    newestByHash.set(hash, count)
    return count++
  }
  idOf(new Uint32Array(CHUNK_WORDS))
  return { idOf, words: () => words.slice(0, count * CHUNK_WORDS) }
}
