/**
 * Benjamini and Hochberg's q-values: reporting all with a q-value of at most 0.05 keeps the expected share of false
 * ones among them at 5 %, for independent or positively dependent tests.
 *
 * q of the i-th smallest of m is the smallest p_(j) m / j over j >= i.
 *
 * @param pValues each in [0, 1], in any order
 * @returns in [0, 1], in the order of the input, none below its p-value
 * @see Benjamini, Hochberg 1995, J. R. Stat. Soc. B 57:289-300, doi:10.1111/j.2517-6161.1995.tb02031.x
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  requireProbabilities(pValues)
  const order = ascending(pValues)
  const adjusted = new Array<number>(pValues.length)
  let smallest = 1
  for (let at = order.length - 1; at >= 0; at--) {
    const index = order[at]!
    // The ratio first: rounding cannot take it below 1, nor q below p.
    smallest = Math.min(smallest, pValues[index]! * (pValues.length / (at + 1)))
    adjusted[index] = smallest
  }
  return adjusted
}

/**
 * Holm's adjusted p-values: accepting all of at most 0.05 keeps the chance of even one false one at 5 %, however the
 * tests depend on each other.
 *
 * @param pValues each in [0, 1], in any order
 * @param weights how much of that chance each test may use up, above 0, fixed before the data were seen; equal unless
 *   given
 * @returns in [0, 1], in the order of the input, none below its p-value
 * @see Holm 1979, Scand. J. Stat. 6:65-70 (weights: sec. 5)
 */
export function holm(
  pValues: readonly number[],
  weights: readonly number[] = pValues.map(() => 1),
): number[] {
  requireProbabilities(pValues)
  if (weights.length !== pValues.length || !weights.every((weight) => weight > 0 && weight < Infinity)) {
    throw new RangeError(`holm: ${pValues.length} p-values and the weights ${weights.join(', ')}`)
  }
  const adjusted = new Array<number>(pValues.length)
  let left = weights.reduce((sum, weight) => sum + weight, 0)
  let largest = 0
  for (const index of ascending(pValues.map((p, at) => p / weights[at]!))) {
    largest = Math.max(largest, Math.min(1, (pValues[index]! / weights[index]!) * left))
    adjusted[index] = largest
    left -= weights[index]!
  }
  return adjusted
}

function requireProbabilities(pValues: readonly number[]): void {
  const wrong = pValues.findIndex((p) => !(p >= 0 && p <= 1))
  if (wrong >= 0) throw new RangeError(`p-value ${wrong} is ${pValues[wrong]}, not in [0, 1]`)
}

/** Positions from the smallest value to the largest. */
function ascending(values: readonly number[]): number[] {
  return values.map((_, index) => index).sort((a, b) => values[a]! - values[b]! || a - b)
}
