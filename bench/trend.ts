import { studentCritical } from '../stats/student.ts'

/** How a figure goes over time. */
export interface Trend {
  readonly mean: number
  /** Least-squares slope, units a minute, and its 95 % interval; infinite with fewer than three values. */
  readonly slope: number
  readonly low: number
  readonly high: number
}

export type TrendVerdict = 'flat' | 'rising' | 'cannot be told'

/**
 * The straight line through values a minute apart.
 *
 * The interval takes them as independent around the line, which minutes of a server are nearly: what garbage collection
 * does to one minute is over in the next.
 */
export function trendOf(values: readonly number[]): Trend {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const middle = (n - 1) / 2
  let spread = 0
  let together = 0
  for (const [at, value] of values.entries()) {
    spread += (at - middle) ** 2
    together += (at - middle) * (value - mean)
  }
  if (n < 3) return { mean, slope: n < 2 ? 0 : together / spread, low: -Infinity, high: Infinity }
  const slope = together / spread
  let left = 0
  for (const [at, value] of values.entries()) left += (value - mean - slope * (at - middle)) ** 2
  const half = studentCritical(0.05, n - 2) * Math.sqrt(left / (n - 2) / spread)
  return { mean, slope, low: slope - half, high: slope + half }
}

/**
 * What a trend shows: flat when even the upper end of its interval rises by less than `share` of the mean a minute,
 * rising when the lower end rises by more; between them more minutes are needed.
 */
export function trendVerdict({ mean, low, high }: Trend, share: number): TrendVerdict {
  const limit = share * mean
  if (high < limit) return 'flat'
  return low > limit ? 'rising' : 'cannot be told'
}
