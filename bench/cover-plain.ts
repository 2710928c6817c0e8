import type { Stream } from '../core/stream.ts'
import type { Walk } from '../engine/space/cover/walk.ts'

/**
 * A covering set as the AETG papers tell it (Cohen, Dalal, Fredman and Patton 1997), in plain code: one row at a time,
 * the best of some candidates; each begins with the option that most combinations left have and goes on through the
 * other dimensions in random order, each time with the option that makes most combinations left. No restarts, and rows
 * once made stay. Which choices go together it is told by our walk of the diagram.
 */
export function plainCover(walk: Walk, strength: 2 | 3, candidates: number, stream: Stream): number[][] {
  const dimensions = walk.values.map((_, dimension) => dimension)
  const left = new Set<string>()
  for (const some of subsets(dimensions, strength)) {
    walk.eachAllowed(some, (positions) => {
      left.add(some.map((dimension, at) => `${dimension}:${positions[at]}`).join())
    })
  }

  /** Combinations left that a row has; with a dimension, only those that it takes part in. */
  function newIn(row: readonly number[], within?: number): string[] {
    const chosen = dimensions.filter((dimension) => row[dimension]! >= 0 && dimension !== within)
    const some = within === undefined ? subsets(chosen, strength) : subsets(chosen, strength - 1)
    return some
      .map((others) => (within === undefined ? others : [...others, within].sort((a, b) => a - b)))
      .map((all) => all.map((dimension) => `${dimension}:${row[dimension]}`).join())
      .filter((combination) => left.has(combination))
  }

  function candidate(): number[] {
    const row = dimensions.map(() => -1)
    const [dimension, option] = commonest(left)
    row[dimension] = option
    const order = dimensions
      .filter((each) => each !== dimension)
      .map((each) => ({ each, place: stream.next() }))
      .sort((a, b) => a.place - b.place)
    for (const { each } of order) {
      let [best, most, ties] = [-1, -1, 0]
      for (let next = 0; next < walk.values[each]!.length; next++) {
        row[each] = next
        if (!walk.isAllowed(row)) continue
        const made = newIn(row, each).length
        if (made < most) continue
        ties = made === most ? ties + 1 : 1
        if (stream.integer(ties) === 0) best = next
        most = made
      }
      row[each] = best
    }
    return row
  }

  const rows: number[][] = []
  while (left.size > 0) {
    let best: number[] | undefined
    let most: string[] = []
    for (let at = 0; at < candidates; at++) {
      const row = candidate()
      const made = newIn(row)
      if (best && made.length <= most.length) continue
      best = row
      most = made
    }
    for (const combination of most) left.delete(combination)
    rows.push(best!)
  }
  return rows
}

function commonest(left: ReadonlySet<string>): [number, number] {
  const times = new Map<string, number>()
  for (const combination of left) {
    for (const choice of combination.split(',')) times.set(choice, (times.get(choice) ?? 0) + 1)
  }
  const [choice] = [...times].reduce((one, other) => (other[1] > one[1] ? other : one))
  return choice.split(':').map(Number) as [number, number]
}

export function subsets(from: readonly number[], size: number): number[][] {
  if (size === 0) return [[]]
  return from.flatMap((first, at) => subsets(from.slice(at + 1), size - 1).map((rest) => [first, ...rest]))
}
