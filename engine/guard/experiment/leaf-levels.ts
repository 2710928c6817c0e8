import { PolyadError } from '../../../core/errors.ts'
import type { AttributeCatalogue } from '../../../segments/attributes.ts'
import { gridDefinition } from '../../../segments/grid.ts'
import {
  type GridDefinition,
  type GridPart,
  nodeId,
  nodeTitle,
  parseNodeId,
  widerParts,
} from '../../../segments/grid-node.ts'
import { rollUp } from '../../../segments/roll-up.ts'
import type { SegmentDocument } from '../../../segments/segment.ts'
import type { SegmentColumn } from './experiment.ts'

/** The people of leaves that no wider level can take in. */
const OTHERS = '(others)'
const ROOT = ''

/** A place in the tree of leaves: a leaf, or a wider node of its grid. */
interface Place {
  readonly id: string
  readonly parent: string | undefined
  readonly title: string
  /** How narrow: number of the last attribute that is not free, then steps of its hierarchy. */
  readonly level: readonly [attribute: number, step: number]
}

/**
 * The leaves of a campaign as nested columns: the levels of their grid from the widest to the leaf. Leaves of fewer
 * people than the k floor join the next wider level first, so each value of each column stands for `kFloor` people or
 * more, and so does the difference of any two.
 *
 * @param leafOf id of each row's leaf; each row is a person
 */
export function leafLevels(
  leafOf: readonly string[],
  segments: {
    readonly catalogue: AttributeCatalogue
    readonly documents: ReadonlyMap<string, SegmentDocument>
  },
  kFloor: number,
): SegmentColumn[] {
  const places = new Map<string, Place>([
    [ROOT, { id: ROOT, parent: undefined, title: OTHERS, level: [-1, 0] }],
  ])
  const leafPlaces = new Map<string, string>()
  const grids = new Map<string, GridDefinition | undefined>()
  for (const leaf of new Set(leafOf)) {
    const [name] = leaf.split('/')
    if (!grids.has(name!)) grids.set(name!, gridOf(name!, segments))
    leafPlaces.set(leaf, placeLeaf(leaf, grids.get(name!), segments.documents, places))
  }
  const unitOf = livingUnits(leafOf, leafPlaces, places, kFloor)
  const known = [...grids.values()].filter((grid) => grid !== undefined)
  return columnsOf(leafOf, unitOf, places, known.length === 1 ? known[0] : undefined)
}

/** The grid of that name, undefined for a rule or what is not there any more. */
function gridOf(
  name: string,
  { catalogue, documents }: Parameters<typeof leafLevels>[1],
): GridDefinition | undefined {
  const document = documents.get(name)
  if (!document || !('grid' in document)) return undefined
  try {
    return gridDefinition(document, catalogue)
  } catch (error) {
    // The catalogue changed since: its leaves have no levels then, but they are leaves.
    if (error instanceof PolyadError) return undefined
    throw error
  }
}

/** Adds a leaf and all that is wider to the places. */
function placeLeaf(
  leaf: string,
  grid: GridDefinition | undefined,
  documents: ReadonlyMap<string, SegmentDocument>,
  places: Map<string, Place>,
): string {
  const parts = grid && partsOf(grid, leaf)
  if (!grid || !parts) {
    const document = documents.get(leaf)
    places.set(leaf, { id: leaf, parent: ROOT, title: document?.title ?? leaf, level: [0, 0] })
    return leaf
  }
  const grow = (wide: readonly GridPart[]): string => {
    const id = nodeId(grid, wide)
    if (places.has(id)) return id
    const wider = widerParts(grid, wide)
    const parent = wider ? grow(wider) : ROOT
    const title = nodeTitle(grid, wide)
    places.set(id, { id, parent, title: title === '' ? grid.name : title, level: levelOf(grid, wide) })
    return id
  }
  if (parts.every(({ kind }) => kind === 'value')) return grow(parts)
  // A remainder is a part of its node: what the surviving leaves under it left over.
  const parent = grow(parts)
  const id = `${parent}#rest`
  places.set(id, { id, parent, title: restTitle(places.get(parent)!, grid.name), level: [Infinity, 0] })
  return id
}

function partsOf(grid: GridDefinition, leaf: string): GridPart[] | undefined {
  return leaf.split('/').length === grid.attributes.length + 1 ? parseNodeId(grid, leaf) : undefined
}

function levelOf(grid: GridDefinition, parts: readonly GridPart[]): [number, number] {
  const lastOf = (some: readonly GridPart[]) => some.findLastIndex(({ kind }) => kind !== 'free')
  const last = lastOf(parts)
  let step = 0
  for (let wide: readonly GridPart[] | undefined = parts; wide && lastOf(wide) === last && last >= 0; ) {
    step++
    wide = widerParts(grid, wide)
  }
  return [last, step]
}

function restTitle({ title }: Place, grid: string): string {
  return title === grid || title === OTHERS ? OTHERS : `${title}, other`
}

