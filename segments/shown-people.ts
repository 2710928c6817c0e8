import type { Segment } from './segment.ts'

/** How many people a segment has, as far as it may be told: `<50` under the k floor, `hidden` beside such a one. */
export type ShownPeople = number | string

/**
 * What may be told of each segment's people, in their order. Cells of a grid that share a parent are parts of one sum:
 * where a single one is hidden, its smallest sibling is hidden too, so no difference gives it away.
 */
export function shownPeople(segments: readonly Segment[], kFloor: number): readonly ShownPeople[] {
  const isSmall = (people: number) => people > 0 && people < kFloor
  const siblings = new Map<string, number[]>()
  for (const [index, { id, kind }] of segments.entries()) {
    if (kind !== 'cell' && kind !== 'remainder') continue
    const parent = id.slice(0, id.lastIndexOf('/'))
    const group = siblings.get(parent)
    if (group) group.push(index)
    else siblings.set(parent, [index])
  }
  const shown: ShownPeople[] = segments.map(({ people }) => (isSmall(people) ? `<${kFloor}` : people))
  for (const group of siblings.values()) {
    const hidden = group.filter((index) => typeof shown[index] === 'string')
    if (hidden.length !== 1) continue
    const others = group.filter((index) => typeof shown[index] === 'number' && segments[index]!.people > 0)
    const smallest = others.sort((a, b) => segments[a]!.people - segments[b]!.people)[0]
    if (smallest !== undefined) shown[smallest] = 'hidden'
  }
  return shown
}
