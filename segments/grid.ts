import { hasBit } from '../core/bitmap.ts'
import { PolyadError } from '../core/errors.ts'
import type { AttributeCatalogue } from './attributes.ts'
import type { Column } from './column.ts'
import { FREE, type GridDefinition, type GridPart, nodeId, widerParts } from './grid-node.ts'
import type { Population } from './population.ts'
import type { SegmentDocument } from './segment.ts'
import { parseSegmentRule } from './segment-rule.ts'

export type GridDocument = Extract<SegmentDocument, { grid: unknown }>

/** One node of a grid's roll-up tree. A full cell has no free attribute and is a leaf of the tree. */
interface GridNode {
  readonly id: string
  /** Id of the node one step wider; undefined for the root. */
  readonly parent: string | undefined
  readonly parts: readonly GridPart[]
  readonly kind: 'cell' | 'wider'
  /** People whose deepest node this is. In a wider node: those of whom the next attribute is not known. */
  readonly own: number
  /** People who meet the node's rule: its own and those of every node under it. */
  readonly people: number
}

/** A grid over a population: every full cell that has people, and the wider nodes above them up to the root. */
export interface GridTree {
  readonly definition: GridDefinition
  readonly root: string
  /** By id; a parent comes before its children, cells come in text order of their values. */
  readonly nodes: ReadonlyMap<string, GridNode>
}

/**
 * The definition a grid document gives.
 *
 * @throws PolyadError INPUT_INVALID for an unknown attribute or one that has no single value
 */
export function gridDefinition(document: GridDocument, catalogue: AttributeCatalogue): GridDefinition {
  const where = `segments/${document.name}.json`
  const types = new Map(
    catalogue.attributes.filter(({ scope }) => scope === 'person').map(({ name, type }) => [name, type]),
  )
  const { attributes, within } = document.grid
  for (const [i, name] of attributes.entries()) {
    const type = types.get(name)
    const problem =
      type === undefined
        ? `there is no attribute of people "${name}"`
        : type !== 'category' && type !== 'boolean'
          ? `"${name}" is a ${type}; a grid is made of categories and booleans`
          : attributes.indexOf(name) < i
            ? `"${name}" is there twice`
            : undefined
    if (problem) {
      throw new PolyadError('INPUT_INVALID', {
        what: 'grid',
        where,
        problem: `/grid/attributes/${i} ${problem}`,
      })
    }
  }
  return {
    name: document.name,
    attributes,
    within: within === undefined ? undefined : parseSegmentRule(within, catalogue, `${where} /grid/within`),
    catalogue,
  }
}

/**
 * The roll-up tree of a grid. A person belongs to a full cell with every attribute known; others to the deepest node
 * there is on the way up from what is known of them. One pass over the columns, whatever the number of cells.
 */
export function createGridTree(population: Population, definition: GridDefinition): GridTree {
  const building = new Map<string, { -readonly [K in keyof GridNode]: GridNode[K] }>()
  const root = definition.attributes.map(() => FREE)
  const rootId = nodeId(definition, root)
  building.set(rootId, { id: rootId, parent: undefined, parts: root, kind: 'wider', own: 0, people: 0 })

  const grow = (parts: readonly GridPart[], kind: GridNode['kind']): string => {
    const id = nodeId(definition, parts)
    if (building.has(id)) return id
    const parent = grow(widerParts(definition, parts)!, 'wider')
    building.set(id, { id, parent, parts, kind, own: 0, people: 0 })
    return id
  }

  const { full, partial } = countGroups(population, definition)
  for (const group of full) building.get(grow(group.parts, 'cell'))!.own = group.people
  for (const group of partial) {
    let parts: readonly GridPart[] = group.parts
    while (!building.has(nodeId(definition, parts))) parts = widerParts(definition, parts)!
    building.get(nodeId(definition, parts))!.own += group.people
  }

  const ordered = [...building.values()]
  for (let i = ordered.length - 1; i >= 0; i--) {
    const node = ordered[i]!
    node.people += node.own
    if (node.parent !== undefined) building.get(node.parent)!.people += node.people
  }
  return { definition, root: rootId, nodes: building }
}

interface Group {
  readonly parts: readonly GridPart[]
  people: number
}

/**
 * Counts people by their values of the grid's attributes, and those who lack one by the values before the first they
 * lack. Attribute by attribute, each group of people splits by the code of the next column.
 */
function countGroups(population: Population, grid: GridDefinition): { full: Group[]; partial: Group[] } {
  const inside = grid.within && population.evaluate(grid.within)
  const rows: number[] = []
  for (let row = 0; row < population.people; row++) if (!inside || hasBit(inside, row)) rows.push(row)

  let groups: { parts: GridPart[]; rows: readonly number[] }[] = [{ parts: [], rows }]
  const partial: Group[] = []
  const free = grid.attributes.map(() => FREE)
  for (const attribute of grid.attributes) {
    const column = population.column(attribute)
    if (column.type !== 'category' && column.type !== 'boolean') throw staleColumn(attribute, column)
    const narrower: typeof groups = []
    for (const group of groups) {
      const byCode = new Map<number, number[]>()
      for (const row of group.rows) {
        const code = column.codes[row]!
        const members = byCode.get(code)
        if (members) members.push(row)
        else byCode.set(code, [row])
      }
      // Codes are in text order, 0 is a missing value.
      for (const [code, members] of [...byCode].sort(([a], [b]) => a - b)) {
        if (code === 0) {
          partial.push({ parts: [...group.parts, ...free.slice(group.parts.length)], people: members.length })
        } else {
          const value = column.dictionary[code - 1]!
          narrower.push({ parts: [...group.parts, { kind: 'value', value }], rows: members })
        }
      }
    }
    groups = narrower
  }
  return { full: groups.map(({ parts, rows }) => ({ parts, people: rows.length })), partial }
}

function staleColumn(attribute: string, { type }: Column): PolyadError {
  return new PolyadError('POPULATION_UNREADABLE', {
    problem: `in it the attribute "${attribute}" is still a ${type}`,
  })
}
