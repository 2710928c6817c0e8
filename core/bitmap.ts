/** A set of row numbers in [0, size), one bit each, 32 to a word; bits past `size` are zero. */
export interface Bitmap {
  readonly size: number
  readonly words: Uint32Array
}

export function emptyBitmap(size: number): Bitmap {
  return { size, words: new Uint32Array((size + 31) >>> 5) }
}

export function fullBitmap(size: number): Bitmap {
  const bitmap = emptyBitmap(size)
  bitmap.words.fill(0xffffffff)
  clearTail(bitmap)
  return bitmap
}

export function bitmapFromRows(size: number, rows: Iterable<number>): Bitmap {
  const bitmap = emptyBitmap(size)
  for (const row of rows) setBit(bitmap, row)
  return bitmap
}

export function setBit(bitmap: Bitmap, row: number): void {
  bitmap.words[row >>> 5]! |= 1 << (row & 31)
}

export function clearBit(bitmap: Bitmap, row: number): void {
  bitmap.words[row >>> 5]! &= ~(1 << (row & 31))
}

export function hasBit(bitmap: Bitmap, row: number): boolean {
  return ((bitmap.words[row >>> 5]! >>> (row & 31)) & 1) === 1
}

export function andBitmaps(a: Bitmap, b: Bitmap): Bitmap {
  const result = emptyBitmap(a.size)
  for (let i = 0; i < result.words.length; i++) result.words[i] = a.words[i]! & b.words[i]!
  return result
}

export function orBitmaps(a: Bitmap, b: Bitmap): Bitmap {
  const result = emptyBitmap(a.size)
  for (let i = 0; i < result.words.length; i++) result.words[i] = a.words[i]! | b.words[i]!
  return result
}

export function notBitmap(a: Bitmap): Bitmap {
  const result = emptyBitmap(a.size)
  for (let i = 0; i < result.words.length; i++) result.words[i] = ~a.words[i]!
  clearTail(result)
  return result
}

/** How many rows are in the set. */
export function countBits(bitmap: Bitmap): number {
  let count = 0
  for (const word of bitmap.words) count += popCount(word)
  return count
}

/** How many rows are in both sets, without making the intersection. */
export function countBoth(a: Bitmap, b: Bitmap): number {
  let count = 0
  for (let i = 0; i < a.words.length; i++) count += popCount(a.words[i]! & b.words[i]!)
  return count
}

/** The rows of the set, ascending. */
export function* rowsOf(bitmap: Bitmap): Generator<number> {
  for (let i = 0; i < bitmap.words.length; i++) {
    let word = bitmap.words[i]!
    while (word !== 0) {
      const lowest = 31 - Math.clz32(word & -word)
      yield i * 32 + lowest
      word &= word - 1
    }
  }
}

function clearTail(bitmap: Bitmap): void {
  const used = bitmap.size & 31
  if (used !== 0) bitmap.words[bitmap.words.length - 1]! &= (1 << used) - 1
}

// Hamming weight of 32 bits, Warren, Hacker's Delight, 2nd ed. 2012, fig. 5-2.
function popCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555)
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
}
