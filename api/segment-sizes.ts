import { PolyadError } from '../core/errors.ts'
import { DEFAULTS } from '../engine/campaign/campaign.ts'
import { workspaceSegments } from '../engine/ingest/workspace-segments.ts'
import { shownPeople } from '../segments/shown-people.ts'
import type { ApiContext } from './context.ts'

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
  const { segments, trees } = await workspaceSegments(ports, population)
  const shown = shownPeople(segments, trees, DEFAULTS.kFloor)
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
