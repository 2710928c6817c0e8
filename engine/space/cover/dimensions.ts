import { PolyadError } from '../../../core/errors.ts'
import type { Plan } from '../../campaign/plan.ts'

const CELL_DIMENSIONS = ['segment', 'locale', 'placement']

/**
 * The levels of the diagram that a covering set is over, ascending.
 *
 * @param over names; default all but segment
 * @throws PolyadError NOT_FOUND for a name that is no dimension, INPUT_INVALID for fewer than `strength`
 */
export function coveredLevels(
  { campaign }: Plan,
  { over, strength }: { readonly over?: readonly string[]; readonly strength: number },
): number[] {
  const names = [...CELL_DIMENSIONS, ...campaign.slots.map(({ slot }) => slot)]
  const asked = over ?? names.slice(1)
  for (const name of asked) {
    if (names.includes(name)) continue
    throw new PolyadError('NOT_FOUND', { what: 'dimension', name, mend: `name some of ${names.join(', ')}` })
  }
  const levels = [...new Set(asked.map((name) => names.indexOf(name)))].sort((a, b) => a - b)
  if (levels.length >= strength) return levels
  throw new PolyadError('INPUT_INVALID', {
    what: 'covering set',
    where: 'over',
    problem: `combinations of ${strength} choices need at least ${strength} dimensions, not ${levels.length}`,
    mend: `name more of ${names.join(', ')}`,
  })
}
