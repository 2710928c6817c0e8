import { CHUNK_WORDS, type ChunkedRows } from './chunked-rows.ts'

/** What a record is matched by: rows that must all have a bit, and groups of which one row must have it. */
export interface RowQuery {
  /** The first `count` count. */
  readonly rows: number[]
  count: number
  /** Rows of the groups, one group after the other, and where each ends. */
  readonly groupRows: number[]
  readonly groupEnds: number[]
  groups: number
}

export function createRowQuery(): RowQuery {
  return { rows: [], count: 0, groupRows: [], groupEnds: [], groups: 0 }
}

/**
 * Calls back with every bit that the query leaves, ascending. Costs a look at each row's summary, and reads only the
 * chunks that no row leaves empty.
 */
export type Intersect = (query: RowQuery, found: (bit: number) => void) => void

export function createIntersect(index: ChunkedRows): Intersect {
  const { chunksPerRow, summaryWordsPerRow, chunkIds, summaries, words } = index
  /** Where the words of one chunk begin, by row of the query; the groups' after them. */
  const starts: number[] = []

  const liveChunks = ({ rows, count, groupRows, groupEnds, groups }: RowQuery, at: number): number => {
    let live = -1
    for (let i = 0; i < count; i++) live &= summaries[rows[i]! * summaryWordsPerRow + at]!
    for (let group = 0, i = 0; group < groups && live !== 0; group++) {
      let union = 0
      for (const end = groupEnds[group]!; i < end; i++)
        union |= summaries[groupRows[i]! * summaryWordsPerRow + at]!
      live &= union
    }
    return live
  }

  const readChunk = (query: RowQuery, chunk: number, found: (bit: number) => void): void => {
    const { rows, count, groupRows, groupEnds, groups } = query
    const unionRows = groups === 0 ? 0 : groupEnds[groups - 1]!
    for (let i = 0; i < count; i++) starts[i] = chunkIds[rows[i]! * chunksPerRow + chunk]! * CHUNK_WORDS
    for (let i = 0; i < unionRows; i++)
      starts[count + i] = chunkIds[groupRows[i]! * chunksPerRow + chunk]! * CHUNK_WORDS
    for (let at = 0; at < CHUNK_WORDS; at++) {
      let word = -1
      for (let i = 0; i < count && word !== 0; i++) word &= words[starts[i]! + at]!
      for (let group = 0, i = 0; group < groups && word !== 0; group++) {
        let union = 0
        for (const end = groupEnds[group]!; i < end; i++) union |= words[starts[count + i]! + at]!
        word &= union
      }
      while (word !== 0) {
        found((chunk * CHUNK_WORDS + at) * 32 + 31 - Math.clz32(word & -word))
        word &= word - 1
      }
    }
  }

  return (query, found) => {
    for (let at = 0; at < summaryWordsPerRow; at++) {
      let live = liveChunks(query, at)
      while (live !== 0) {
        readChunk(query, at * 32 + 31 - Math.clz32(live & -live), found)
        live &= live - 1
      }
    }
  }
}
