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

/** A segment that lives for now. */
interface Survivor {
  readonly id: string
  /** Its people. */
  readonly people: number
  /** Everybody under its node: its people and those of the survivors inside. */
  readonly peopleUnder: number
  /** Survivors right under a remainder; undefined for a leaf. */
  readonly inside?: readonly Survivor[]
}

/**
 * Merges what cannot live alone (GUARD 3.3, step 2), the cheapest merge first; a merge costs the people it moves.
 * Leaves come first; then, from the deepest node to the root:
 *
 * 1. A starved leaf's people join the remainder of their parent. Only that makes a remainder: a healthy leaf is not
 *    touched because a few people beside it lack an attribute.
 * 2. A remainder that cannot live goes up to the remainder of the next wider node, or takes its smallest surviving
 *    sibling: whichever moves fewer people (ties: the sibling; of siblings, the first id in text order). Siblings are
 *    the survivors under its node, without those inside another remainder there; they follow if that one joins.
 * 3. What reaches the root is served broad.
 *
 * Where one floor holds for all, what lives has more people than what does not, so only people under the floor ever
 * move, which no roll-up can do with fewer, and each goes no further than to the first node that holds enough of them.
 * A sibling joins only where floors differ (a leaf of a high rate needs fewer people).
 *
 * People who lack an attribute are in the remainder of the nearest node above them that has one, else in broad. The
 * result does not depend on the order of `nodes`. Under one floor for all, the leaves of a higher floor are a part of
 * those of a lower one.
 *
 * Cost: the nodes, times their depth, sorted.
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

  const moveUp = (from: N, reason: string): void => {
    merges.push({ from: from.id, into: from.parent!, reason })
    hasArrivals.add(from.parent!)
  }

  const settleLeaf = (leaf: N, people: number): readonly Survivor[] => {
    const verdict = passes(leaf, people)
    if (verdict.ok) return [{ id: leaf.id, people, peopleUnder: people }]
    moveUp(leaf, verdict.reason)
    return []
  }

  const settleRemainder = (node: N, total: number, under: readonly Survivor[]): readonly Survivor[] => {
    let siblings = [...under].sort(bySizeThenId)
    let people = restOf(total, siblings)
    for (;;) {
      const verdict = passes(node, people)
      if (verdict.ok) return [{ id: node.id, people, peopleUnder: total, inside: siblings }]
      const smallest = siblings[0]
      if (!smallest || people < smallest.people) {
        moveUp(node, verdict.reason)
        return siblings
      }
      siblings.shift()
      merges.push({ from: smallest.id, into: node.id, reason: verdict.reason })
      people += smallest.people
      if (smallest.inside) siblings = [...siblings, ...smallest.inside].sort(bySizeThenId)
    }
  }

  for (const node of order) {
    const children = childrenOf(node)
    const total = children.reduce((sum, child) => sum + peopleUnder.get(child.id)!, node.own)
    peopleUnder.set(node.id, total)
    const under = children.flatMap((child) => survivorsUnder.get(child.id)!)
    for (const child of children) survivorsUnder.delete(child.id)
    if (node.parent === undefined) survivorsUnder.set(node.id, under)
    else if (children.length === 0) survivorsUnder.set(node.id, settleLeaf(node, total))
    else survivorsUnder.set(node.id, hasArrivals.has(node.id) ? settleRemainder(node, total, under) : under)
  }

  const root = order[order.length - 1]!
  const topmost = survivorsUnder.get(root.id)!
  const living = topmost.flatMap(withThoseInside).sort((a, b) => compareText(a.id, b.id))
  const told = (survivors: readonly Survivor[]) => survivors.map(({ id, people }) => ({ id, people }))
  return {
    leaves: told(living.filter(({ inside }) => inside === undefined)),
    remainders: told(living.filter(({ inside }) => inside !== undefined)),
    broadPeople: restOf(peopleUnder.get(root.id)!, topmost),
    merges,
  }
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

function restOf(total: number, survivors: readonly Survivor[]): number {
  return survivors.reduce((rest, { peopleUnder }) => rest - peopleUnder, total)
}

function withThoseInside(survivor: Survivor): Survivor[] {
  return [survivor, ...(survivor.inside ?? []).flatMap(withThoseInside)]
}

function bySizeThenId(a: Survivor, b: Survivor): number {
  return a.people - b.people || compareText(a.id, b.id)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
