import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { fitAdditiveMeans } from '../../../stats/additive-means.ts'

describe('additive means', () => {
  const rows = 20_000
  const stream = createStream('additive')
  const first = Int32Array.from({ length: rows }, () => stream.integer(3))
  // What is shown of the second factor hangs on the first, so plain means of its levels would be off.
  const second = Int32Array.from(first, (level) => (stream.next() < 0.8 ? level : stream.integer(3)))
  const truth = [
    [0.1, -0.2, 0.1],
    [0.3, 0, -0.3],
  ] as const
  const outcome = Float64Array.from(
    first,
    (level, row) => 1 + truth[0][level]! + truth[1][second[row]!]! + (stream.next() - 0.5) / 10,
  )

  it('finds the effects of levels that are shown together', () => {
    const { mean, effects } = fitAdditiveMeans(
      { levels: [first, second], sizes: [3, 3] },
      outcome,
      () => true,
    )
    for (const [a, b] of [
      [0, 0],
      [0, 2],
      [1, 0],
      [2, 1],
    ] as const) {
      const expected = 1 + truth[0][a] + truth[1][b]
      expect(mean + effects[0]![a]! + effects[1]![b]!).toBeCloseTo(expected, 1)
    }
  })

  it('learns from the rows it is told alone, and nothing of a level that none of them has', () => {
    const { effects } = fitAdditiveMeans({ levels: [first], sizes: [4] }, outcome, (row) => first[row] !== 2)
    expect(effects[0]![2]).toBe(0)
    expect(effects[0]![3]).toBe(0)
    const alone = fitAdditiveMeans(
      { levels: [first.filter((level) => level !== 2)], sizes: [4] },
      outcome.filter((_, row) => first[row] !== 2),
      () => true,
    )
    expect(effects[0]![0]).toBeCloseTo(alone.effects[0]![0]!, 12)
  })
})
