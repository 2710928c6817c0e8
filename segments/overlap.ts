import { type Bitmap, countBits, countBoth } from '../core/bitmap.ts'
import { isSmall } from '../stats/hide-small.ts'
import type { GridTree } from './grid.ts'
import { type Memberships, membershipsOf } from './memberships.ts'
import type { Population } from './population.ts'
import { BROAD_ID, type Segment } from './segment.ts'
import { type ShownPeople, shownPeople } from './shown-people.ts'

export interface Overlap {
  /** Segment ids, in the order of the segments given. */
  readonly a: string
  readonly b: string
  /** People in both. */
  readonly people: number
  /** People in both over people in either, 0..1. */
  readonly jaccard: number
  /** People in both over people in the smaller, 0..1. */
  readonly containment: number
}

/**
 * Every pair of segments that share people, with exact counts. Broad is left out: it holds all of them.
 *
 * Counts person by person which segments meet, so cells that share nobody cost nothing; where people are in so many
 * segments that comparing bitmaps pair by pair is cheaper, it does that.
 */
export function overlap(population: Population, segments: readonly Segment[]): Overlap[] {
  const narrow = segments.filter(({ id }) => id !== BROAD_ID)
  const members = narrow.map(({ rule }) => population.evaluate(rule))
  const sizes = members.map(countBits)
  const memberships = membershipsOf(members, population.people)
  const wordsPerBitmap = population.people / 32
  const shared =
    meetings(memberships) < (narrow.length ** 2 / 2) * wordsPerBitmap
      ? countByPerson(memberships, narrow.length)
      : countByPair(members)
  return [...shared]
    .sort(([a], [b]) => a - b)
    .map(([pair, people]) => {
      const a = Math.floor(pair / narrow.length)
      const b = pair % narrow.length
      return {
        a: narrow[a]!.id,
        b: narrow[b]!.id,
        people,
        jaccard: people / (sizes[a]! + sizes[b]! - people),
        containment: people / Math.min(sizes[a]!, sizes[b]!),
      }
    })
}

/**
 * The pairs that may be told: those who share `kFloor` people or more, where neither segment's size is hidden (a
 * containment gives it) and neither has a few people who are not in the other.
 */
export function shownOverlaps(
  population: Population,
  segments: readonly Segment[],
  trees: readonly GridTree[],
  kFloor: number,
): Overlap[] {
  const sizes = toldSizes(segments, trees, kFloor)
  return overlap(population, segments).filter((pair) => mayTell(pair, sizes, kFloor))
}

/** From here on the smaller of two segments is largely the larger one again (GUARD 3.3, step 3). */
const LARGE_CONTAINMENT = 0.5

/** Two segments that are largely one; without numbers where these would tell of a few people. */
export interface LargeOverlap {
  readonly a: string
  readonly b: string
  readonly people: number | null
  readonly containment: number | null
}

/**
 * The pairs of segments of which one is largely in the other, the largest containment first, then those without numbers.
 * Segments of which the size is hidden are in none.
 *
 * Only siblings count: two rules, or nodes of two grids. Nodes of one grid share nobody. A node inside a wider rule is
 * no sibling of it but a part, so such a pair counts only where they are largely equal (Jaccard index).
 *
 * Cost: that of `overlap` where there is more than one grid or rule, else none.
 */
export function largeOverlaps(
  population: Population,
  segments: readonly Segment[],
  trees: readonly GridTree[],
  kFloor: number,
): LargeOverlap[] {
  const gridOf = new Map(
    segments.map(({ id, kind }) => [
      id,
      kind === 'rule' ? undefined : trees.find(({ nodes }) => nodes.has(id))?.definition.name,
    ]),
  )
  if (trees.length < 2 && segments.every(({ kind }) => kind !== 'rule')) return []
  const sizes = toldSizes(segments, trees, kFloor)
  const areOne = ({ a, b, jaccard, containment }: Overlap) => {
    const [grid, other] = [gridOf.get(a), gridOf.get(b)]
    if (typeof sizes.get(a) !== 'number' || typeof sizes.get(b) !== 'number') return false
    const isSibling = (grid === undefined) === (other === undefined)
    return (isSibling ? containment : jaccard) >= LARGE_CONTAINMENT
  }
  return overlap(population, segments)
    .filter(areOne)
    .map((pair) => {
      const { a, b, people, containment } = pair
      return mayTell(pair, sizes, kFloor)
        ? { a, b, people, containment }
        : { a, b, people: null, containment: null }
    })
    .sort(
      (x, y) => (y.containment ?? 0) - (x.containment ?? 0) || compareText(x.a, y.a) || compareText(x.b, y.b),
    )
}

function toldSizes(
  segments: readonly Segment[],
  trees: readonly GridTree[],
  kFloor: number,
): ReadonlyMap<string, ShownPeople> {
  const shown = shownPeople(segments, trees, kFloor)
  return new Map(segments.map(({ id }, index) => [id, shown[index]!]))
}

function mayTell(
  { a, b, people }: Overlap,
  sizes: ReadonlyMap<string, ShownPeople>,
  kFloor: number,
): boolean {
  return (
    people >= kFloor &&
    [a, b].every((id) => {
      const size = sizes.get(id)!
      return typeof size === 'number' && !isSmall(size - people, kFloor)
    })
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** How many pairs of segments meet, summed over people. */
function meetings({ starts }: Memberships): number {
  let pairs = 0
  for (let row = 0; row + 1 < starts.length; row++) {
    const held = starts[row + 1]! - starts[row]!
    pairs += (held * (held - 1)) / 2
  }
  return pairs
}

/** People by pair, a pair being `a * count + b` with a before b. */
function countByPerson({ starts, segments }: Memberships, count: number): Map<number, number> {
  const shared = new Map<number, number>()
  for (let row = 0; row + 1 < starts.length; row++) {
    const end = starts[row + 1]!
    for (let i = starts[row]!; i < end; i++) {
      for (let j = i + 1; j < end; j++) {
        const pair = segments[i]! * count + segments[j]!
        shared.set(pair, (shared.get(pair) ?? 0) + 1)
      }
    }
  }
  return shared
}

function countByPair(members: readonly Bitmap[]): Map<number, number> {
  const shared = new Map<number, number>()
  for (let a = 0; a < members.length; a++) {
    for (let b = a + 1; b < members.length; b++) {
      const people = countBoth(members[a]!, members[b]!)
      if (people > 0) shared.set(a * members.length + b, people)
    }
  }
  return shared
}
