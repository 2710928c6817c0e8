import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choleskyFactor, invertFactored, solveFactored } from '../../../stats/cholesky.ts'

const square = (rows: readonly (readonly number[])[]) => ({
  size: rows.length,
  values: Float64Array.from(rows.flat()),
})

describe('a Cholesky factor', () => {
  it('solves by hand: 4x + 2y = 10, 2x + 3y = 11', () => {
    const factor = choleskyFactor(
      square([
        [4, 2],
        [2, 3],
      ]),
    )
    const [x, y] = solveFactored(factor, Float64Array.of(10, 11))
    expect(x).toBeCloseTo(1, 14)
    expect(y).toBeCloseTo(3, 14)
    // Determinant 8.
    const inverse = [...invertFactored(factor).values]
    ;[3 / 8, -2 / 8, -2 / 8, 4 / 8].forEach((value, at) => {
      expect(inverse[at]).toBeCloseTo(value, 14)
    })
  })

  it('leaves out a column that others make up, and solves with the rest', () => {
    // The third is the first two together.
    const matrix = [
      [2, 0, 2],
      [0, 5, 5],
      [2, 5, 7],
    ]
    const factor = choleskyFactor(square(matrix))
    const [x, y, z] = solveFactored(factor, Float64Array.of(4, 5, 9))
    expect(x).toBeCloseTo(2, 14)
    expect(y).toBeCloseTo(1, 14)
    expect(z).toBe(0)
    expect([...invertFactored(factor).values.slice(6)]).toEqual([0, 0, 0])
  })

  it('of A A + 1 gives back what was multiplied', () => {
    const entry = fc.double({ min: -3, max: 3, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 25, maxLength: 25 }),
        fc.array(entry, { minLength: 5, maxLength: 5 }),
        (a, x) => {
          const at = (row: number, column: number) => {
            let sum = row === column ? 1 : 0
            for (let k = 0; k < 5; k++) sum += a[row * 5 + k]! * a[column * 5 + k]!
            return sum
          }
          const matrix = Array.from({ length: 5 }, (_, row) =>
            Array.from({ length: 5 }, (_, column) => at(row, column)),
          )
          const right = matrix.map((row) => row.reduce((sum, value, k) => sum + value * x[k]!, 0))
          const solved = solveFactored(choleskyFactor(square(matrix)), Float64Array.from(right))
          x.forEach((value, k) => {
            expect(solved[k]).toBeCloseTo(value, 9)
          })
        },
      ),
    )
  })
})
