import { createNode, type Node, pushRun, type Run } from './diagram.ts'
import { type Formula, type Formulas, valueIndex } from './formula.ts'

/**
 * The diagram of the ad units that meet a formula. Walks pairs of a node and what is left to meet there, each once, so
 * the cost follows the diagram and the formula, never the ad units. Where nothing is left to meet the nodes of the
 * given diagram are used as they are; new ones are shared like them.
 *
 * @param sizes how many values each level has, ABSENT included where it may be
 * @param maxRuns throws `tooLarge` beyond this size, in runs
 */
export function restrictDiagram(
  root: Node,
  sizes: readonly number[],
  { everything, nothing, branches }: Formulas,
  formula: Formula,
  maxRuns: number,
  tooLarge: () => Error,
): Node {
  const made = new Map<Formula, Map<Node, Node>>()
  const unique = new Map<string, Node>()
  const numbers = new Map<object, number>()
  const numberOf = (part: object): number => {
    let number = numbers.get(part)
    if (number === undefined) {
      number = numbers.size
      numbers.set(part, number)
    }
    return number
  }
  let size = 0

  function restricted(node: Node, level: number, left: Formula): Node {
    if (left === everything) return node
    let ofLeft = made.get(left)
    if (!ofLeft) {
      ofLeft = new Map()
      made.set(left, ofLeft)
    }
    let result = ofLeft.get(node)
    if (!result) {
      const runs = left.level === level ? splitRuns(node, level, left) : keptRuns(node, level, left)
      size += Math.max(1, runs.length)
      if (size > maxRuns) throw tooLarge()
      const shared = share(node, runs)
      // Nothing was left out: the node itself will do.
      result = shared.count === node.count ? node : shared
      ofLeft.set(node, result)
    }
    return result
  }

  /** The level is not asked about: every option goes on with all there is to meet. */
  function keptRuns(node: Node, level: number, left: Formula): Run[] {
    const runs: Run[] = []
    for (const { start, length, child } of node.runs) {
      pushRun(runs, start, length, restricted(child, level + 1, left))
    }
    return runs
  }

  function splitRuns(node: Node, level: number, left: Formula): Run[] {
    const below = branches(left)
    const branchAt = (position: number) => below[valueIndex(node.options[position]!, sizes[level]!)]!
    const runs: Run[] = []
    for (const { start, length, child } of node.runs) {
      const end = start + length
      for (let from = start; from < end; ) {
        const branch = branchAt(from)
        let to = from + 1
        while (to < end && branchAt(to) === branch) to++
        if (branch !== nothing) pushRun(runs, from, to - from, restricted(child, level + 1, branch))
        from = to
      }
    }
    return runs
  }

  function share(node: Node, runs: readonly Run[]): Node {
    const parts = runs.map(({ start, length, child }) => `${start},${length},${numberOf(child)}`)
    const key = `${numberOf(node.options)}|${parts.join(';')}`
    let shared = unique.get(key)
    if (!shared) {
      // Ids of a diagram end with its root's.
      shared = createNode(root.id + 1 + unique.size, node.options, runs)
      unique.set(key, shared)
    }
    return shared
  }

  return formula === nothing ? createNode(root.id + 1, root.options, []) : restricted(root, 0, formula)
}
