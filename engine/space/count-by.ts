import { ABSENT, type Node } from './diagram.ts'

/**
 * Ad units by the value of one level, ABSENT included. One pass down the diagram: a node is reached as often as there
 * are ways to it, and each way continues with the node's own counts.
 */
export function countByLevel(root: Node, level: number): Map<number, bigint> {
  let ways = new Map<Node, bigint>([[root, 1n]])
  for (let depth = 0; depth < level; depth++) {
    const below = new Map<Node, bigint>()
    for (const [node, times] of ways) {
      for (const run of node.runs) {
        below.set(run.child, (below.get(run.child) ?? 0n) + times * BigInt(run.length))
      }
    }
    ways = below
  }
  const counts = new Map<number, bigint>()
  for (const [node, times] of ways) {
    for (const run of node.runs) {
      for (let offset = 0; offset < run.length; offset++) {
        const value = node.options[run.start + offset] ?? ABSENT
        counts.set(value, (counts.get(value) ?? 0n) + times * run.child.count)
      }
    }
  }
  return counts
}
