import { countBits } from '../core/bitmap.ts'
import { PolyadError } from '../core/errors.ts'
import { certainValues, factsOf } from '../rules/certainty.ts'
import { EVERYBODY, type Rule } from '../rules/rule.ts'
import { ruleText } from '../rules/rule-text.ts'
import type { AttributeCatalogue } from './attributes.ts'
import { createGridTree, type GridDocument, type GridTree, gridDefinition } from './grid.ts'
import { type GridPart, nodeId, nodeRule, nodeTitle, parseNodeId, partRule, widerParts } from './grid-node.ts'
import { labelOf } from './hierarchy.ts'
import type { Population } from './population.ts'
import { BROAD_ID, type Segment, type SegmentDocument } from './segment.ts'
import { parseSegmentRule } from './segment-rule.ts'

/** A campaign's segments: documents by name, grids whole or by the nodes that live. */
export type SegmentEntries = readonly (
  | string
  | { readonly grid: string; readonly leaves?: readonly string[]; readonly remainders?: readonly string[] }
)[]

/** The segment everybody is in. */
function broadSegment(people: number): Segment {
  return { id: BROAD_ID, title: 'Everybody', rule: EVERYBODY, certain: {}, kind: 'broad', people }
}

/**
 * The segments of a campaign with their exact sizes: broad first, then in the order of the entries; cells in text order
 * of their values, chosen leaves and then remainders as listed. A chosen node that has no people any more stays, with 0.
 *
 * @throws PolyadError NOT_FOUND for a name without a document, INPUT_INVALID for one that cannot be used
 */
export function resolveSegments(input: {
  readonly population: Population
  readonly catalogue: AttributeCatalogue
  readonly documents: ReadonlyMap<string, SegmentDocument>
  readonly entries: SegmentEntries
}): Segment[] {
  const { population, catalogue, documents, entries } = input
  const segments = [broadSegment(population.people)]
  for (const entry of entries) {
    const name = typeof entry === 'string' ? entry : entry.grid
    const document = documents.get(name)
    if (!document) {
      throw new PolyadError('NOT_FOUND', { what: 'segment', name, mend: `write segments/${name}.json` })
    }
    if (typeof entry === 'string') {
      if ('grid' in document) throw unusable(name, 'is a grid', `write {"grid": "${name}"}`)
      segments.push(ruleSegment(document, population, catalogue))
    } else {
      if (!('grid' in document)) throw unusable(name, 'is one rule, not a grid', `write "${name}"`)
      const tree = createGridTree(population, gridDefinition(document, catalogue))
      const isWhole = entry.leaves === undefined && entry.remainders === undefined
      segments.push(
        ...(isWhole ? expandGrid(tree) : chosenNodes(tree, entry.leaves ?? [], entry.remainders ?? [])),
      )
    }
  }
  refuseRepeats(segments)
  return segments
}

/** One rule document as a segment. */
function ruleSegment(
  document: Exclude<SegmentDocument, GridDocument>,
  population: Population,
  catalogue: AttributeCatalogue,
): Segment {
  if (document.name === BROAD_ID) {
    throw unusable(document.name, 'has the name of the segment everybody is in', 'choose another name')
  }
  const rule = parseSegmentRule(document.rule, catalogue, `segments/${document.name}.json /rule`)
  const title =
    document.title ?? ruleText(rule, (attribute, value) => labelOf(catalogue, attribute, String(value), 'en'))
  return {
    id: document.name,
    title,
    rule,
    certain: certainValues(factsOf(rule)),
    kind: 'rule',
    people: countBits(population.evaluate(rule)),
  }
}

/** A segment of every full cell that has people. */
function expandGrid(tree: GridTree): Segment[] {
  return [...tree.nodes.values()]
    .filter(({ kind }) => kind === 'cell')
    .map(({ parts, people }) => cellSegment(tree, parts, people))
}

function cellSegment({ definition }: GridTree, parts: readonly GridPart[], people: number): Segment {
  const rule = nodeRule(definition, parts)
  return {
    id: nodeId(definition, parts),
    title: nodeTitle(definition, parts),
    rule,
    certain: certainValues(factsOf(rule)),
    kind: 'cell',
    people,
  }
}

interface ChosenNode {
  readonly id: string
  readonly parts: readonly GridPart[]
  readonly people: number
}

function chosenNodes(tree: GridTree, leaves: readonly string[], remainders: readonly string[]): Segment[] {
  const chosen = (id: string): ChosenNode => {
    const parts = parseNodeId(tree.definition, id)
    return { id, parts, people: tree.nodes.get(id)?.people ?? 0 }
  }
  const leafNodes = leaves.map(chosen)
  const remainderNodes = remainders.map(chosen)
  for (const { id, parts } of leafNodes) {
    if (parts.some(({ kind }) => kind !== 'value')) {
      throw unusable(id, 'is not a full cell', 'name it among the remainders')
    }
  }
  const insideOf = topmostInside(tree, leafNodes, remainderNodes)
  return [
    ...leafNodes.map(({ parts, people }) => cellSegment(tree, parts, people)),
    ...remainderNodes.map((node) => remainderSegment(tree, node, insideOf.get(node.id) ?? [])),
  ]
}

/** By remainder: the survivors right under it, those inside another remainder under it left out. */
function topmostInside(
  { definition }: GridTree,
  leaves: readonly ChosenNode[],
  remainders: readonly ChosenNode[],
): ReadonlyMap<string, readonly ChosenNode[]> {
  const isRemainder = new Set(remainders.map(({ id }) => id))
  const inside = new Map<string, ChosenNode[]>()
  for (const node of [...leaves, ...remainders]) {
    let wider = widerParts(definition, node.parts)
    while (wider && !isRemainder.has(nodeId(definition, wider))) wider = widerParts(definition, wider)
    if (!wider) continue
    const id = nodeId(definition, wider)
    inside.set(id, [...(inside.get(id) ?? []), node])
  }
  return inside
}

function remainderSegment(
  { definition }: GridTree,
  node: ChosenNode,
  inside: readonly ChosenNode[],
): Segment {
  const base = nodeRule(definition, node.parts)
  const title = nodeTitle(definition, node.parts)
  // Tests that a survivor shares with the node hold anyway; saying them again would only make the rule longer.
  const survivors = inside.map(({ parts }): Rule => {
    const differing = definition.attributes.flatMap((attribute, i) => {
      const own = node.parts[i]!
      const part = parts[i]!
      return own.kind === part.kind && own.kind === 'value' ? [] : [partRule(definition, attribute, part)]
    })
    return { kind: 'all', of: differing.filter((rule) => rule !== undefined) }
  })
  const rule: Rule =
    survivors.length === 0
      ? base
      : { kind: 'all', of: [base, { kind: 'not', of: { kind: 'any', of: survivors } }] }
  return {
    id: node.id,
    title: title === '' ? 'Other' : `${title}, other`,
    rule,
    certain: certainValues(factsOf(base)),
    kind: 'remainder',
    people: inside.reduce((people, survivor) => people - survivor.people, node.people),
  }
}

function refuseRepeats(segments: readonly Segment[]): void {
  const seen = new Set<string>()
  for (const { id } of segments) {
    if (seen.has(id)) throw unusable(id, 'is there twice', 'keep one')
    seen.add(id)
  }
}

function unusable(name: string, problem: string, mend: string): PolyadError {
  return new PolyadError('INPUT_INVALID', { what: 'segment', where: name, problem, mend })
}
