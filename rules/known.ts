import type { Range, Scalar } from './rule.ts'

/** Whether there is a value: an empty set and NaN are missing values too. */
export function isKnown(
  value: Scalar | readonly string[] | undefined | null,
): value is Scalar | readonly string[] {
  if (value === undefined || value === null) return false
  if (typeof value === 'number') return !Number.isNaN(value)
  return typeof value !== 'object' || value.length > 0
}

/** Whether a number lies in the range; a bound that is not given does not bound. */
export function inRange(value: number, range: Range): boolean {
  const { gt, gte, lt, lte } = range
  return (
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte)
  )
}
