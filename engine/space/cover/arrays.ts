import { binaryRows } from './bound.ts'
import { createField, primePowerFrom } from './field.ts'
import { OPEN } from './walk.ts'

/** A covering array known from mathematics: rows it has, and how to make them. */
export interface KnownArray {
  readonly rows: number
  /** One number a dimension in each row, OPEN where any will do. */
  make(): Iterable<readonly number[]>
}

/**
 * The smallest array these constructions give in which every two (or three) options appear together, when there are no
 * rules.
 *
 * @param sizes options of each dimension, at least `strength` of them, 2 or more each
 */
export function knownArray(sizes: readonly number[], strength: 2 | 3): KnownArray {
  const order = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b)
  const longestFirst = order.map((dimension) => sizes[dimension]!)
  if (sizes.length === strength) return allOf(sizes)
  const found = strength === 2 ? ofPairs(longestFirst) : ofTriples(longestFirst)
  const best = found.reduce((one, other) => (other.rows < one.rows ? other : one))
  return {
    rows: best.rows,
    *make() {
      for (const from of best.make()) {
        const row = new Array<number>(sizes.length)
        for (const [column, dimension] of order.entries()) {
          row[dimension] = from[column]! < sizes[dimension]! ? from[column]! : OPEN
        }
        yield row
      }
    },
  }
}

/** Every combination there is. */
function allOf(sizes: readonly number[]): KnownArray {
  return {
    rows: sizes.reduce((product, size) => product * size, 1),
    make: () =>
      sizes.reduce<number[][]>(
        (rows, size) => rows.flatMap((row) => range(size).map((option) => [...row, option])),
        [[]],
      ),
  }
}

/** @param sizes descending */
function ofPairs(sizes: readonly number[]): KnownArray[] {
  const columns = sizes.length
  const order = primePowerFrom(Math.max(sizes[1]!, columns - 1))
  const found: KnownArray[] = [
    { rows: Math.max(sizes[0]!, order) * order, make: () => lines(sizes[0]!, columns, order) },
  ]
  const uniform = primePowerFrom(sizes[0]!)
  found.push(enlarged(uniform, columns))
  if (sizes[0] === 2) found.push({ rows: binaryRows(columns), make: () => halves(columns) })
  return found
}

/** @param sizes descending */
function ofTriples(sizes: readonly number[]): KnownArray[] {
  const [longest, second, third] = sizes as [number, number, number]
  const columns = sizes.length
  const found: KnownArray[] = []
  // With two long lists aside, points x and -x would not be told apart: about half of an odd field can be used.
  let order = primePowerFrom(third)
  while (columns > 2 + (order % 2 === 0 ? order : (order + 1) / 2)) order = primePowerFrom(order + 1)
  found.push(parabolas(longest, second, columns, order))
  order = primePowerFrom(Math.max(second, columns - 1))
  found.push(parabolas(longest, 0, columns, order))
  if (longest === 2) found.push(binaryTriples(columns))
  else found.push(doubledTriples(columns, primePowerFrom(longest)))
  return found
}

/**
 * The lines y + mx over a field of `order` elements: an orthogonal array of at most order + 1 columns, whose first
 * column, the slope, may have more options than the field: rows for each of them.
 *
 * @see Bush 1952, Annals of Mathematical Statistics 23:426
 */
function* lines(slopes: number, columns: number, order: number): Generator<number[]> {
  const { add, multiply } = createField(order)
  for (let slope = 0; slope < Math.max(slopes, order); slope++) {
    for (let start = 0; start < order; start++) {
      const row = [slope]
      for (let point = 0; point < columns - 1; point++) row.push(add(start, multiply(point, slope % order)))
      yield row
    }
  }
}

/**
 * The parabolas c + bx + ax^2 over a field: an orthogonal array of strength three. Its first column is a, the second b
 * where `second` is not 0, and these may have more options than the field.
 */
function parabolas(first: number, second: number, columns: number, order: number): KnownArray {
  const [bends, slopes] = [Math.max(first, order), Math.max(second, order)]
  return {
    rows: bends * slopes * order,
    *make() {
      const { add, multiply } = createField(order)
      // Beside the slope, of two points that add up to nothing one must go: of an even field none does.
      const isUsable = (point: number) =>
        second === 0 || order % 2 === 0 || range(point).every((lower) => add(point, lower) !== 0)
      const points = range(order)
        .filter(isUsable)
        .slice(0, columns - (second === 0 ? 1 : 2))
      for (const bend of range(bends)) {
        for (const slope of range(slopes)) {
          const tilts = points.map((point) =>
            multiply(point, add(slope % order, multiply(bend % order, point))),
          )
          for (const start of range(order)) {
            const heights = tilts.map((tilt) => add(start, tilt))
            yield second === 0 ? [bend, ...heights] : [bend, slope, ...heights]
          }
        }
      }
    },
  }
}

