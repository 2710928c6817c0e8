import { ABSENT, type Node } from '../diagram.ts'

/** A choice not made yet. */
export const OPEN = -1

/**
 * Decides exactly which choices some ad unit has, when only some levels of a diagram matter. A row holds one number a
 * dimension: a position in its list of values, or OPEN.
 */
export interface Walk {
  /** What occurs at each dimension's level, ascending: positions in the campaign's lists, ABSENT first. */
  readonly values: readonly Int32Array[]
  /** Whether an ad unit has all of the row's choices. */
  isAllowed(row: ArrayLike<number>): boolean
  /** Calls `visit` for every combination of one to three dimensions (ascending) that some ad unit has. */
  eachAllowed(dimensions: readonly number[], visit: (positions: readonly number[]) => void): void
}

/** Where a walk may stand after some choices: the nodes that units with these choices pass. */
interface State {
  readonly dimension: number
  readonly nodes: readonly number[]
  /** By position, undefined where no unit goes; and for an open choice. */
  next: readonly (State | undefined)[] | undefined
  open: State | undefined
}

/** Nodes kept in memory over all states, 4 to 8 bytes each; beyond it the walk forgets and finds anew. */
const MAX_KEPT = 8_000_000

/**
 * A walk over the levels of a diagram that matter; the others are free. Every node leads to an ad unit, so choices are
 * allowed exactly if a path with them exists down to the last of them. The paths are followed all at once, as the set
 * of nodes they reach, and each set's ways on are remembered (the subset construction of Rabin and Scott 1959): units
 * are never enumerated, and asking again costs a look-up a level.
 *
 * @param levels that matter, ascending
 */
export function createWalk(root: Node, levels: readonly number[]): Walk {
  const nodes: Node[] = []
  const numbers = new Map<Node, number>()
  const values = valuesAt(root, levels)
  const positions = values.map((list) => new Map([...list].map((value, at) => [value, at])))
  let interned = new Map<number, State[]>()
  let kept = 0
  let start = stateAt(0, descend(new Set([root]), levels[0]!))

  function numberOf(node: Node): number {
    let number = numbers.get(node)
    if (number === undefined) {
      number = nodes.length
      numbers.set(node, number)
      nodes.push(node)
    }
    return number
  }

  /** The state of a set of nodes; equal sets are one object. */
  function stateAt(dimension: number, set: ReadonlySet<Node>): State {
    const ids = [...set].map(numberOf).sort((a, b) => a - b)
    let hash = dimension
    for (const id of ids) hash = (Math.imul(hash, 31) + id) | 0
    const near = interned.get(hash)
    const known = near?.find((state) => state.dimension === dimension && isSame(state.nodes, ids))
    if (known) return known
    const state: State = { dimension, nodes: ids, next: undefined, open: undefined }
    if (near) near.push(state)
    else interned.set(hash, [state])
    kept += ids.length
    return state
  }

  function stateBelow(dimension: number, children: ReadonlySet<Node>): State {
    const next = dimension + 1
    if (next === levels.length) return END_STATE
    return stateAt(next, descend(children, levels[next]! - levels[dimension]! - 1))
  }

  function nextOf(state: State): readonly (State | undefined)[] {
    if (state.next) return state.next
    const { dimension } = state
    const children: (Set<Node> | undefined)[] = new Array(values[dimension]!.length).fill(undefined)
    for (const id of state.nodes) {
      const { runs, options } = nodes[id]!
      for (const run of runs) {
        for (let offset = 0; offset < run.length; offset++) {
          const at = positions[dimension]!.get(options[run.start + offset]!)!
          const known = children[at]
          if (known) known.add(run.child)
          else children[at] = new Set([run.child])
        }
      }
    }
    state.next = children.map((set) => set && stateBelow(dimension, set))
    return state.next
  }

  function openOf(state: State): State {
    state.open ??= stateBelow(state.dimension, childrenOf(state.nodes.map((id) => nodes[id]!)))
    return state.open
  }

  function forgetIfFull(): void {
    if (kept <= MAX_KEPT) return
    interned = new Map()
    kept = 0
    start = stateAt(0, descend(new Set([root]), levels[0]!))
  }

  return {
    values,
    isAllowed(row) {
      forgetIfFull()
      let last = levels.length - 1
      while (last >= 0 && row[last] === OPEN) last--
      let state: State | undefined = start
      for (let dimension = 0; dimension <= last; dimension++) {
        const choice = row[dimension]!
        state = choice === OPEN ? openOf(state) : nextOf(state)[choice]
        if (!state) return false
      }
      return true
    },
    eachAllowed(dimensions, visit) {
      const chosen: number[] = []
      const visitFrom = (from: State, at: number): void => {
        let state = from
        while (state.dimension < dimensions[at]!) state = openOf(state)
        for (const [position, next] of nextOf(state).entries()) {
          if (!next) continue
          chosen[at] = position
          if (at === dimensions.length - 1) visit(chosen)
          else visitFrom(next, at + 1)
        }
      }
      forgetIfFull()
      visitFrom(start, 0)
    },
  }
}

/** After the last choice. */
const END_STATE: State = { dimension: Number.POSITIVE_INFINITY, nodes: [], next: [], open: undefined }

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((id, at) => id === other[at])
}

function childrenOf(nodes: Iterable<Node>): Set<Node> {
  const children = new Set<Node>()
  for (const node of nodes) for (const run of node.runs) children.add(run.child)
  return children
}

/** The nodes some levels further down, whatever is chosen there. */
function descend(nodes: ReadonlySet<Node>, levels: number): ReadonlySet<Node> {
  let reached = nodes
  for (let level = 0; level < levels; level++) reached = childrenOf(reached)
  return reached
}

/** Values that occur at some levels, ascending. */
export function valuesAt(root: Node, levels: readonly number[]): Int32Array[] {
  let nodes: ReadonlySet<Node> = new Set([root])
  let at = 0
  return levels.map((level) => {
    nodes = descend(nodes, level - at)
    at = level
    const found = new Set<number>()
    for (const { runs, options } of nodes) {
      for (const { start, length } of runs) {
        for (let offset = 0; offset < length; offset++) found.add(options[start + offset] ?? ABSENT)
      }
    }
    return Int32Array.from(found).sort()
  })
}
