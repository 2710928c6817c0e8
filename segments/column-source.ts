import type { Bitmap } from '../core/bitmap.ts'
import { canonicalJson } from '../core/canonical-json.ts'
import { PolyadError } from '../core/errors.ts'
import type { BitmapSource } from '../rules/bitmap.ts'
import type { Rule } from '../rules/rule.ts'
import { type Column, rowsContaining, rowsInRange, rowsKnown, rowsWithValue } from './column.ts'

/** Bitmaps of single tests are kept up to this many bytes, the oldest dropped first. */
const CACHE_BYTES = 64 * 2 ** 20

/** Answers tests from columns; each distinct test is read once and kept. `mention` gets what stands in the clause. */
export function createColumnSource(
  size: number,
  columns: ReadonlyMap<string, Column>,
  mention: (rule: Rule) => Bitmap,
): BitmapSource {
  const cache = new Map<string, Bitmap>()
  const maxBitmaps = Math.max(16, Math.floor(CACHE_BYTES / (size / 8 + 100)))

  const cached = (key: string, make: () => Bitmap): Bitmap => {
    const known = cache.get(key)
    if (known) return known
    const made = make()
    if (cache.size >= maxBitmaps) cache.delete(cache.keys().next().value!)
    cache.set(key, made)
    return made
  }

  const read = (test: string, attribute: string, body: unknown, make: (column: Column) => Bitmap): Bitmap => {
    const column = columns.get(attribute)
    if (!column) {
      throw new PolyadError('POPULATION_UNREADABLE', {
        problem: `it was made before the attribute "${attribute}" was added`,
      })
    }
    return cached(`${test} ${attribute} ${canonicalJson(body)}`, () => make(column))
  }

  return {
    size,
    in: (attribute, values) => read('in', attribute, values, (column) => rowsWithValue(column, values)),
    range: (attribute, range) => read('range', attribute, range, (column) => rowsInRange(column, range)),
    has: (attribute, values) => read('has', attribute, values, (column) => rowsContaining(column, values)),
    known: (attribute) => read('known', attribute, null, rowsKnown),
    mention: (rule) => cached(`mention ${canonicalJson(rule)}`, () => mention(rule)),
  }
}
