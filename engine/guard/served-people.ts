import { andBitmaps, type Bitmap, countBits, emptyBitmap, notBitmap, orBitmaps } from '../../core/bitmap.ts'
import type { Population } from '../../segments/population.ts'
import { BROAD_ID, type Segment } from '../../segments/segment.ts'

/** Who gets which segment when everybody is served the narrowest they match. */
export interface ServedPeople {
  /** People by segment id, broad left out. */
  readonly of: ReadonlyMap<string, number>
  /** Distinct people that some segment at or above the k floor is served to. */
  readonly matched: number
}

/**
 * People served each segment: narrowest first (fewest people, then id), as decisions match them, and none by a segment
 * under the k floor. A segment under the floor is given what it would get, though it is served broad.
 *
 * Segments that cannot overlap (one grid alone) are not intersected: their sizes are the answer. Otherwise the cost is
 * one bitmap of the population a segment.
 */
export function servedPeople(
  population: Population,
  segments: readonly Segment[],
  kFloor: number,
  disjoint: boolean,
): ServedPeople {
  const narrow = segments.filter(({ id }) => id !== BROAD_ID)
  if (disjoint) {
    const served = narrow.filter(({ people }) => people >= kFloor)
    return {
      of: new Map(narrow.map(({ id, people }) => [id, people])),
      matched: served.reduce((sum, { people }) => sum + people, 0),
    }
  }
  const order = [...narrow].sort((a, b) => a.people - b.people || (a.id < b.id ? -1 : 1))
  const of = new Map<string, number>()
  let taken: Bitmap = emptyBitmap(population.people)
  for (const { id, rule, people } of order) {
    const free = andBitmaps(population.evaluate(rule), notBitmap(taken))
    of.set(id, countBits(free))
    if (people >= kFloor) taken = orBitmaps(taken, free)
  }
  return { of, matched: countBits(taken) }
}
