import { BROAD_ID } from '../../segments/segment.ts'
import type { WiderSegments } from '../reporting/wider-segments.ts'

/** Segments as the ends of a tree of ever wider ones. */
export interface Places {
  /** Parent of each place, before it; -1 for the first, everybody. */
  readonly parents: readonly number[]
  /** Place of a segment: its own where it was shown, else that of the nearest wider one. */
  placeOf(segment: string): number
}

/**
 * The roll-up trees above the segments that were shown, as one tree: everybody, then wider segments that more than one
 * of them hang on, then the segments themselves (broad as well). A wider segment with the same segments below it as its
 * parent is left out: it would be the same people twice.
 */
export function placesOf(shown: readonly string[], widerOf: WiderSegments): Places {
  const ends = [...new Set(shown)].sort()
  const wide = new Map(ends.map((end) => [end, widerIds(end, widerOf)]))
  const inner = new Set([...wide.values()].flat())
  /** A remainder has the id of its node, under which other segments hang too. */
  const pathOf = (segment: string): string[] => [
    ...(inner.has(segment) ? [segment] : []),
    ...(wide.get(segment) ?? widerIds(segment, widerOf)),
  ]
  const below = new Map<string, number>()
  for (const end of ends) for (const id of pathOf(end)) below.set(id, (below.get(id) ?? 0) + 1)

  const parents = [-1]
  const innerPlace = new Map<string, number>()
  const endPlace = new Map<string, number>()
  for (const end of ends) {
    let [parent, around] = [0, ends.length]
    for (const id of pathOf(end).reverse()) {
      const count = below.get(id)!
      if (count < 2 || count >= around) continue
      let place = innerPlace.get(id)
      if (place === undefined) {
        place = parents.push(parent) - 1
        innerPlace.set(id, place)
      }
      ;[parent, around] = [place, count]
    }
    endPlace.set(end, parents.push(parent) - 1)
  }
  return {
    parents,
    placeOf: (segment) =>
      endPlace.get(segment) ??
      pathOf(segment)
        .map((id) => innerPlace.get(id))
        .find((place) => place !== undefined) ??
      0,
  }
}

function widerIds(segment: string, widerOf: WiderSegments): string[] {
  return segment === BROAD_ID ? [] : widerOf(segment).filter((id) => id !== BROAD_ID)
}
