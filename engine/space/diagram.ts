/** The value of a slot that a placement does not have. */
export const ABSENT = -1

/** Neighbouring options of a node that lead to the same sub-diagram. */
export interface Run {
  /** Position in the node's options. */
  readonly start: number
  readonly length: number
  readonly child: Node
}

/**
 * One level of the decision diagram: the options that lead to at least one ad unit, and how many lie below.
 * Nodes are shared: two nodes with equal options and children are one object.
 */
export interface Node {
  readonly id: number
  /** What the options stand for, ascending: indexes into the campaign's list of this level, or ABSENT alone. */
  readonly options: Int32Array
  /** Ascending; an option outside every run leads nowhere. */
  readonly runs: readonly Run[]
  /** Ad units before each run. */
  readonly before: readonly bigint[]
  readonly count: bigint
}

/** Below the last slot: one ad unit. */
export const END: Node = { id: 0, options: new Int32Array(0), runs: [], before: [], count: 1n }

/** Counts a node from its runs. */
export function createNode(id: number, options: Int32Array, runs: readonly Run[]): Node {
  const before: bigint[] = []
  let count = 0n
  for (const run of runs) {
    before.push(count)
    count += BigInt(run.length) * run.child.count
  }
  return { id, options, runs, before, count }
}

/** Adds options to the runs, joining the last run where it leads to the same place; dead ends are left out. */
export function pushRun(runs: Run[], start: number, length: number, child: Node): void {
  if (child.count === 0n || length === 0) return
  const last = runs.at(-1)
  if (last && last.child === child && last.start + last.length === start) {
    runs[runs.length - 1] = { start: last.start, length: last.length + length, child }
  } else {
    runs.push({ start, length, child })
  }
}

/** Where an option's value stands in a node and which run holds it, undefined when it leads nowhere. */
export function findOption(node: Node, value: number): { run: number; offset: number } | undefined {
  const position = lastAtMost(node.options.length, (at) => node.options[at]! <= value)
  if (position < 0 || node.options[position] !== value) return undefined
  const run = lastAtMost(node.runs.length, (at) => node.runs[at]!.start <= position)
  if (run < 0) return undefined
  const offset = position - node.runs[run]!.start
  return offset < node.runs[run]!.length ? { run, offset } : undefined
}

/** The run that holds a rank of the node, 0 <= rank < count. */
export function runAtRank(node: Node, rank: bigint): number {
  return lastAtMost(node.runs.length, (at) => node.before[at]! <= rank)
}

/** The last index in [0, size) that holds a property which, once false, stays false; -1 when none does. */
export function lastAtMost(size: number, holds: (at: number) => boolean): number {
  let low = 0
  let high = size
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) low = middle + 1
    else high = middle
  }
  return low - 1
}
