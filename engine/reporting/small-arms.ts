import { isSmall } from '../../stats/hide-small.ts'
import type { CounterRow } from '../ports/counters.ts'
import { assignedArms } from './compare-arms.ts'
import type { Report } from './report.ts'

type ArmGroup = Report['leftOut'][number]
const BOTH = 'narrow and broad-control'
const ARM_GROUPS: readonly ArmGroup[] = ['narrow', 'broad-control', 'broad', 'holdout', BOTH]

/**
 * Drops the people of any arm that fewer than `kFloor` fell into; those who were in both sides of the comparison count
 * as an arm of their own. Arms are shown in totals, in the comparison and in breakdowns, so a small one could be found
 * by subtraction wherever it was merely hidden.
 */
export function leaveOutSmallArms(
  rows: readonly CounterRow[],
  kFloor: number,
): { rows: readonly CounterRow[]; leftOut: Report['leftOut'] } {
  const { switched } = assignedArms(rows)
  const groupOf = ({ arm, person }: CounterRow): ArmGroup =>
    person !== null && switched.has(person) && (arm === 'narrow' || arm === 'broad-control') ? BOTH : arm
  const leftOut = ARM_GROUPS.filter((group) => {
    const people = new Set(
      rows.flatMap((row) => (row.person !== null && groupOf(row) === group ? [row.person] : [])),
    )
    return isSmall(people.size, kFloor)
  })
  return { rows: rows.filter((row) => row.person === null || !leftOut.includes(groupOf(row))), leftOut }
}
