import type { AttributeCatalogue } from './attributes.ts'
import { createGridTree, type GridTree, gridDefinition } from './grid.ts'
import type { Population } from './population.ts'
import type { SegmentEntries } from './resolve.ts'
import type { SegmentDocument } from './segment.ts'

/** The roll-up trees of the grids among some entries, in their order. */
export function gridTrees(input: {
  readonly population: Population
  readonly catalogue: AttributeCatalogue
  readonly documents: ReadonlyMap<string, SegmentDocument>
  readonly entries: SegmentEntries
}): GridTree[] {
  return input.entries.flatMap((entry) => {
    const document = typeof entry === 'string' ? undefined : input.documents.get(entry.grid)
    return document && 'grid' in document
      ? [createGridTree(input.population, gridDefinition(document, input.catalogue))]
      : []
  })
}

/**
 * For each node of a grid that has several of these segments under it, their ids: the sums by which one of them could
 * be found, the smallest sums first. A node is every wider one, along the real parents, so a region counts as well as a
 * state.
 *
 * @param ids cells and remainders; those of other segments are left out
 */
export function nodeSums(tree: GridTree, ids: ReadonlySet<string>): string[][] {
  const under = new Map<string, string[]>()
  // Parents come before children in the tree, so backwards every node is complete when it is reached.
  for (const node of [...tree.nodes.values()].reverse()) {
    const own = under.get(node.id) ?? []
    if (ids.has(node.id)) own.push(node.id)
    if (own.length === 0) continue
    under.set(node.id, own)
    if (node.parent === undefined) continue
    const above = under.get(node.parent)
    if (above) above.push(...own)
    else under.set(node.parent, [...own])
  }
  return [...under.values()].filter((sum) => sum.length > 1).sort((a, b) => a.length - b.length)
}
