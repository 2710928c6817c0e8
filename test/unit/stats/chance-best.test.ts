import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { chancesOfLargest, type NormalLaw } from '../../../stats/chance-best.ts'
import { normalCdf, normalQuantile } from '../../../stats/normal.ts'

describe('chancesOfLargest', () => {
  it.each([
    [0, 1, 1, 1],
    [0, 0.01, -1, 1],
    [0, 0.001, -1, 1],
    [0, 0, -0.5, 1],
    [0.3, 0.2, 1.2, 0.9],
    [5, 0.1, -5, 0.1],
  ])(
    'is the normal law of the difference of two: N(%d, %d) and N(%d, %d)',
    (mean, deviation, other, wide) => {
      const [first, second] = chancesOfLargest([
        { mean, deviation },
        { mean: other, deviation: wide },
      ])
      const exact = normalCdf((mean - other) / Math.hypot(deviation, wide))
      expect(Math.abs(first! - exact)).toBeLessThan(deviation === 0 ? 3e-3 : 2e-4)
      expect(first! + second!).toBeCloseTo(1, 12)
    },
  )

  it('agrees with draws of several', () => {
    const laws: NormalLaw[] = [
      { mean: 0, deviation: 0.3 },
      { mean: 0.2, deviation: 0.1 },
      { mean: -0.4, deviation: 0.8 },
      { mean: 0.1, deviation: 0.02 },
    ]
    const stream = createStream('largest')
    const draws = 40_000
    const largest = laws.map(() => 0)
    for (let draw = 0; draw < draws; draw++) {
      const drawn = laws.map(
        ({ mean, deviation }) => mean + deviation * normalQuantile(stream.next() + 2 ** -33),
      )
      largest[drawn.indexOf(Math.max(...drawn))]!++
    }
    chancesOfLargest(laws).forEach((chance, at) => {
      const error = Math.sqrt((chance * (1 - chance)) / draws)
      expect(Math.abs(largest[at]! / draws - chance)).toBeLessThan(4 * error)
    })
  })

  it('sums to 1, keeps the order of equally sure numbers, and follows a shift', () => {
    const means = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(means, fc.double({ min: 0.01, max: 3, noNaN: true }), (list, deviation) => {
        const chances = chancesOfLargest(list.map((mean) => ({ mean, deviation })))
        expect(chances.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9)
        for (const [at, mean] of list.entries()) {
          const better = list.findIndex((other) => other > mean)
          if (better >= 0) expect(chances[at]!).toBeLessThanOrEqual(chances[better]! + 1e-9)
        }
        const shifted = chancesOfLargest(list.map((mean) => ({ mean: mean + 1, deviation })))
        for (const [at, chance] of shifted.entries()) expect(chance).toBeCloseTo(chances[at]!, 3)
      }),
      { numRuns: 40 },
    )
  })

  it('shares evenly between numbers that never differ, and knows a certain winner', () => {
    const certain = (...means: number[]) => chancesOfLargest(means.map((mean) => ({ mean, deviation: 0 })))
    expect(certain(1, 1, 0)).toEqual([0.5, 0.5, 0])
    expect(certain(7)).toEqual([1])
    expect(certain(0, 0.5)).toEqual([0, 1])
  })

  it('refuses what is no law', () => {
    expect(() => chancesOfLargest([])).toThrow(RangeError)
    expect(() => chancesOfLargest([{ mean: 0, deviation: -1 }])).toThrow(RangeError)
    expect(() => chancesOfLargest([{ mean: Number.NaN, deviation: 1 }])).toThrow(RangeError)
  })
})
