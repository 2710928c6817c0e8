import { PolyadError } from '../../core/errors.ts'
import type { Stream } from '../../core/stream.ts'
import type { Weights } from '../allocation/weights.ts'
import type { Plan } from '../campaign/plan.ts'
import { createCopyTable } from '../generate/copy-table.ts'
import type { AdUnit, Cell } from './ad-unit.ts'
import type { Undecided } from './availability.ts'
import { drawOption, type IsOpen } from './choose.ts'
import { CELL_LEVELS, compileDiagram } from './compile.ts'
import { countByDimension } from './count-by.ts'
import { type Cursor, createCursor } from './cursor.ts'
import { ABSENT, type Node } from './diagram.ts'
import { followPath, packDiagram } from './packed-diagram.ts'

/** Size at which a diagram is refused: nodes with their runs of options, some hundreds of megabytes. */
export const MAX_RUNS = 2_000_000

/** The ad units of one revision as a number line: ranks from 0 to `count`, the last slot changing first. */
export interface Space {
  readonly count: bigint
  /** Size of the diagram behind it. */
  readonly size: { readonly nodes: number; readonly runs: number }
  /** The diagram, for whoever walks it by positions. */
  readonly root: Node
  /** Assets left out because their `when` cannot be decided. */
  readonly undecided: readonly Undecided[]
  /** @throws PolyadError RANK_OUT_OF_RANGE */
  unitAt(rank: bigint): AdUnit
  /** Undefined when this revision does not make the unit. */
  rankOf(unit: AdUnit): bigint | undefined
  /** Ranks [from, to) of a cell, which lie together; undefined when this revision makes none of them. */
  ranksOf(cell: Cell): { readonly from: bigint; readonly to: bigint } | undefined
  /**
   * The units from one rank (included) to another (excluded) in order; each costs the levels that changed.
   *
   * @throws PolyadError RANK_OUT_OF_RANGE
   */
  units(fromRank: bigint, toRank: bigint): IterableIterator<AdUnit>
  /** A cursor over the positions behind the names, for whoever writes millions. */
  cursor(): Cursor
  /**
   * Ad units by segment id, locale, placement id, or the assets of a slot; values with none are there with 0, retired
   * assets are not. Units whose placement lacks the slot count under the empty text.
   */
  countBy(dimension: 'segment' | 'locale' | 'placement' | (string & {})): Map<string, bigint>
  /** The node of a cell's first slot, in this diagram or in a part of it; undefined when it has no ad unit of the cell. */
  cellNode(cell: Cell, root?: Node): Node | undefined
  /**
   * One ad unit of a cell, drawn slot by slot in proportion to the weights among the options that lead to an ad unit.
   * `propensities` holds each slot's probability given the slots before it; their product is the unit's. Undefined
   * when the revision has no such cell.
   *
   * @param taken not drawn while the cell has another: an option that leads to these alone is left out where it would be
   * drawn, so the propensities are exact among the others
   */
  choose(
    stream: Stream,
    cell: Cell,
    weights: Weights,
    taken?: readonly AdUnit[],
  ): { readonly unit: AdUnit; readonly propensities: Readonly<Record<string, number>> } | undefined
}

const spaces = new WeakMap<Plan, Space>()

/**
 * The variant space of a plan; compiled once for a plan object, so asking again costs nothing.
 *
 * @throws PolyadError as compileDiagram
 */
export function createSpace(plan: Plan): Space {
  let space = spaces.get(plan)
  if (!space) {
    space = compileSpace(plan, MAX_RUNS)
    spaces.set(plan, space)
  }
  return space
}

