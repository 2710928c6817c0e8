import { rowsOf } from '../../core/bitmap.ts'
import { byNarrowness } from '../../segments/match.ts'
import { membershipsOf } from '../../segments/memberships.ts'
import type { Population } from '../../segments/population.ts'
import { BROAD_ID, type Segment } from '../../segments/segment.ts'

/**
 * The rules to drop, in this order, until every rule left is served the people it needs: over and over the one that is
 * served fewest of those that are served too few. Everybody is served the narrowest segment they match, so who was
 * served a dropped rule moves to their next.
 *
 * Costs a bitmap a segment, 4 bytes for each segment that a person matches, and the square of the rules dropped.
 *
 * @param segments with `people`, also those of grids, which stay
 */
export function starvedRules(
  population: Population,
  segments: readonly Segment[],
  isRule: ReadonlySet<string>,
  floors: { readonly kFloor: number; neededAt(id: string): number },
): Segment[] {
  const order = segments
    .filter(({ id, people }) => id !== BROAD_ID && people >= floors.kFloor)
    .sort(byNarrowness)
  const { starts, segments: matches } = membershipsOf(
    order.map(({ rule }) => population.evaluate(rule)),
    population.people,
  )
  /** Of each person where the segment they are served stands in `matches`. */
  const servedAt = starts.slice(0, population.people)
  const served = new Uint32Array(order.length)
  for (let row = 0; row < population.people; row++) {
    if (servedAt[row]! < starts[row + 1]!) served[matches[servedAt[row]!]!]!++
  }
  const needed = order.map(({ id }) => floors.neededAt(id))
  const open = new Set(order.flatMap(({ id }, at) => (isRule.has(id) ? [at] : [])))
  const isDropped = new Uint8Array(order.length)
  const dropped: Segment[] = []
  for (;;) {
    let least: number | undefined
    for (const at of open) {
      if (served[at]! >= needed[at]!) continue
      if (least === undefined || isBefore(at, least)) least = at
    }
    if (least === undefined) return dropped
    open.delete(least)
    isDropped[least] = 1
    dropped.push(order[least]!)
    for (const row of rowsOf(population.evaluate(order[least]!.rule))) {
      if (matches[servedAt[row]!] !== least || servedAt[row]! >= starts[row + 1]!) continue
      let at = servedAt[row]! + 1
      while (at < starts[row + 1]! && isDropped[matches[at]!]) at++
      servedAt[row] = at
      if (at < starts[row + 1]!) served[matches[at]!]!++
    }
  }

  function isBefore(a: number, b: number): boolean {
    return served[a]! < served[b]! || (served[a] === served[b] && order[a]!.id < order[b]!.id)
  }
}
