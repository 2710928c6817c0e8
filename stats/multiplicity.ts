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
  const ascending = ranksOf(pValues)
  const adjusted = new Array<number>(pValues.length)
  let smallest = 1
  for (let at = ascending.length - 1; at >= 0; at--) {
    const index = ascending[at]!
    smallest = Math.min(smallest, (pValues[index]! * pValues.length) / (at + 1))
    adjusted[index] = smallest
  }
  return adjusted
}

/**
 * Holm's adjusted p-values: accepting all of at most 0.05 keeps the chance of even one false one at 5 %, however the
 * tests depend on each other.
 *
 * @param pValues each in [0, 1], in any order
 * @returns in [0, 1], in the order of the input, none below its p-value
 * @see Holm 1979, Scand. J. Stat. 6:65-70
 */
export function holm(pValues: readonly number[]): number[] {
  const adjusted = new Array<number>(pValues.length)
  let largest = 0
  ranksOf(pValues).forEach((index, at) => {
    largest = Math.max(largest, Math.min(1, pValues[index]! * (pValues.length - at)))
    adjusted[index] = largest
  })
  return adjusted
}

/** Positions from the smallest p-value to the largest. */
function ranksOf(pValues: readonly number[]): number[] {
  const wrong = pValues.findIndex((p) => !(p >= 0 && p <= 1))
  if (wrong >= 0) throw new RangeError(`p-value ${wrong} is ${pValues[wrong]}, not in [0, 1]`)
  return pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]! || a - b)
}
