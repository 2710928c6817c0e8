import { hideSmall, isSmall } from '../stats/hide-small.ts'
import type { GridTree } from './grid.ts'
import { nodeSums } from './grid-sums.ts'
import type { Segment } from './segment.ts'

/** How many people a segment has, as far as it may be told: `<50` under the k floor, `hidden` beside such a one. */
export type ShownPeople = number | string

/**
 * What may be told of each segment's people, in their order. Cells of a grid are parts of the sum of every node above
 * them; where such a sum would give a small one away, its smallest sibling is hidden too.
 *
 * Whoever prints them in order of size must put the hidden ones last: between two equal sizes a place is a number.
 *
 * @param trees of the grids whose cells are among the segments
 */
export function shownPeople(
  segments: readonly Segment[],
  trees: readonly GridTree[],
  kFloor: number,
): readonly ShownPeople[] {
  const ids = new Set(segments.map(({ id }) => id))
  const hidden = hideSmall(
    segments.map(({ id, people }) => ({ key: id, people })),
    trees.flatMap((tree) => nodeSums(tree, ids)),
    kFloor,
  )
  return segments.map(({ id, people }) =>
    isSmall(people, kFloor) ? `<${kFloor}` : hidden.has(id) ? 'hidden' : people,
  )
}
