/** A line of a breakdown, for deciding whether it may be shown. */
export interface SizedCell {
  readonly key: string
  readonly people: number
}

/**
 * The cells of one sum that may not be shown: those with some people but fewer than `kFloor`, and as many of their
 * smallest siblings as it takes that what is hidden is two cells or more and `kFloor` people or more together. So
 * taking the shown cells from their sum gives a group that may be shown itself.
 *
 * Protects one report. Two reports whose days overlap can still be subtracted from each other.
 *
 * @param cells all the parts of one known sum
 * @param distinct how many different people some cells have together; the cells may share people
 * @param hidden keys that are hidden already, and to which this adds
 */
export function hideSmall(
  cells: readonly SizedCell[],
  kFloor: number,
  distinct: (keys: readonly string[]) => number,
  hidden: Set<string> = new Set(),
): Set<string> {
  const inside: string[] = []
  for (const { key, people } of cells) {
    if (!hidden.has(key) && (people <= 0 || people >= kFloor)) continue
    hidden.add(key)
    inside.push(key)
  }
  if (inside.length === 0 || (inside.length > 1 && distinct(inside) >= kFloor)) return hidden
  const siblings = cells
    .filter(({ key }) => !hidden.has(key))
    .sort((a, b) => a.people - b.people || (a.key < b.key ? -1 : 1))
  for (const { key } of siblings) {
    hidden.add(key)
    inside.push(key)
    if (distinct(inside) >= kFloor) break
  }
  return hidden
}
