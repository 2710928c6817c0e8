/** A symmetric matrix in rows, or its factor. */
export interface Square {
  readonly size: number
  readonly values: Float64Array
}

/** A pivot that falls below this share of its diagonal is one that the others make up already. */
const DEPENDENT = 1e-9

/**
 * Cholesky factor L of a positive semidefinite matrix, L L' = matrix, as far as its columns are independent: one that the
 * columns before it make up is left out, and solutions have 0 there.
 *
 * Cost: size^3 / 6 multiplications.
 *
 * @param matrix only the lower triangle is read
 * @see Golub, Van Loan, Matrix Computations, 4th ed. 2013, sec. 4.2
 */
export function choleskyFactor({ size, values }: Square): Square {
  const factor = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    const at = row * size
    for (let column = 0; column < row; column++) {
      const pivot = factor[column * size + column]!
      if (pivot === 0) continue
      factor[at + column] = (values[at + column]! - dot(factor, at, column * size, column)) / pivot
    }
    const diagonal = values[at + row]!
    const rest = diagonal - dot(factor, at, at, row)
    factor[at + row] = rest > DEPENDENT * diagonal ? Math.sqrt(rest) : 0
  }
  return { size, values: factor }
}

/**
 * The x of matrix x = right.
 *
 * @param factor from `choleskyFactor`; where it has left out a column, x is 0
 */
export function solveFactored({ size, values: factor }: Square, right: Float64Array): Float64Array {
  const x = new Float64Array(size)
  for (let row = 0; row < size; row++) {
    const pivot = factor[row * size + row]!
    if (pivot === 0) continue
    let sum = right[row]!
    for (let column = 0; column < row; column++) sum -= factor[row * size + column]! * x[column]!
    x[row] = sum / pivot
  }
  for (let row = size - 1; row >= 0; row--) {
    const pivot = factor[row * size + row]!
    if (pivot === 0) continue
    const value = x[row]! / pivot
    x[row] = value
    for (let column = 0; column < row; column++) x[column]! -= factor[row * size + column]! * value
  }
  return x
}

/** The inverse, in rows; 0 in the rows and columns that the factor has left out. */
export function invertFactored(factor: Square): Square {
  const { size } = factor
  const values = new Float64Array(size * size)
  const unit = new Float64Array(size)
  for (let column = 0; column < size; column++) {
    unit[column] = factor.values[column * size + column] === 0 ? 0 : 1
    values.set(solveFactored(factor, unit), column * size)
    unit[column] = 0
  }
  return { size, values }
}

function dot(values: Float64Array, first: number, second: number, length: number): number {
  let sum = 0
  for (let at = 0; at < length; at++) sum += values[first + at]! * values[second + at]!
  return sum
}
