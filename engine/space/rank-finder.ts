import { findOption, type Node } from './diagram.ts'

/** Finds ranks of ad units given by position, cheaply for one that begins as the one before did. */
export interface RankFinder {
  /**
   * @param values of an ad unit of the diagram, as a cursor has them
   * @param changed first level whose value may differ from the call before; 0 in the first call
   */
  rankOf(values: ArrayLike<number>, changed: number): bigint
}

export function createRankFinder(root: Node, levels: number): RankFinder {
  // The path of the last call: each level's node and the rank of the first ad unit below it.
  const nodes: Node[] = new Array(levels).fill(root)
  const firstRanks: bigint[] = new Array(levels).fill(0n)
  return {
    rankOf(values, changed) {
      let node = nodes[changed]!
      let rank = firstRanks[changed]!
      for (let level = changed; level < levels; level++) {
        nodes[level] = node
        firstRanks[level] = rank
        const { run, offset } = findOption(node, values[level]!)!
        const { child } = node.runs[run]!
        if (run > 0) rank += node.before[run]!
        if (offset > 0) rank += BigInt(offset) * child.count
        node = child
      }
      return rank
    },
  }
}
