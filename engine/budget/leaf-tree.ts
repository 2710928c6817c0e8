import type { GridTree } from '../../segments/grid.ts'
import { BROAD_ID, type Segment } from '../../segments/segment.ts'
import type { EffectNode } from '../../stats/nested-effects.ts'
import type { History, LeafHistory } from './history.ts'

/** The end for people who match no leaf. */
export const UNMATCHED = 'unmatched'
const ROOT = 'all'

/** An end of the tree that rates are learnt on. */
export interface LearningEnd {
  readonly id: string
  readonly parent: string
  /** Absent for people who match no leaf: they were never shown anything narrow. */
  readonly counted: LeafHistory | undefined
}

/** The leaves of a plan with the wider nodes above them, and what history says at each end. */
export interface LeafTree {
  /** Wider nodes, the root among them. */
  readonly inner: readonly { readonly id: string; readonly parent: string | undefined }[]
  readonly ends: readonly LearningEnd[]
}

/** The id of a leaf's end. */
export function endOf(leafId: string): string {
  return `leaf ${leafId}`
}

const NOTHING: LeafHistory = {
  people: 0,
  narrow: { events: 0, showings: 0 },
  control: { events: 0, showings: 0 },
}

/**
 * Where each leaf learns from: a leaf of a grid hangs on its node's parent and so on up the roll-up tree, a remainder on
 * its own node, a rule on the root. Nodes with one child say nothing and are left out.
 *
 * History of a leaf that the plan no longer has counts for the remainder its people are in now, or else at the root.
 * Where fewer people than the k floor were seen in a leaf, what they did counts one node wider and not for the leaf, so
 * that no number of the leaf is theirs.
 */
export function leafTree(
  segments: readonly Segment[],
  trees: readonly GridTree[],
  history: Pick<History, 'leaves'>,
  kFloor: number,
): LeafTree {
  const parents = new Map<string, string>()
  const leaves = new Map<string, string>()
  for (const { id, kind } of segments) {
    if (id === BROAD_ID) continue
    const tree = kind === 'rule' ? undefined : trees.find(({ nodes }) => nodes.has(id))
    const above = kind === 'remainder' ? id : tree?.nodes.get(id)?.parent
    leaves.set(id, hang(tree, above, parents))
  }
  const counted = new Map<string, LeafHistory>()
  const count = (end: string, found: LeafHistory) => counted.set(end, sumOf(counted.get(end), found))
  const extra = new Map<string, string>()
  const found = new Map<string, LeafHistory>()
  for (const [id, each] of [...history.leaves].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const home = homeOf(id, leaves, trees)
    if (home !== undefined) found.set(home, sumOf(found.get(home), each))
    else {
      extra.set(`other ${ROOT}`, ROOT)
      count(`other ${ROOT}`, each)
    }
  }
  for (const [id, each] of found) {
    if (each.people >= kFloor) count(endOf(id), each)
    else {
      const parent = leaves.get(id)!
      extra.set(`other ${parent}`, parent)
      count(`other ${parent}`, each)
    }
  }
  const ends: LearningEnd[] = [
    ...[...leaves].map(([id, parent]) => ({ id: endOf(id), parent })),
    ...[...extra].map(([id, parent]) => ({ id, parent })),
  ].map((end) => ({ ...end, counted: counted.get(end.id) ?? NOTHING }))
  ends.push({ id: UNMATCHED, parent: ROOT, counted: undefined })
  return withoutOnlyChildren(parents, ends)
}

/** Puts a node and everything above it into `parents`; without a tree it is the root. */
function hang(tree: GridTree | undefined, node: string | undefined, parents: Map<string, string>): string {
  if (!tree || node === undefined) return ROOT
  const id = `node ${node}`
  if (!parents.has(id)) parents.set(id, hang(tree, tree.nodes.get(node)?.parent, parents))
  return id
}

/** The leaf of the plan that people of this leaf are in now: itself, or the nearest remainder above it. */
function homeOf(
  id: string,
  leaves: ReadonlyMap<string, string>,
  trees: readonly GridTree[],
): string | undefined {
  const nodes = trees.find((tree) => tree.nodes.has(id))?.nodes
  for (let at: string | undefined = id; at !== undefined; at = nodes?.get(at)?.parent) {
    if (leaves.has(at)) return at
  }
  return undefined
}

function sumOf(a: LeafHistory = NOTHING, b: LeafHistory): LeafHistory {
  const both = (side: 'narrow' | 'control') => ({
    events: a[side].events + b[side].events,
    showings: a[side].showings + b[side].showings,
  })
  return { people: a.people + b.people, narrow: both('narrow'), control: both('control') }
}

function withoutOnlyChildren(parents: ReadonlyMap<string, string>, ends: readonly LearningEnd[]): LeafTree {
  const children = new Map<string, number>()
  for (const parent of [...parents.values(), ...ends.map(({ parent }) => parent)]) {
    children.set(parent, (children.get(parent) ?? 0) + 1)
  }
  const kept = (id: string): string => (id !== ROOT && children.get(id) === 1 ? kept(parents.get(id)!) : id)
  const inner = [...parents]
    .filter(([id]) => kept(id) === id)
    .map(([id, parent]) => ({ id, parent: kept(parent) }))
  return {
    inner: [{ id: ROOT, parent: undefined }, ...inner],
    ends: ends.map((end) => ({ ...end, parent: kept(end.parent) })),
  }
}

/** The tree's nodes with the evidence that `evidenceOf` makes of each end. */
export function effectNodes(
  { inner, ends }: LeafTree,
  evidenceOf: (end: LearningEnd) => EffectNode['evidence'],
): EffectNode[] {
  return [
    ...inner,
    ...ends.map((end) => {
      const evidence = evidenceOf(end)
      return { id: end.id, parent: end.parent, ...(evidence && { evidence }) }
    }),
  ]
}
