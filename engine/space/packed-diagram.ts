import { lastAtMost, type Node } from './diagram.ts'

/**
 * A diagram laid out in a few flat arrays, node by node from the root down, so that a walk touches little memory.
 * Nodes and runs are numbers here; the root is node 0.
 */
export interface PackedDiagram {
  /** By number. */
  readonly nodes: readonly Node[]
  /** The first run of each node; the next entry ends them. */
  readonly firstRun: Int32Array
  /** Where the options of each node begin in `values`. */
  readonly firstOption: Int32Array
  /** Ad units of the node before each run: exact where the node has fewer than 2^53. */
  readonly before: Float64Array
  /** Ad units below one option of each run. */
  readonly below: Float64Array
  readonly child: Int32Array
  readonly length: Int32Array
  /** Where the options of each run begin in `values`. */
  readonly firstValue: Int32Array
  /** What options stand for, list after list. */
  readonly values: Int32Array
}

/** Past this, counts need bigints: doubles are exact up to it. */
export const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER)

const packed = new WeakMap<Node, PackedDiagram>()

/** The packed form of a diagram; made once for a root, in one pass over its runs. */
export function packDiagram(root: Node): PackedDiagram {
  let made = packed.get(root)
  if (!made) {
    made = pack(root)
    packed.set(root, made)
  }
  return made
}

function pack(root: Node): PackedDiagram {
  const nodes = [root]
  const numbers = new Map([[root, 0]])
  let runCount = 0
  // The list grows while it is read: breadth first, so levels lie together.
  for (const node of nodes) {
    runCount += node.runs.length
    for (const { child } of node.runs) {
      if (numbers.has(child)) continue
      numbers.set(child, nodes.length)
      nodes.push(child)
    }
  }

  const firstRun = new Int32Array(nodes.length + 1)
  const firstOption = new Int32Array(nodes.length)
  const before = new Float64Array(runCount)
  const below = new Float64Array(runCount)
  const child = new Int32Array(runCount)
  const length = new Int32Array(runCount)
  const firstValue = new Int32Array(runCount)
  const values: number[] = []
  const valuesAt = new Map<Int32Array, number>()
  let run = 0
  for (const [number, node] of nodes.entries()) {
    let at = valuesAt.get(node.options)
    if (at === undefined) {
      at = values.length
      valuesAt.set(node.options, at)
      for (const value of node.options) values.push(value)
    }
    firstOption[number] = at
    for (const [which, each] of node.runs.entries()) {
      before[run] = Number(node.before[which])
      below[run] = Number(each.child.count)
      child[run] = numbers.get(each.child)!
      length[run] = each.length
      firstValue[run] = at + each.start
      run++
    }
    firstRun[number + 1] = run
  }
  return {
    nodes,
    firstRun,
    firstOption,
    before,
    below,
    child,
    length,
    firstValue,
    values: Int32Array.from(values),
  }
}

/**
 * The end of a path from the root, given by the values of the first levels, and the rank of its first ad unit; undefined
 * when there is no such path.
 */
export function followPath(
  packed: PackedDiagram,
  path: readonly number[],
): { readonly node: Node; readonly rank: bigint } | undefined {
  const { nodes, firstRun, before, below, child, length, firstValue } = packed
  let number = 0
  let rank = 0n
  let small = 0
  for (const value of path) {
    const at = findValue(packed, number, value)
    if (at < 0) return undefined
    const first = firstRun[number]!
    const run = first + lastAtMost(firstRun[number + 1]! - first, (each) => firstValue[first + each]! <= at)
    if (run < first) return undefined
    const offset = at - firstValue[run]!
    if (offset >= length[run]!) return undefined
    const { count, before: exact, runs } = nodes[number]!
    if (count > MAX_EXACT) rank += exact[run - first]! + BigInt(offset) * runs[run - first]!.child.count
    else small += before[run]! + offset * below[run]!
    number = child[run]!
  }
  return { node: nodes[number]!, rank: rank + BigInt(small) }
}

/** Where an option's value stands in `values`, -1 when the node does not have it. */
function findValue({ nodes, firstOption, values }: PackedDiagram, number: number, value: number): number {
  const first = firstOption[number]!
  const size = nodes[number]!.options.length
  // Most lists are whole: the option stands at its own number.
  if (value >= 0 && value < size && values[first + value] === value) return first + value
  const at = lastAtMost(size, (each) => values[first + each]! <= value)
  return at >= 0 && values[first + at] === value ? first + at : -1
}
