/** A count that might be printed, for deciding whether it may be. */
export interface SizedCell {
  readonly key: string
  readonly people: number
}

/**
 * The cells that may not be shown: those with some people but fewer than `floor`, and as many others as it takes that
 * every sum that holds a hidden cell holds at least two, of `floor` people or more together. So taking the shown cells
 * from a sum leaves a group that may be shown itself. Where a sum has no other cell to hide, it stays as it is.
 *
 * The smallest siblings are hidden first. A cell hidden for one sum counts in all of them; the sums are gone through
 * until none asks for more. Cost: the sizes of the sums, once for each round, and there are few rounds.
 *
 * Protects one table against whoever knows any one of its sums. Two tables of different days or rules can still be
 * subtracted from each other, and where cells share people, so can cells from their union.
 *
 * @param sums keys of the cells of each sum that is printed or may be known otherwise
 * @param distinct how many different people some cells have together, where the cells may share people
 * @see Hundepool et al. 2012, Statistical Disclosure Control, ch. 4 (secondary cell suppression)
 */
export function hideSmall(
  cells: readonly SizedCell[],
  sums: readonly (readonly string[])[],
  floor: number,
  distinct?: (keys: readonly string[]) => number,
): ReadonlySet<string> {
  const people = new Map(cells.map((cell) => [cell.key, cell.people]))
  const together = distinct ?? ((keys) => keys.reduce((sum, key) => sum + people.get(key)!, 0))
  const hidden = new Set(cells.filter((cell) => isSmall(cell.people, floor)).map(({ key }) => key))
  const isSafe = (keys: readonly string[]) => keys.length > 1 && together(keys) >= floor

  const hideIn = (sum: readonly string[]): boolean => {
    const inside = sum.filter((key) => hidden.has(key))
    if (inside.length === 0 || isSafe(inside)) return false
    const siblings = sum
      .filter((key) => !hidden.has(key) && people.get(key)! > 0)
      .sort((a, b) => people.get(a)! - people.get(b)! || (a < b ? -1 : 1))
    for (const key of siblings) {
      hidden.add(key)
      inside.push(key)
      if (isSafe(inside)) break
    }
    return siblings.length > 0
  }

  let changed = true
  while (changed) {
    changed = false
    for (const sum of sums) changed = hideIn(sum) || changed
  }
  return hidden
}

/** Some people, but fewer than may be told. */
export function isSmall(people: number, floor: number): boolean {
  return people > 0 && people < floor
}

/**
 * A sum over shown and hidden cells together, as it may be printed beside the cells: down to a whole multiple of the
 * floor, so that less the shown cells it tells no more of the hidden ones than "fewer than `floor`" does.
 */
export function atLeast(people: number, floor: number): number {
  return Math.floor(people / floor) * floor
}
