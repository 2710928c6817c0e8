import { describe, expect, it } from 'vitest'
import { trendOf, trendVerdict } from '../../../bench/trend.ts'
import { createStream } from '../../../core/stream.ts'
import { normalQuantile } from '../../../stats/normal.ts'

describe('the trend of a figure', () => {
  it('is the least-squares line with its t interval', () => {
    // Slope 1.9, residuals 0.2, -0.7, 0.4, 0.5, -0.4: s2 = 1.1 / 3, standard error 0.191485, t(3, 0.975) = 3.182446.
    const trend = trendOf([2, 3, 6, 8, 9])
    expect(trend.mean).toBeCloseTo(5.6, 12)
    expect(trend.slope).toBeCloseTo(1.9, 12)
    expect(trend.high - trend.slope).toBeCloseTo(3.182446 * Math.sqrt(1.1 / 3 / 10), 5)
    expect(trend.slope - trend.low).toBeCloseTo(trend.high - trend.slope, 12)
  })

  it('holds the true slope as often as it says', () => {
    const stream = createStream('trend')
    let held = 0
    for (let run = 0; run < 2_000; run++) {
      const values = Array.from({ length: 9 }, (_, at) => 400 + 3 * at + 10 * normalQuantile(stream.next()))
      const { low, high } = trendOf(values)
      if (low <= 3 && 3 <= high) held++
    }
    expect(held / 2_000).toBeGreaterThan(0.935)
    expect(held / 2_000).toBeLessThan(0.965)
  })

  it.each([
    ['a leak of 1 % a minute', Array.from({ length: 9 }, (_, at) => 400 + 4 * at + (at % 3)), 'rising'],
    ['a level that wobbles', Array.from({ length: 9 }, (_, at) => 400 + (at % 3)), 'flat'],
    ['what falls', Array.from({ length: 9 }, (_, at) => 400 - 4 * at), 'flat'],
    ['what jumps about', [400, 300, 500, 350, 450, 300, 520, 380, 410], 'cannot be told'],
    ['two values', [400, 400], 'cannot be told'],
  ] as const)('tells %s: %s', (_what, values, verdict) => {
    expect(trendVerdict(trendOf(values), 0.005)).toBe(verdict)
  })
})
