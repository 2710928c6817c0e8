import { nearestName } from '../../rules/nearest-name.ts'

/** Says that something at a JSON pointer is wrong, and how to mend it. */
export type Report = (pointer: string, problem: string, mend: string) => void

/** How to mend a name that is not there. */
export function suggestion(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names)
  return nearest ? `did you mean "${nearest}"?` : `there are ${names.slice(0, 12).join(', ')}`
}
