/** What roll-up needs to know of a node. A node no other node names as its parent is a leaf. */
export interface RollUpNode {
  readonly id: string
  /** Undefined for the root alone. */
  readonly parent: string | undefined
  /** People who belong to this node and to none under it. */
  readonly own: number
}

/** Whether so many people under this node can live as a segment; if not, why. */
export type Passes<N extends RollUpNode> = (
  node: N,
  people: number,
) => { readonly ok: true } | { readonly ok: false; readonly reason: string }

export interface RollUp {
  /** Leaves that live, by id in text order. */
  readonly leaves: readonly { readonly id: string; readonly people: number }[]
  /** Nodes whose remainder lives, with its people: the node's less those of its surviving descendants. */
  readonly remainders: readonly { readonly id: string; readonly people: number }[]
  /** People of the root who are in neither: they are served broad. */
  readonly broadPeople: number
  /** What joined the remainder of a wider node, in the order it happened; into the root means into broad. */
  readonly merges: readonly { readonly from: string; readonly into: string; readonly reason: string }[]
}

/** A segment that lives for now, and the people it has. */
interface Survivor {
  readonly id: string
  readonly kind: 'leaf' | 'remainder'
  readonly people: number
}

/**
 * Merges what cannot live alone (GUARD 3.3, step 2). Leaves come first; then, from the deepest node to the root:
 *
 * 1. A starved leaf's people join the remainder of their parent. Only that makes a remainder: a healthy leaf is not
 *    touched because a few people beside it lack an attribute.
 * 2. While a remainder cannot live, the smallest survivor under its node joins it (ties: first id in text order).
 * 3. When none is left, it goes up to the remainder of the next wider node. What reaches the root is served broad.
 *
 * People who lack an attribute are in the remainder of the nearest node above them that has one, else in broad. The
 * result does not depend on the order of `nodes`. Cost: the nodes, times their depth, sorted.
 *
 * @throws Error when `nodes` is not one tree
 */
export function rollUp<N extends RollUpNode>(
  tree: { readonly nodes: Iterable<N> },
  passes: Passes<N>,
): RollUp {
  const { order, childrenOf } = treeOf(tree.nodes)
  const merges: { from: string; into: string; reason: string }[] = []
  const survivorsUnder = new Map<string, readonly Survivor[]>()
  const peopleUnder = new Map<string, number>()
  const hasArrivals = new Set<string>()
  let broadPeople = 0

  const moveUp = (from: N, reason: string): readonly Survivor[] => {
    merges.push({ from: from.id, into: from.parent!, reason })
    hasArrivals.add(from.parent!)
    return []
  }

  for (const node of order) {
    const children = childrenOf(node)
    const people = children.reduce((sum, child) => sum + peopleUnder.get(child.id)!, node.own)
    peopleUnder.set(node.id, people)
    const isRoot = node.parent === undefined
    if (children.length === 0 && !isRoot) {
      const verdict = passes(node, people)
      const survivors = verdict.ok
        ? [{ id: node.id, kind: 'leaf' as const, people }]
        : moveUp(node, verdict.reason)
      survivorsUnder.set(node.id, survivors)
      continue
    }
    let survivors = children.flatMap((child) => survivorsUnder.get(child.id)!)
    for (const child of children) survivorsUnder.delete(child.id)
    if (isRoot) broadPeople = people - sumOf(survivors)
    else if (hasArrivals.has(node.id)) survivors = settleRemainder(node, people, survivors)
    survivorsUnder.set(node.id, survivors)
  }

  function settleRemainder(node: N, people: number, under: readonly Survivor[]): Survivor[] {
    const survivors = [...under].sort(bySizeThenId)
    let rest = people - sumOf(survivors)
    for (let taken = 0; ; taken++) {
      const verdict = passes(node, rest)
      if (verdict.ok) return [...survivors.slice(taken), { id: node.id, kind: 'remainder', people: rest }]
      const smallest = survivors[taken]
      if (!smallest) return [...moveUp(node, verdict.reason)]
      merges.push({ from: smallest.id, into: node.id, reason: verdict.reason })
      rest += smallest.people
    }
  }

  const root = order[order.length - 1]!
  const living = [...survivorsUnder.get(root.id)!].sort((a, b) => compareText(a.id, b.id))
  const ofKind = (kind: Survivor['kind']) =>
    living.filter((each) => each.kind === kind).map(({ id, people }) => ({ id, people }))
  return { leaves: ofKind('leaf'), remainders: ofKind('remainder'), broadPeople, merges }
}

/** Nodes with every child before its parent, the same for any order of input; the root comes last. */
function treeOf<N extends RollUpNode>(
  nodes: Iterable<N>,
): { order: readonly N[]; childrenOf: (node: N) => readonly N[] } {
  const children = new Map<string | undefined, N[]>()
  let count = 0
  for (const node of nodes) {
    const siblings = children.get(node.parent)
    if (siblings) siblings.push(node)
    else children.set(node.parent, [node])
    count++
  }
  for (const siblings of children.values()) siblings.sort((a, b) => compareText(a.id, b.id))
  const childrenOf = (node: N): readonly N[] => children.get(node.id) ?? []
  const parentsFirst = [...(children.get(undefined) ?? [])]
  if (parentsFirst.length !== 1) throw new Error(`a roll-up tree has one root, not ${parentsFirst.length}`)
  for (let i = 0; i < parentsFirst.length; i++) parentsFirst.push(...childrenOf(parentsFirst[i]!))
  if (parentsFirst.length !== count) throw new Error('some nodes of the roll-up tree do not hang on its root')
  return { order: parentsFirst.reverse(), childrenOf }
}

function sumOf(survivors: readonly Survivor[]): number {
  return survivors.reduce((sum, { people }) => sum + people, 0)
}

function bySizeThenId(a: Survivor, b: Survivor): number {
  return a.people - b.people || compareText(a.id, b.id)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
