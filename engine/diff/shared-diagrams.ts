import { ABSENT, type Node } from '../space/diagram.ts'

/** The options of a node as codes (matched-levels.ts), ascending. Equal lists are one object. */
export interface CodeList {
  readonly id: number
  readonly codes: Int32Array
}

/** Neighbouring codes of a node that lead to the same sub-diagram. */
interface SharedRun {
  readonly start: number
  readonly length: number
  readonly child: SharedNode
}

/** A node of two diagrams at once: sub-diagrams with the same ad units are one object, whichever revision has them. */
export interface SharedNode {
  readonly id: number
  readonly list: CodeList
  /** Ascending; a code outside every run leads nowhere. */
  readonly runs: readonly SharedRun[]
  readonly count: bigint
}

/**
 * Puts diagrams into one form that they share; each costs its own nodes once.
 *
 * @returns adds a diagram, given the codes of its positions by level: undefined for a level it does not have, which is
 * then as a slot that no placement has
 */
export function createSharedDiagrams(): (
  root: Node,
  levels: readonly (Int32Array | undefined)[],
) => SharedNode {
  const lists = new Map<string, CodeList>()
  const nodes = new Map<string, SharedNode>()
  const end: SharedNode = { id: 0, list: { id: -1, codes: new Int32Array(0) }, runs: [], count: 1n }

  function listOf(codes: Int32Array): CodeList {
    const key = codes.join()
    let list = lists.get(key)
    if (!list) {
      list = { id: lists.size, codes }
      lists.set(key, list)
    }
    return list
  }

  function nodeOf(list: CodeList, runs: readonly SharedRun[]): SharedNode {
    const key = `${list.id}|${runs.map(({ start, length, child }) => `${start},${length},${child.id}`).join(';')}`
    let node = nodes.get(key)
    if (!node) {
      const count = runs.reduce((sum, { length, child }) => sum + BigInt(length) * child.count, 0n)
      node = { id: nodes.size + 1, list, runs, count }
      nodes.set(key, node)
    }
    return node
  }

  return (root, levels) => {
    const made = levels.map(() => new Map<Node, SharedNode>())
    const coded = levels.map(() => new Map<Int32Array, CodedList>())

    /** Many nodes have one list of options: it is translated once. */
    function codesOf(level: number, positions: Int32Array): CodedList {
      let found = coded[level]!.get(positions)
      if (!found) {
        const codes = positions.map((position) => (position === ABSENT ? ABSENT : levels[level]![position]!))
        const order = codes.every((code, at) => at === 0 || codes[at - 1]! < code)
          ? undefined
          : Int32Array.from(codes.keys()).sort((a, b) => codes[a]! - codes[b]!)
        found = { list: listOf(order ? order.map((at) => codes[at]!) : codes), order }
        coded[level]!.set(positions, found)
      }
      return found
    }

    function share(level: number, node: Node): SharedNode {
      if (level === levels.length) return end
      const known = made[level]!.get(node)
      if (known) return known
      const shared = levels[level] ? translate(level, node) : passThrough(level, node)
      made[level]!.set(node, shared)
      return shared
    }

    function passThrough(level: number, node: Node): SharedNode {
      return nodeOf(listOf(Int32Array.of(ABSENT)), [{ start: 0, length: 1, child: share(level + 1, node) }])
    }

    function translate(level: number, node: Node): SharedNode {
      const { list, order } = codesOf(level, node.options)
      const runs = node.runs.map(({ start, length, child }) => ({
        start,
        length,
        child: share(level + 1, child),
      }))
      return nodeOf(list, order ? reordered(runs, order) : joined(runs))
    }

    return share(0, root)
  }
}

interface CodedList {
  readonly list: CodeList
  /** Where each code of the list stood in the node, undefined where the order is the same. */
  readonly order: Int32Array | undefined
}

/** Two children that differ in their own diagram may be one here. */
function joined(runs: readonly SharedRun[]): SharedRun[] {
  const result: SharedRun[] = []
  for (const run of runs) {
    const last = result.at(-1)
    if (last && last.child === run.child && last.start + last.length === run.start) {
      result[result.length - 1] = { ...last, length: last.length + run.length }
    } else result.push(run)
  }
  return result
}

function reordered(runs: readonly SharedRun[], order: Int32Array): SharedRun[] {
  const children = new Array<SharedNode | undefined>(order.length).fill(undefined)
  for (const { start, length, child } of runs) children.fill(child, start, start + length)
  const result: SharedRun[] = []
  for (const [start, from] of order.entries()) {
    const child = children[from]
    if (child) result.push({ start, length: 1, child })
  }
  return joined(result)
}
