import type { Plan } from '../../campaign/plan.ts'
import { columnsOf, type ParquetColumn, SLOTS } from './columns.ts'
import { ENCODINGS } from './page.ts'
import { binary, i16, i32, i64, list, struct, type Thrift, type ThriftStruct, thriftBytes } from './thrift.ts'

// Numbers of the Parquet format: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift

/** What a file begins and ends with. */
export const MAGIC: Uint8Array = Buffer.from('PAR1', 'latin1')

/** What the footer must know of a row group. */
export interface RowGroupNote {
  readonly rows: number
  /** In the order of columnsOf; their pages follow one another. */
  readonly columns: readonly ColumnNote[]
}

export interface ColumnNote {
  /** Sizes of the pages, the dictionary first where there is one. */
  readonly pages: readonly { readonly bytes: number; readonly rawBytes: number }[]
  readonly nulls: number
  /** Least and greatest value as PLAIN bytes without a length, in hex. */
  readonly min?: string
  readonly max?: string
}

const TYPES = { int32: 1, int64: 2, text: 6 } as const
const REQUIRED = 0
const OPTIONAL = 1
const UTF8 = 0
const SNAPPY = 1
const LENGTH_BYTES = 4

/** The end of a file whose row groups, in order, have these notes and follow one another after the magic. */
export function parquetFooter(plan: Plan, count: bigint, groups: readonly RowGroupNote[]): Uint8Array {
  const columns = columnsOf(plan, count)
  const rowGroups: Thrift[] = []
  let at = MAGIC.length
  for (const [ordinal, group] of groups.filter(({ rows }) => rows > 0).entries()) {
    const { chunks, end, rawBytes } = chunksOf(columns, group, at)
    rowGroups.push(
      struct(
        [1, list(chunks)],
        [2, i64(rawBytes)],
        [3, i64(group.rows)],
        [5, i64(at)],
        [6, i64(end - at)],
        [7, ordinal < 2 ** 15 ? i16(ordinal) : undefined],
      ),
    )
    at = end
  }
  const metadata = thriftBytes(
    struct(
      [1, i32(1)],
      [2, list(schemaOf(columns))],
      [3, i64(groups.reduce((sum, { rows }) => sum + rows, 0))],
      [4, list(rowGroups)],
      [6, binary('polyad')],
      // Texts are ordered by their bytes, numbers as numbers.
      [7, list(columns.map(() => struct([1, struct()])))],
    ),
  )
  const footer = new Uint8Array(metadata.length + LENGTH_BYTES + MAGIC.length)
  footer.set(metadata)
  new DataView(footer.buffer).setUint32(metadata.length, metadata.length, true)
  footer.set(MAGIC, metadata.length + LENGTH_BYTES)
  return footer
}

function chunksOf(columns: readonly ParquetColumn[], group: RowGroupNote, from: number) {
  let at = from
  let allRawBytes = 0
  const chunks = columns.map((column, index) => {
    const { pages, nulls, min, max } = group.columns[index]!
    const begins = at
    const hasDictionary = pages.length > 1
    const bytes = pages.reduce((sum, page) => sum + page.bytes, 0)
    const rawBytes = pages.reduce((sum, page) => sum + page.rawBytes, 0)
    at += bytes
    allRawBytes += rawBytes
    const bound = (hexText: string | undefined) =>
      hexText === undefined ? undefined : binary(Buffer.from(hexText, 'hex'))
    return struct(
      [2, i64(begins)],
      [
        3,
        struct(
          [1, i32(TYPES[column.type])],
          [2, list(encodingsOf(column).map(i32))],
          [3, list(column.path.map(binary))],
          [4, i32(SNAPPY)],
          [5, i64(group.rows)],
          [6, i64(rawBytes)],
          [7, i64(bytes)],
          [9, i64(hasDictionary ? begins + pages[0]!.bytes : begins)],
          [11, hasDictionary ? i64(begins) : undefined],
          [12, struct([3, i64(nulls)], [5, bound(max)], [6, bound(min)])],
        ),
      ],
    )
  })
  return { chunks, end: at, rawBytes: allRawBytes }
}

function encodingsOf({ encoding }: ParquetColumn): number[] {
  switch (encoding) {
    case 'dictionary':
      return [ENCODINGS.plain, ENCODINGS.rle, ENCODINGS.dictionary]
    case 'front-coded':
      return [ENCODINGS.rle, ENCODINGS.frontCoded]
    case 'deltas':
      return [ENCODINGS.rle, ENCODINGS.deltas]
    case 'plain':
      return [ENCODINGS.rle, ENCODINGS.plain]
  }
}

/** The tree of fields, each before its children. */
function schemaOf(columns: readonly ParquetColumn[]): ThriftStruct[] {
  const leaf = ({ path, type, isOptional }: ParquetColumn): ThriftStruct =>
    struct(
      [1, i32(TYPES[type])],
      [3, i32(isOptional ? OPTIONAL : REQUIRED)],
      [4, binary(path.at(-1)!)],
      [6, type === 'text' ? i32(UTF8) : undefined],
      [10, type === 'text' ? struct([1, struct()]) : undefined],
    )
  const slots = columns.filter(({ path }) => path.length > 1)
  const fields = columns.flatMap((column) => {
    if (column.path.length === 1) return [leaf(column)]
    if (column !== slots[0]) return []
    const group = struct([3, i32(REQUIRED)], [4, binary(SLOTS)], [5, i32(slots.length)])
    return [group, ...slots.map(leaf)]
  })
  const topLevel = columns.length - slots.length + 1
  return [struct([4, binary('ad_units')], [5, i32(topLevel)]), ...fields]
}
