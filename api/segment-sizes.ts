import { PolyadError } from '../core/errors.ts'
import { createDoor } from '../core/schema.ts'
import { DEFAULTS } from '../engine/campaign/campaign.ts'
import { resolveSegments } from '../segments/resolve.ts'
import { type Segment, SegmentDocumentSchema } from '../segments/segment.ts'
import type { ApiContext } from './context.ts'

/** How many people a segment has, as far as it may be told: `<50` under the k floor, `hidden` beside such a one. */
export type ShownPeople = number | string

const segmentDoor = createDoor('segment', SegmentDocumentSchema)

/**
 * Every segment of the workspace with its size on the current population.
 *
 * @throws PolyadError NOT_FOUND when nothing was imported yet
 */
export async function segmentSizes({ ports, serving }: ApiContext): Promise<object> {
  const population = serving.population()
  if (!population) {
    throw new PolyadError('NOT_FOUND', { what: 'population', name: 'current', mend: 'import mentions first' })
  }
  const documents = new Map(
    await Promise.all(
      (await ports.documents.list('segment')).map(async (name) => {
        const body = (await ports.documents.read('segment', name))?.body
        return [name, segmentDoor(body, `segments/${name}.json`)] as const
      }),
    ),
  )
  const entries = [...documents].map(([name, document]) => ('grid' in document ? { grid: name } : name))
  const segments = resolveSegments({ population, catalogue: serving.catalogue(), documents, entries })
  const shown = shownPeople(segments, DEFAULTS.kFloor)
  return {
    people: population.people,
    mentions: population.mentions,
    kFloor: DEFAULTS.kFloor,
    items: segments.map(({ id, title, kind, people }, index) => ({
      id,
      title,
      kind,
      people: shown[index],
      share: typeof shown[index] === 'number' ? people / population.people : null,
    })),
  }
}

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
    siblings.set(parent, [...(siblings.get(parent) ?? []), index])
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
