import type { Decimal } from '../decimal.ts'
import { createByteWriter } from './byte-writer.ts'
import { rankEncoding } from './columns.ts'
import { putDeltas } from './encodings.ts'
import { createFrontCoded } from './front-coded.ts'
import { dataPage, ENCODINGS } from './page.ts'
import type { FinishedColumn } from './row-group.ts'

const ZERO = 48

/** The ranks of a row group, as columnsOf says for so many ad units. */
export interface RankColumn {
  next(rank: Decimal): void
  finish(rows: number): FinishedColumn
}

export function createRankColumn(count: bigint): RankColumn {
  switch (rankEncoding(count)) {
    case 'deltas':
      return differences()
    case 'plain':
      return wholeNumbers()
    case 'front-coded':
      return texts()
  }
}

function differences(): RankColumn {
  const values: number[] = []
  let least = Number.POSITIVE_INFINITY
  let most = 0
  return {
    next({ bytes, start }) {
      let value = 0
      for (let at = start; at < bytes.length; at++) value = value * 10 + bytes[at]! - ZERO
      values.push(value)
      if (value < least) least = value
      if (value > most) most = value
    },
    finish(rows) {
      const content = createByteWriter()
      putDeltas(content, values, rows)
      return numbersColumn(content.written(), rows, ENCODINGS.deltas, BigInt(least), BigInt(most))
    },
  }
}

function wholeNumbers(): RankColumn {
  const values: bigint[] = []
  return {
    next(rank) {
      values.push(BigInt(textOf(rank)))
    },
    finish(rows) {
      const content = new Uint8Array(BigInt64Array.from(values).buffer)
      let [least, most] = [values[0]!, values[0]!]
      for (const value of values) {
        if (value < least) least = value
        if (value > most) most = value
      }
      return numbersColumn(content, rows, ENCODINGS.plain, least, most)
    },
  }
}

function texts(): RankColumn {
  const column = createFrontCoded()
  return {
    next({ bytes, start }) {
      column.next(0)
      column.put(bytes, start, bytes.length)
    },
    finish: (rows) => ({
      pages: [dataPage(column.page(), rows, ENCODINGS.frontCoded)],
      note: { nulls: 0 },
    }),
  }
}

function numbersColumn(
  content: Uint8Array,
  rows: number,
  encoding: number,
  least: bigint,
  most: bigint,
): FinishedColumn {
  return {
    pages: [dataPage(content, rows, encoding)],
    note: { nulls: 0, min: int64Hex(least), max: int64Hex(most) },
  }
}

function textOf({ bytes, start }: Decimal): string {
  return Buffer.from(bytes.subarray(start)).toString('latin1')
}

function int64Hex(value: bigint): string {
  return Buffer.from(BigInt64Array.of(value).buffer).toString('hex')
}
