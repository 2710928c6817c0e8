import type { Node } from '../diagram.ts'

/**
 * The lowest rank with some choices: what is not chosen takes the first option that still leads there.
 *
 * @param choices value by level of the diagram, undefined where any will do
 * @returns undefined when no ad unit has them
 */
export function firstRankWith(root: Node, choices: readonly (number | undefined)[]): bigint | undefined {
  const deadEnds = new Set<Node>()

  function search(node: Node, level: number): bigint | undefined {
    if (level === choices.length) return 0n
    if (deadEnds.has(node)) return undefined
    const choice = choices[level]
    const position = choice === undefined ? undefined : node.options.indexOf(choice)
    const [from, to] = position === undefined ? [0, node.runs.length] : runOf(node, position)
    for (let at = from; at < to; at++) {
      const { start, child } = node.runs[at]!
      const below = search(child, level + 1)
      if (below === undefined) continue
      return node.before[at]! + BigInt(position === undefined ? 0 : position - start) * child.count + below
    }
    deadEnds.add(node)
    return undefined
  }

  return search(root, 0)
}

/** The run that holds a position, as a range of runs: empty where the position leads nowhere. */
function runOf({ runs }: Node, position: number): [number, number] {
  let low = 0
  let high = runs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (runs[middle]!.start + runs[middle]!.length <= position) low = middle + 1
    else high = middle
  }
  const isHeld = position >= 0 && low < runs.length && runs[low]!.start <= position
  return [low, isHeld ? low + 1 : low]
}
