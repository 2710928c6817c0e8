import { stridesOf } from './blocks.ts'
import { BARRED, type Combinations } from './combinations.ts'

/**
 * Fewest rows any covering set can have, as far as it is cheap to know; exact where the dimensions have two options each
 * and no rule, and for orthogonal arrays. The greatest of:
 *
 * - rows with different options of one dimension are different: the sum over the options of the most combinations that
 *   two (or, at strength three, pairs of) other choices make with it; at least the product of the longest lists that
 *   rules let meet;
 * - `pairBound` of the dimensions that no rule keeps apart; at strength three of all but one, times its options.
 */
export function leastRows(combinations: Combinations): number {
  const { blocks, sizes } = combinations
  const strength = blocks[0]!.dimensions.length
  const free = freeDimensions(combinations)
    .map((dimension) => sizes[dimension]!)
    .sort((a, b) => b - a)
  const apart = mostApart(combinations)
  // Fewer are free of one another without having met.
  if (free.length < strength) return apart
  if (strength === 2) return Math.max(apart, pairBound(free))
  return Math.max(apart, ...free.map((size, at) => size * pairBound(free.toSpliced(at, 1))))
}

/** The first of the two bounds. */
function mostApart(combinations: Combinations): number {
  const { blocks, sizes, times } = combinations
  const most = sizes.map((size) => new Int32Array(size))
  for (const block of blocks) {
    const strides = stridesOf(block, sizes)
    const met = block.dimensions.map((dimension) => new Int32Array(sizes[dimension]!))
    for (let place = 0; place < block.size; place++) {
      if (times[block.base + place]! >= BARRED) continue
      for (const [part, dimension] of block.dimensions.entries()) {
        met[part]![Math.floor(place / strides[part]!) % sizes[dimension]!]!++
      }
    }
    for (const [part, dimension] of block.dimensions.entries()) {
      for (const [option, count] of met[part]!.entries()) {
        most[dimension]![option] = Math.max(most[dimension]![option]!, count)
      }
    }
  }
  return Math.max(...most.map((counts) => counts.reduce((sum, count) => sum + count, 0)))
}

/** Dimensions of which every two (or three) allow all combinations, taken in order while that holds. */
function freeDimensions({ blocks, sizes, times }: Combinations): number[] {
  const barred = new Set(
    blocks
      .filter(({ base, size }) => times.subarray(base, base + size).some((each) => each >= BARRED))
      .map(({ dimensions }) => dimensions.join()),
  )
  const free: number[] = []
  for (const dimension of sizes.keys()) {
    const meets = (others: number[]) => !barred.has([...others, dimension].join())
    const isFree =
      blocks[0]!.dimensions.length === 2
        ? free.every((one) => meets([one]))
        : free.every((one, at) => free.slice(at + 1).every((two) => meets([one, two])))
    if (isFree) free.push(dimension)
  }
  return free
}

/** From this many dimensions of three or more options, a covering set of pairs has at least TERNARY_ROWS rows. */
const TERNARY_DIMENSIONS = 11
const TERNARY_ROWS = 15

/**
 * Fewest rows in which every pair of options appears, for lists of these sizes (descending) without rules.
 *
 * @see Kleitman and Spencer 1973, Discrete Mathematics 6:255, doi:10.1016/0012-365X(73)90098-8 (two options, exact)
 * @see Izquierdo-Marquez and Torres-Jimenez 2018, "New optimal covering arrays using an orderly algorithm" (15 rows for
 * 11 to 20 lists of three)
 */
function pairBound(sizes: readonly number[]): number {
  const withTwo = sizes.filter((size) => size >= 2).length
  const withThree = sizes.filter((size) => size >= 3).length
  return Math.max(
    (sizes[0] ?? 1) * (sizes[1] ?? 1),
    withTwo >= 2 ? binaryRows(withTwo) : 0,
    withThree >= TERNARY_DIMENSIONS ? TERNARY_ROWS : 0,
  )
}

/** The rows that cover every pair of so many dimensions of two options: exact. */
export function binaryRows(dimensions: number): number {
  let rows = 4
  while (choose(rows - 1, Math.ceil(rows / 2)) < dimensions) rows++
  return rows
}

function choose(from: number, many: number): number {
  let ways = 1
  for (let each = 1; each <= many; each++) ways = (ways * (from - many + each)) / each
  return ways
}
