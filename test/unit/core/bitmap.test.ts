import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  andBitmaps,
  type Bitmap,
  bitmapFromRows,
  countBits,
  countBoth,
  fullBitmap,
  hasBit,
  notBitmap,
  orBitmaps,
  rowsOf,
} from '../../../core/bitmap.ts'

const twoSets = fc.integer({ min: 1, max: 200 }).chain((size) => {
  const rows = fc.uniqueArray(fc.integer({ min: 0, max: size - 1 }))
  return fc.record({ size: fc.constant(size), a: rows, b: rows })
})
const sorted = (rows: Iterable<number>) => [...rows].sort((x, y) => x - y)
const rows = (bitmap: Bitmap) => [...rowsOf(bitmap)]

it('bitmaps agree with sets of numbers', () => {
  fc.assert(
    fc.property(twoSets, ({ size, a, b }) => {
      const [x, y] = [bitmapFromRows(size, a), bitmapFromRows(size, b)]
      expect(rows(x)).toEqual(sorted(a))
      expect(rows(andBitmaps(x, y))).toEqual(sorted(a.filter((row) => b.includes(row))))
      expect(rows(orBitmaps(x, y))).toEqual(sorted(new Set([...a, ...b])))
      expect(rows(notBitmap(x))).toEqual([...Array(size).keys()].filter((row) => !a.includes(row)))
      expect(countBits(x)).toBe(a.length)
      expect(countBoth(x, y)).toBe(a.filter((row) => b.includes(row)).length)
      for (let row = 0; row < size; row++) expect(hasBit(x, row)).toBe(a.includes(row))
    }),
  )
})

it('a full bitmap has every row and nothing past its size', () => {
  for (const size of [1, 31, 32, 33, 64, 100]) expect(countBits(fullBitmap(size))).toBe(size)
})
