/**
 * How many equal segments would be as concentrated as these: 1 / sum of squared shares (inverse Herfindahl index).
 *
 * @param sizes people or money of each segment, at least 0
 * @returns from 1 (one segment has everything) to the number of sizes above 0; 0 where all are 0
 * @see Laakso, Taagepera 1979, Comp. Polit. Stud. 12:3-27, doi:10.1177/001041407901200101
 */
export function effectiveSegments(sizes: readonly number[]): number {
  let sum = 0
  let squares = 0
  for (const size of sizes) {
    expectCount('effectiveSegments', size)
    sum += size
    squares += size * size
  }
  return squares === 0 ? 0 : (sum / squares) * sum
}

/**
 * Share of the smaller of two sets that is in the other: |A and B| / min(|A|, |B|).
 *
 * @param shared may be an estimate, and so above the smaller size
 * @returns in [0, 1]; 0 where a set is empty
 */
export function containment(shared: number, a: number, b: number): number {
  expectCount('containment', shared, a, b)
  const smaller = Math.min(a, b)
  return smaller === 0 ? 0 : Math.min(1, shared / smaller)
}

/**
 * Shared part of two sets: |A and B| / |A or B|.
 *
 * @param shared may be an estimate, and so above the smaller size
 * @returns in [0, 1]; 0 where both sets are empty
 */
export function jaccard(shared: number, a: number, b: number): number {
  expectCount('jaccard', shared, a, b)
  const both = Math.min(shared, a, b)
  const either = a + b - both
  return either === 0 ? 0 : both / either
}

/**
 * Share of memberships that are repeats: 1 - |union| / sum of sizes. 0 for a partition.
 *
 * @param union different people in any set; may be an estimate, and so above the sum
 * @returns in [0, 1); 0 without members
 */
export function overlapRate(union: number, sizes: readonly number[]): number {
  expectCount('overlapRate', union, ...sizes)
  const sum = sizes.reduce((total, size) => total + size, 0)
  return sum === 0 ? 0 : Math.max(0, 1 - union / sum)
}

/**
 * Duplication coefficient D of two brands, pages or segments: how much likelier a person of the first is to be in the
 * second than anybody is. 1 is chance, above 1 they go together, below 1 they keep apart.
 *
 * D = (both / first) / (second / people). "72 % of A's buyers buy B" says nothing without B's own share.
 *
 * @param counts people: in both, in the first, in the second (these two above 0), and all there are
 * @see Goodhardt, Ehrenberg 1969, J. Mark. Res. 6 (duplication of viewing)
 */
export function duplicationCoefficient(counts: {
  readonly both: number
  readonly first: number
  readonly second: number
  readonly people: number
}): number {
  const { both, first, second, people } = counts
  expectCount('duplicationCoefficient', both, first, second, people)
  if (first === 0 || second === 0) {
    throw new RangeError(`duplicationCoefficient: ${first} in the first and ${second} in the second`)
  }
  return (both / first) * (people / second)
}

function expectCount(name: string, ...counts: readonly number[]): void {
  for (const count of counts) {
    if (!(count >= 0 && count < Infinity)) throw new RangeError(`${name}: ${count} is no count`)
  }
}
