import { andBitmaps, type Bitmap, emptyBitmap, fullBitmap, notBitmap, orBitmaps } from '../core/bitmap.ts'
import type { Range, Rule, Scalar } from './rule.ts'

/** Answers single tests for all rows at once. The bitmaps may be shared: they are not to be changed. */
export interface BitmapSource {
  readonly size: number
  in(attribute: string, values: readonly Scalar[]): Bitmap
  range(attribute: string, range: Range): Bitmap
  has(attribute: string, values: readonly string[]): Bitmap
  known(attribute: string): Bitmap
  /** Rows with one mention that meets the whole `rule` (what stands inside the mention clause). */
  mention(rule: Rule): Bitmap
}

/** The rows that meet the rule: the same ones as `compileRule` accepts one by one. */
export function evaluateRule(rule: Rule, source: BitmapSource): Bitmap {
  switch (rule.kind) {
    case 'all': {
      const [first, ...rest] = rule.of
      if (!first) return fullBitmap(source.size)
      return rest.reduce(
        (rows, part) => andBitmaps(rows, evaluateRule(part, source)),
        evaluateRule(first, source),
      )
    }
    case 'any': {
      const [first, ...rest] = rule.of
      if (!first) return emptyBitmap(source.size)
      return rest.reduce(
        (rows, part) => orBitmaps(rows, evaluateRule(part, source)),
        evaluateRule(first, source),
      )
    }
    case 'not':
      return notBitmap(evaluateRule(rule.of, source))
    case 'mention':
      return source.mention(rule.of)
    case 'in':
      return source.in(rule.attribute, rule.values)
    case 'range':
      return source.range(rule.attribute, rule.range)
    case 'has':
      return source.has(rule.attribute, rule.values)
    case 'known':
      return source.known(rule.attribute)
  }
}
