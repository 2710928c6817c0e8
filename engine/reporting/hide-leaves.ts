import { hideSmall } from '../../stats/hide-small.ts'
import type { CounterRow } from '../ports/counters.ts'

/** Leaves of which an arm's numbers may not be shown. */
export interface HiddenLeaves {
  readonly narrow: ReadonlySet<string>
  readonly broadControl: ReadonlySet<string>
}

/**
 * Hides leaves by arm. A leaf's people are never shown over both arms together, so each arm is a table of its own: what
 * is known of it is its sum, in the comparison.
 *
 * The breakdown by segment shows the narrow arm by leaf as well, and with it those who were in both arms. The difference
 * of the two tables would tell how many they are; so they, those without them and all together are hidden alike, each
 * where one of the three has to be, and the breakdown hides the same ones.
 */
export function hideLeaves(
  rows: readonly CounterRow[],
  switched: ReadonlySet<string>,
  kFloor: number,
): HiddenLeaves {
  const inArm = (arm: CounterRow['arm'], isMeant: (person: string) => boolean) =>
    hiddenOf(
      rows.filter((row) => row.arm === arm && row.person !== null && isMeant(row.person)),
      kFloor,
    )
  return {
    narrow: new Set([
      ...inArm('narrow', (person) => !switched.has(person)),
      ...inArm('narrow', (person) => switched.has(person)),
      ...inArm('narrow', () => true),
    ]),
    broadControl: inArm('broad-control', (person) => !switched.has(person)),
  }
}

function hiddenOf(rows: readonly CounterRow[], kFloor: number): ReadonlySet<string> {
  const people = new Map<string, Set<string>>()
  for (const { leaf, person } of rows) {
    if (leaf === null || person === null) continue
    const found = people.get(leaf)
    if (found) found.add(person)
    else people.set(leaf, new Set([person]))
  }
  return hideSmall(
    [...people].map(([key, found]) => ({ key, people: found.size })),
    [[...people.keys()]],
    kFloor,
    (keys) => new Set(keys.flatMap((key) => [...people.get(key)!])).size,
  )
}