/**
 * Lines over a field, enlarged until there are columns enough: `order` times as many (and one) for order^2 - order rows
 * more. Columns that copy one another are told apart by lines that are not level; the level ones the copies have.
 *
 * @see Colbourn, Martirosyan, Mullen, Shasha, Sherwood and Yucas 2006, "Products of mixed covering arrays of strength
 * two", Journal of Combinatorial Designs 14:124
 */
function enlarged(order: number, columns: number): KnownArray {
  let [width, rows] = [order + 1, order * order]
  while (width < columns) {
    width = width * order + 1
    rows += order * order - order
  }
  return {
    rows,
    make() {
      const base = [...lines(0, order + 1, order)]
      const sloping = base.filter(([slope]) => slope !== 0)
      let array = base
      while (array[0]!.length < columns) {
        const below = sloping.map(([slope, ...heights]) => [...array[0]!.flatMap(() => heights), slope!])
        array = [...array.map((row) => [...row.flatMap((each) => new Array(order).fill(each)), 0]), ...below]
      }
      return array.map((row) => row.slice(0, columns))
    },
  }
}

/**
 * Every column another set of half the rows, all with room to meet and to miss each other.
 *
 * @see Kleitman and Spencer 1973, Discrete Mathematics 6:255, doi:10.1016/0012-365X(73)90098-8
 */
function halves(columns: number): number[][] {
  const rows = binaryRows(columns)
  const size = Math.ceil(rows / 2)
  const array = Array.from({ length: rows }, () => new Array<number>(columns).fill(0))
  const members = range(size)
  for (let column = 0; column < columns; column++) {
    for (const member of members) array[member + 1]![column] = 1
    // The next set in lexicographic order.
    let at = size - 1
    while (at >= 0 && members[at] === rows - 1 - size + at) at--
    if (at < 0) break
    members[at]!++
    for (let after = at + 1; after < size; after++) members[after] = members[after - 1]! + 1
  }
  return array
}

/** Columns of PALEY. */
const PALEY_COLUMNS = 11

/** Hadamard's matrix of order 12 after Paley, less its first column: every three columns show all eight patterns. */
function paley(): number[][] {
  const squares = new Set([1, 3, 4, 5, 9])
  const cyclic = Array.from({ length: PALEY_COLUMNS }, (_, row) =>
    Array.from({ length: PALEY_COLUMNS }, (_, column) =>
      squares.has((column - row + PALEY_COLUMNS) % PALEY_COLUMNS) ? 1 : 0,
    ),
  )
  return [new Array<number>(PALEY_COLUMNS).fill(1), ...cyclic]
}

function binaryTriples(columns: number): KnownArray {
  if (columns <= 4) return parabolas(2, 0, columns, 2)
  if (columns <= PALEY_COLUMNS) {
    return { rows: 12, make: () => paley().map((row) => row.slice(0, columns)) }
  }
  const half = Math.ceil(columns / 2)
  const pairs: KnownArray = { rows: binaryRows(half), make: () => halves(half) }
  return doubled(binaryTriples(half), pairs, columns, 2)
}

function doubledTriples(columns: number, order: number): KnownArray {
  if (columns <= order + (order % 2 === 0 ? 2 : 1)) {
    return order % 2 === 0 ? parabolas(order, order, columns, order) : parabolas(order, 0, columns, order)
  }
  const half = Math.ceil(columns / 2)
  return doubled(doubledTriples(half, order), enlarged(order, half), columns, order)
}

/**
 * Twice the columns: each beside its copy, then, with pairs alone, beside the copy moved on by every other amount.
 *
 * @see Roux 1987, thesis, University of Paris; Chateauneuf and Kreher 2002, "On the state of strength-three covering
 * arrays", Journal of Combinatorial Designs 10:217
 */
function doubled(triples: KnownArray, pairs: KnownArray, columns: number, options: number): KnownArray {
  return {
    rows: triples.rows + (options - 1) * pairs.rows,
    make() {
      const beside = (row: readonly number[], by: number) =>
        [...row, ...row.map((each) => (each + by) % options)].slice(0, columns)
      const array = Array.from(triples.make(), (row) => beside(row, 0))
      for (let by = 1; by < options; by++) array.push(...Array.from(pairs.make(), (row) => beside(row, by)))
      return array
    },
  }
}

function range(end: number): number[] {
  return Array.from({ length: end }, (_, at) => at)
}
