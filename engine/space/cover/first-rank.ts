import { findOption, type Node } from '../diagram.ts'

/**
 * The lowest rank with some choices: what is not chosen takes the first option that still leads there.
 *
 * @param choices value by level, undefined where any will do
 * @param levels of the diagram
 * @returns undefined when no ad unit has them
 */
export function firstRankWith(
  root: Node,
  levels: number,
  choices: readonly (number | undefined)[],
): bigint | undefined {
  const deadEnds = new Set<Node>()
  const search = (node: Node, level: number): bigint | undefined => {
    if (level === levels) return 0n
    if (deadEnds.has(node)) return undefined
    const choice = choices[level]
    if (choice === undefined) {
      for (const [at, run] of node.runs.entries()) {
        const below = search(run.child, level + 1)
        if (below !== undefined) return node.before[at]! + below
      }
    } else {
      const found = findOption(node, choice)
      const child = found && node.runs[found.run]!.child
      const below = child && search(child, level + 1)
      if (below !== undefined) return node.before[found!.run]! + BigInt(found!.offset) * child!.count + below
    }
    deadEnds.add(node)
    return undefined
  }
  return search(root, 0)
}
