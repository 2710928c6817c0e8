import { snappyCompress } from './snappy.ts'
import { i32, struct, thriftBytes } from './thrift.ts'

// Numbers of the Parquet format: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift

const DATA_PAGE = 0
const DICTIONARY_PAGE = 2

export const ENCODINGS = { plain: 0, rle: 3, deltas: 5, frontCoded: 7, dictionary: 8 } as const

/** A page with its header, compressed. */
export interface Page {
  readonly parts: readonly Uint8Array[]
  /** With the header. */
  readonly bytes: number
  /** With the header, before compression. */
  readonly rawBytes: number
}

export function dictionaryPage(content: Uint8Array, values: number): Page {
  return page(DICTIONARY_PAGE, content, [7, struct([1, i32(values)], [2, i32(ENCODINGS.plain)])])
}

/** @param content levels, where the column has them, then values in `encoding` */
export function dataPage(content: Uint8Array, values: number, encoding: number): Page {
  const header = struct(
    [1, i32(values)],
    [2, i32(encoding)],
    [3, i32(ENCODINGS.rle)],
    [4, i32(ENCODINGS.rle)],
  )
  return page(DATA_PAGE, content, [5, header])
}

function page(
  type: number,
  content: Uint8Array,
  kind: [id: number, header: ReturnType<typeof struct>],
): Page {
  const compressed = snappyCompress(content)
  const header = thriftBytes(
    struct([1, i32(type)], [2, i32(content.length)], [3, i32(compressed.length)], kind),
  )
  return {
    parts: [header, compressed],
    bytes: header.length + compressed.length,
    rawBytes: header.length + content.length,
  }
}