/** By leaf: the place that is shown for it, of `kFloor` people or more. */
function livingUnits(
  leafOf: readonly string[],
  leafPlaces: ReadonlyMap<string, string>,
  places: Map<string, Place>,
  kFloor: number,
): ReadonlyMap<string, string> {
  const own = new Map<string, number>()
  for (const leaf of leafOf) {
    const place = leafPlaces.get(leaf)!
    own.set(place, (own.get(place) ?? 0) + 1)
  }
  const nodes = [...places.values()].map(({ id, parent }) => ({ id, parent, own: own.get(id) ?? 0 }))
  const { leaves, remainders, broadPeople } = rollUp({ nodes }, (_node, people) =>
    people >= kFloor ? { ok: true } : { ok: false, reason: 'under the k floor' },
  )
  const people = new Map([...leaves, ...remainders].map((each) => [each.id, each.people]))
  // What reached the root may still be few: then the smallest join it.
  const joined = new Set<string>()
  let others = broadPeople
  for (const [id, size] of [...people].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))) {
    if (others === 0 || others >= kFloor) break
    joined.add(id)
    others += size
  }
  const isRemainder = new Set(remainders.map(({ id }) => id))
  const unitOf = new Map<string, string>()
  for (const [leaf, place] of leafPlaces) {
    let at: Place | undefined = places.get(place)
    while (at && !people.has(at.id)) at = at.parent === undefined ? undefined : places.get(at.parent)
    unitOf.set(
      leaf,
      at === undefined || joined.has(at.id) ? ROOT : isRemainder.has(at.id) ? restOf(at, places) : at.id,
    )
  }
  return unitOf
}

/** The place of what is left of a node, so that it is not taken for the whole node. */
function restOf(node: Place, places: Map<string, Place>): string {
  const id = `${node.id}#rest`
  const grid = node.id.split('/')[0]!
  if (!places.has(id))
    places.set(id, { id, parent: node.id, title: restTitle(node, grid), level: [Infinity, 0] })
  return id
}

/** A column for each level that splits further than the one before; the last one is the leaf. */
function columnsOf(
  leafOf: readonly string[],
  unitOf: ReadonlyMap<string, string>,
  places: ReadonlyMap<string, Place>,
  grid: GridDefinition | undefined,
): SegmentColumn[] {
  const pathOf = (id: string): Place[] => {
    const place = places.get(id)!
    return place.parent === undefined ? [place] : [...pathOf(place.parent), place]
  }
  const units = [...new Set(unitOf.values())].sort()
  const paths = new Map(units.map((unit) => [unit, pathOf(unit)]))
  const levels = [...paths.values()]
    .flat()
    .map(({ level }) => level)
    .sort(compareLevels)
    .filter((level, at, all) => at === 0 || compareLevels(level, all[at - 1]!) !== 0)
  const columns: SegmentColumn[] = []
  let values = 1
  for (const level of levels) {
    const shown = new Map(
      units.map((unit) => [
        unit,
        paths.get(unit)!.findLast((place) => compareLevels(place.level, level) <= 0)!,
      ]),
    )
    const distinct = new Set(shown.values())
    if (distinct.size === values) continue
    values = distinct.size
    // The level that tells all of them apart has their own names.
    const isLast = values === units.length
    const name = isLast ? 'segment' : grid ? levelName(level, levels, grid) : `level ${columns.length + 1}`
    columns.push(
      columnOf(name, leafOf, (leaf) => {
        const unit = unitOf.get(leaf)!
        return isLast ? places.get(unit)! : shown.get(unit)!
      }),
    )
  }
  return columns
}

function compareLevels(a: Place['level'], b: Place['level']): number {
  return a[0] === b[0] ? a[1] - b[1] : a[0] - b[0]
}

/** The attributes that a level splits by; of the last one, how far down its hierarchy. */
function levelName(
  [attribute, step]: Place['level'],
  levels: readonly Place['level'][],
  grid: GridDefinition,
): string {
  if (attribute < 0) return 'grid or rule'
  if (step === 0) return 'rule'
  const steps = Math.max(...levels.filter(([other]) => other === attribute).map(([, each]) => each))
  const names = grid.attributes.slice(0, attribute + 1).join(', ')
  return step === steps ? names : `${names} (level ${step} of ${steps})`
}

function columnOf(name: string, leafOf: readonly string[], placeOf: (leaf: string) => Place): SegmentColumn {
  const used = new Map<string, Place>()
  for (const leaf of new Set(leafOf)) used.set(placeOf(leaf).id, placeOf(leaf))
  const titles = new Map<string, number>()
  for (const { title } of used.values()) titles.set(title, (titles.get(title) ?? 0) + 1)
  const inOrder = [...used.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  const codeOf = new Map(inOrder.map(({ id }, code) => [id, code]))
  const codeOfLeaf = new Map([...new Set(leafOf)].map((leaf) => [leaf, codeOf.get(placeOf(leaf).id)!]))
  return {
    name,
    // Two places may be called alike, as in two grids; then their ids tell them apart.
    values: inOrder.map(({ id, title }) => (titles.get(title) === 1 ? title : `${title} (${id})`)),
    codes: Uint32Array.from(leafOf, (leaf) => codeOfLeaf.get(leaf)!),
  }
}
