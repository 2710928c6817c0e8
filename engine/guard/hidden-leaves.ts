import type { GridTree } from '../../segments/grid.ts'
import { hideSmall } from '../reporting/hide-small.ts'

interface SizedLeaf {
  readonly id: string
  readonly people: number
}

/**
 * Leaves whose numbers may not be printed: those under the k floor, and as many of their smallest neighbours as it
 * takes that no sum over a node of a grid, or over the whole campaign, gives one of them away.
 */
export function hiddenLeaves(
  leaves: readonly SizedLeaf[],
  trees: readonly GridTree[],
  kFloor: number,
): ReadonlySet<string> {
  const people = new Map(leaves.map((leaf) => [leaf.id, leaf.people]))
  const distinct = (ids: readonly string[]) => ids.reduce((sum, id) => sum + people.get(id)!, 0)
  const hidden = new Set<string>()
  const hideIn = (ids: readonly string[]) => {
    const cells = ids.map((id) => ({ key: id, people: people.get(id)! }))
    hideSmall(cells, kFloor, distinct, hidden)
  }
  for (const tree of trees) {
    const under = new Map<string, string[]>()
    // Parents come before children in the tree, so backwards every node's leaves are complete when it is reached.
    for (const node of [...tree.nodes.values()].reverse()) {
      const ids = under.get(node.id) ?? []
      if (people.has(node.id)) ids.push(node.id)
      if (ids.length === 0) continue
      hideIn(ids)
      if (node.parent === undefined) continue
      const above = under.get(node.parent)
      if (above) above.push(...ids)
      else under.set(node.parent, [...ids])
    }
  }
  hideIn(leaves.map(({ id }) => id))
  return hidden
}