/** As createSpace, not kept, with its own limit of size. */
export function compileSpace(plan: Plan, maxRuns: number): Space {
  const { campaign } = plan
  const { root, undecided } = compileDiagram(plan, createCopyTable(plan), maxRuns)
  const levels = CELL_LEVELS + campaign.slots.length
  const names = namesOf(plan)
  const positions = names.map((list) => new Map(list.map((name, at) => [name, at])))
  const slotNames = new Set(campaign.slots.map(({ slot }) => slot))
  const packed = packDiagram(root)
  const seeker = createCursor(root, levels)

  function requireRank(rank: bigint): void {
    if (rank >= 0n && rank < root.count) return
    throw new PolyadError('RANK_OUT_OF_RANGE', { rank: String(rank), count: String(root.count) })
  }

  function unitOf(values: ArrayLike<number>): AdUnit {
    const choices: Record<string, string | undefined> = {}
    for (const [at, { slot }] of campaign.slots.entries()) {
      const value = values[CELL_LEVELS + at]!
      choices[slot] = value === ABSENT ? undefined : names[CELL_LEVELS + at]![value]
    }
    return {
      segment: names[0]![values[0]!]!,
      locale: names[1]![values[1]!]!,
      placement: names[2]![values[2]!]!,
      choices,
    }
  }

  /** Positions of the unit at every level, undefined when it names a slot or asset this revision does not have. */
  function valuesOf(unit: AdUnit): number[] | undefined {
    const values = cellPath(unit)
    const { choices } = unit
    for (const [at, { slot }] of campaign.slots.entries()) {
      const asset = Object.hasOwn(choices, slot) ? choices[slot] : undefined
      const value = asset === undefined ? ABSENT : positions[CELL_LEVELS + at]!.get(asset)
      if (value === undefined) return undefined
      values.push(value)
    }
    for (const slot in choices) {
      if (choices[slot] && !slotNames.has(slot)) return undefined
    }
    return values
  }

  /** Positions of a cell; -1, which leads nowhere, for a name this revision does not have. */
  function cellPath({ segment, locale, placement }: Cell): number[] {
    return [
      positions[0]!.get(segment) ?? -1,
      positions[1]!.get(locale) ?? -1,
      positions[2]!.get(placement) ?? -1,
    ]
  }

  /** Where the units of a cell lie, each once; what this revision does not make lies nowhere. */
  function pathsIn(cell: Cell, units: readonly AdUnit[]): readonly number[][] {
    const paths = new Map<string, number[]>()
    for (const unit of units) {
      if (unit.segment !== cell.segment || unit.locale !== cell.locale || unit.placement !== cell.placement)
        continue
      const values = valuesOf(unit)
      if (values && followPath(packed, values)) paths.set(values.join(), values)
    }
    return [...paths.values()]
  }

  return {
    count: root.count,
    size: { nodes: packed.nodes.length, runs: packed.child.length },
    root,
    undecided,
    unitAt(rank) {
      requireRank(rank)
      seeker.seek(rank)
      return unitOf(seeker.values)
    },
    rankOf(unit) {
      const values = valuesOf(unit)
      return values && followPath(packed, values)?.rank
    },
    ranksOf(cell) {
      const found = followPath(packed, cellPath(cell))
      return found && { from: found.rank, to: found.rank + found.node.count }
    },
    *units(fromRank, toRank) {
      if (toRank <= fromRank) return
      requireRank(fromRank)
      requireRank(toRank - 1n)
      const cursor = createCursor(root, levels)
      cursor.seek(fromRank)
      for (let rank = fromRank; rank < toRank; rank++) {
        yield unitOf(cursor.values)
        cursor.next()
      }
    },
    cursor: () => createCursor(root, levels),
    countBy: (dimension) => countByDimension(plan, root, dimension),
    cellNode: (cell, part = root) => followPath(packDiagram(part), cellPath(cell))?.node,
    choose(stream, cell, weights, taken = []) {
      let node = followPath(packed, cellPath(cell))?.node
      if (!node) return undefined
      let closed = pathsIn(cell, taken)
      if (BigInt(closed.length) >= node.count) closed = []
      const choices: Record<string, string | undefined> = {}
      const propensities: Record<string, number> = {}
      for (const [at, { slot, assets }] of campaign.slots.entries()) {
        const level = CELL_LEVELS + at
        const below = (value: number) => closed.filter((path) => path[level] === value)
        const weight = (value: number) => weights.weight(slot, assets[value]?.id, cell.segment)
        const isOpen: IsOpen = (value, child) => BigInt(below(value).length) < child.count
        const draw = drawOption(stream, node, weight, weights.floor, closed.length > 0 ? isOpen : undefined)
        choices[slot] = assets[draw.value]?.id
        propensities[slot] = draw.propensity
        node = draw.child
        closed = below(draw.value)
      }
      return { unit: { ...cell, choices }, propensities }
    },
  }
}

/** Names by level, then by position. */
function namesOf(plan: Plan): string[][] {
  return [
    plan.segments.map(({ id }) => id),
    [...plan.campaign.locales],
    plan.placements.map(({ id }) => id),
    ...plan.campaign.slots.map(({ assets }) => assets.map(({ id }) => id)),
  ]
}
