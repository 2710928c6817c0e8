/** A line of a breakdown, for deciding whether it may be shown. */
export interface SizedCell {
  readonly key: string
  /** Distinct people, by their keyed hashes. */
  readonly people: ReadonlySet<string> | ReadonlyMap<string, unknown>
}

/**
 * The cells of one sum that may not be shown: those with some people but fewer than `kFloor`, and as many of their
 * smallest siblings as it takes that what is hidden is two cells or more and `kFloor` people or more together. So
 * taking the shown cells from their sum gives a group that may be shown itself.
 *
 * Protects one report. Two reports whose days overlap can still be subtracted from each other.
 *
 * @param cells all the parts of one known sum
 * @returns keys of hidden cells, with whether the cell itself is small or only hides another
 */
export function hideSmall(cells: readonly SizedCell[], kFloor: number): Map<string, 'small' | 'sibling'> {
  const hidden = new Map<string, 'small' | 'sibling'>()
  const together = new Set<string>()
  const hide = (cell: SizedCell, why: 'small' | 'sibling') => {
    hidden.set(cell.key, why)
    for (const person of cell.people.keys()) together.add(person)
  }
  for (const cell of cells) if (cell.people.size > 0 && cell.people.size < kFloor) hide(cell, 'small')
  if (hidden.size === 0) return hidden
  const siblings = cells
    .filter((cell) => !hidden.has(cell.key))
    .sort((a, b) => a.people.size - b.people.size || (a.key < b.key ? -1 : 1))
  for (const sibling of siblings) {
    if (hidden.size >= 2 && together.size >= kFloor) break
    hide(sibling, 'sibling')
  }
  return hidden
}
