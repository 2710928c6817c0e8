/**
 * The name closest to a misspelt one, undefined when none is close: with at most one mistake for each three of its
 * letters, one in a shorter name. A letter that differs, is missing, is too many, or has changed places with its
 * neighbour is one mistake (optimal string alignment distance, case ignored).
 *
 * @see Damerau 1964, Commun. ACM 7:171-176, doi:10.1145/363958.363994
 */
export function nearestName(wrong: string, names: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(wrong.length / 3))
  let best: string | undefined
  let bestDistance = limit + 1
  for (const name of names) {
    if (Math.abs(name.length - wrong.length) >= bestDistance) continue
    const distance = editDistance(wrong.toLowerCase(), name.toLowerCase())
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let beforePrevious: readonly number[] = []
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = isSwap ? beforePrevious[j - 2]! + 1 : Number.POSITIVE_INFINITY
      current.push(Math.min(substitution, previous[j]! + 1, current[j - 1]! + 1, swap))
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.length]!
}
