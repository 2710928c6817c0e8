import { type Node, type Run, runAtRank } from './diagram.ts'

/** A place on the number line that moves on cheaply: neighbours differ in the last slots only. */
export interface Cursor {
  /**
   * The ad unit it stands on: index of segment, locale and placement, then of each slot's asset (ABSENT where the
   * placement lacks the slot). Overwritten by every move.
   */
  readonly values: Int32Array
  /** Moves to a rank, 0 <= rank < count. */
  seek(rank: bigint): void
  /** Moves to the next ad unit: the first level whose value may have changed, -1 when there is none. */
  next(): number
}

/** A cursor of a diagram, standing on no ad unit until the first `seek`. */
export function createCursor(root: Node, levels: number): Cursor {
  const values = new Int32Array(levels)
  const nodes: Node[] = new Array(levels).fill(root)
  const runs = new Int32Array(levels)
  const offsets = new Int32Array(levels)

  function settle(level: number, node: Node, run: number, offset: number): Run {
    const chosen = node.runs[run]!
    nodes[level] = node
    runs[level] = run
    offsets[level] = offset
    values[level] = node.options[chosen.start + offset]!
    return chosen
  }

  return {
    values,
    seek(rank) {
      let node = root
      let rest = rank
      for (let level = 0; level < levels; level++) {
        const at = runAtRank(node, rest)
        const below = node.runs[at]!.child.count
        rest -= node.before[at]!
        node = settle(level, node, at, Number(rest / below)).child
        rest %= below
      }
    },
    next() {
      for (let level = levels - 1; level >= 0; level--) {
        const node = nodes[level]!
        let run = runs[level]!
        let offset = offsets[level]! + 1
        if (offset === node.runs[run]!.length) {
          run++
          offset = 0
          if (run === node.runs.length) continue
        }
        let child = settle(level, node, run, offset).child
        for (let below = level + 1; below < levels; below++) child = settle(below, child, 0, 0).child
        return level
      }
      return -1
    },
  }
}
