import { type Node, runAtRank } from './diagram.ts'
import { MAX_EXACT, packDiagram } from './packed-diagram.ts'

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
  const { nodes, firstRun, before, below, child, length, firstValue, values: all } = packDiagram(root)
  const values = new Int32Array(levels)
  // Run and option within it on every level, as packed.
  const runs = new Int32Array(levels)
  const offsets = new Int32Array(levels)

  return {
    values,
    seek(rank) {
      let node = 0
      let level = 0
      let rest = rank
      for (; rest > 0n && level < levels && nodes[node]!.count > MAX_EXACT; level++) {
        const exact = nodes[node]!
        const at = runAtRank(exact, rest)
        const each = exact.runs[at]!.child.count
        rest -= exact.before[at]!
        const run = firstRun[node]! + at
        const offset = Number(rest / each)
        rest %= each
        runs[level] = run
        offsets[level] = offset
        values[level] = all[firstValue[run]! + offset]!
        node = child[run]!
      }
      // From here on every number is at most 2^53, where the quotient of two doubles rounds down to the exact one.
      let left = Number(rest)
      for (; level < levels; level++) {
        let run = firstRun[node]!
        let end = firstRun[node + 1]!
        while (end - run > 1) {
          const middle = (run + end) >>> 1
          if (before[middle]! <= left) run = middle
          else end = middle
        }
        left -= before[run]!
        const offset = Math.floor(left / below[run]!)
        left -= offset * below[run]!
        runs[level] = run
        offsets[level] = offset
        values[level] = all[firstValue[run]! + offset]!
        node = child[run]!
      }
    },
    next() {
      for (let level = levels - 1; level >= 0; level--) {
        let run = runs[level]!
        let offset = offsets[level]! + 1
        if (offset === length[run]!) {
          const node = level === 0 ? 0 : child[runs[level - 1]!]!
          run++
          offset = 0
          if (run === firstRun[node + 1]!) continue
        }
        runs[level] = run
        offsets[level] = offset
        values[level] = all[firstValue[run]! + offset]!
        for (let deeper = level + 1; deeper < levels; deeper++) {
          run = firstRun[child[run]!]!
          runs[deeper] = run
          offsets[deeper] = 0
          values[deeper] = all[firstValue[run]!]!
        }
        return level
      }
      return -1
    },
  }
}
