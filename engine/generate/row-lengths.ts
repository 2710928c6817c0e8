import { CELL_NUMBERS, groupsOf, idLengthOf } from '../campaign/id-codec.ts'
import type { Plan } from '../campaign/plan.ts'
import { CELL_LEVELS } from '../space/compile.ts'
import { ABSENT, type Node, runAtRank } from '../space/diagram.ts'
import { createSpace } from '../space/space.ts'
import { createCopyTable } from './copy-table.ts'
import type { RowFormat } from './row-format.ts'
import { createRowPieces } from './row-pieces.ts'
import { numbersByLevel, ordinalsByLevel } from './unit-ids.ts'

/** How long rows are, without writing them. */
export interface RowLengths {
  /** Bytes of the rows of ranks [from, to), without a header; costs the cells in between, not the rows. */
  bytesBetween(from: bigint, to: bigint): bigint
}

/** An id stands in a row thrice: in its own field, the click-through URL and the picture's name, where there is one. */
const IDS_A_ROW = { withPicture: 3n, without: 2n } as const

/** One segment in one locale and placement, and where its ad units begin. */
interface PlacedCell {
  readonly segment: number
  readonly locale: number
  readonly placement: number
  readonly from: bigint
  /** The sub-diagram of its slots. */
  readonly node: Node
}

/** What some ad units come to: bytes of their slots, and how many have an id of so many groups for its slots. */
interface Sums {
  slotBytes: bigint
  readonly unitsByGroups: bigint[]
}

/** Sums of slot bytes by slot, then node: right for all segments, locales and placements whose texts of these slots agree. */
type SlotMemos = readonly Map<Node, bigint>[]

/**
 * Lengths of a plan's rows, added up along its diagram: what equal sub-diagrams come to is counted once for each set of
 * texts they can show.
 */
export function createRowLengths(plan: Plan, format: RowFormat): RowLengths {
  const { root } = createSpace(plan)
  const pieces = createRowPieces(plan, format)
  const memosOf = createSlotMemos(plan)
  const slotCount = plan.campaign.slots.length
  const fixed = pieces.begin.length + pieces.afterId.length
  const ordinals = ordinalsByLevel(plan)
  const numbers = numbersByLevel(plan)
  const groupMemos = plan.campaign.slots.map(() => new Map<Node, readonly bigint[]>())

  const groupsAt = (slot: number, asset: number): number =>
    asset === ABSENT ? 0 : groupsOf(ordinals[CELL_LEVELS + slot]![asset]!)

  /** Units below a node by the groups that their slots from this one on take. */
  function unitsByGroups(slot: number, node: Node): readonly bigint[] {
    if (slot === slotCount) return [1n]
    let units = groupMemos[slot]!.get(node)
    if (!units) {
      const made: bigint[] = []
      for (const { start, length, child } of node.runs) {
        addOptions(made, 0, slot, node, start, start + length, unitsByGroups(slot + 1, child))
      }
      units = made
      groupMemos[slot]!.set(node, units)
    }
    return units
  }

  /** Adds the units below some options of a node that all lead to the same place. */
  function addOptions(
    to: bigint[],
    shift: number,
    slot: number,
    node: Node,
    start: number,
    end: number,
    below: readonly bigint[],
  ): void {
    const times: number[] = []
    for (let at = start; at < end; at++) {
      const groups = groupsAt(slot, node.options[at]!)
      times[groups] = (times[groups] ?? 0) + 1
    }
    for (const [groups, options] of times.entries()) {
      if (options) addUnits(to, shift + groups, BigInt(options), below)
    }
  }

  function pieceBytes(slot: number, node: Node, start: number, end: number, cell: PlacedCell): bigint {
    let bytes = 0
    for (let at = start; at < end; at++) {
      bytes += pieces.slot(slot, node.options[at]!, cell.segment, cell.locale, cell.placement).length
    }
    return BigInt(bytes)
  }

  function slotBytes(slot: number, node: Node, cell: PlacedCell, memos: SlotMemos): bigint {
    if (slot === slotCount) return 0n
    let bytes = memos[slot]!.get(node)
    if (bytes === undefined) {
      bytes = 0n
      for (const { start, length, child } of node.runs) {
        bytes += pieceBytes(slot, node, start, start + length, cell) * child.count
        bytes += BigInt(length) * slotBytes(slot + 1, child, cell, memos)
      }
      memos[slot]!.set(node, bytes)
    }
    return bytes
  }

  /** Sums of the first `units` ad units of a cell. */
  function firstOf(cell: PlacedCell, units: bigint): Sums {
    const memos = memosOf(cell)
    if (units === cell.node.count) {
      return {
        slotBytes: slotBytes(0, cell.node, cell, memos),
        unitsByGroups: [...unitsByGroups(0, cell.node)],
      }
    }
    const sums: Sums = { slotBytes: 0n, unitsByGroups: [] }
    let node = cell.node
    let rest = units
    // What the choices on the way down add to every unit below them.
    let chosenBytes = 0n
    let chosenGroups = 0
    for (let slot = 0; slot < slotCount && rest > 0n; slot++) {
      const holding = runAtRank(node, rest)
      for (let at = 0; at <= holding; at++) {
        const { start, length, child } = node.runs[at]!
        const options =
          at < holding ? length : Math.min(length, Number((rest - node.before[at]!) / child.count))
        const end = start + options
        const below = slotBytes(slot + 1, child, cell, memos)
        sums.slotBytes += pieceBytes(slot, node, start, end, cell) * child.count
        sums.slotBytes += BigInt(options) * (below + chosenBytes * child.count)
        const groups = unitsByGroups(slot + 1, child)
        addOptions(sums.unitsByGroups, chosenGroups, slot, node, start, end, groups)
      }
      const { start, child } = node.runs[holding]!
      const offset = Number((rest - node.before[holding]!) / child.count)
      rest = (rest - node.before[holding]!) % child.count
      if (rest === 0n) break
      chosenBytes += pieceBytes(slot, node, start + offset, start + offset + 1, cell)
      chosenGroups += groupsAt(slot, node.options[start + offset]!)
      node = child
    }
    return sums
  }

  /** Groups of an id for all but the slots that have an asset. */
  function cellGroups({ segment, locale, placement, node }: PlacedCell): number {
    const has: boolean[] = []
    for (let slot = 0, at = node; slot < slotCount; slot++, at = at.runs[0]!.child) {
      if (at.options[0] !== ABSENT) has[numbers[CELL_LEVELS + slot]!] = true
    }
    let groups = groupsOf(plan.ledger.campaignKey)
    for (const [level, value] of [segment, locale, placement].entries()) {
      groups += groupsOf(ordinals[level]![value]!)
    }
    // A slot without an asset before the last one that has one is written as 0.
    for (let number = CELL_NUMBERS; number < has.length; number++) if (!has[number]) groups++
    return groups
  }

  /** Bytes of the first `units` rows of a cell but for their ranks. */
  function bytesOfFirst(cell: PlacedCell, units: bigint): bigint {
    if (units === 0n) return 0n
    const { slotBytes, unitsByGroups } = firstOf(cell, units)
    const link = pieces.link(cell.segment)
    const ofCell = pieces.cell(cell.segment, cell.locale, cell.placement).length
    const hasPicture = pieces.hasPicture[cell.placement]!
    const end = hasPicture ? pieces.end : pieces.endWithoutPicture
    const ids = hasPicture ? IDS_A_ROW.withPicture : IDS_A_ROW.without
    const same = fixed + ofCell + link.before.length + link.after.length + end.length
    const least = cellGroups(cell)
    let bytes = slotBytes + BigInt(same) * units
    for (const [groups, times] of unitsByGroups.entries()) {
      if (times) bytes += ids * BigInt(idLengthOf(least + groups)) * times
    }
    return bytes
  }

  return {
    bytesBetween(from, to) {
      let bytes = digitsBefore(to) - digitsBefore(from)
      for (let at = from; at < to; ) {
        const cell = cellAt(root, at)
        let end = cell.from + cell.node.count
        if (end > to) end = to
        bytes += bytesOfFirst(cell, end - cell.from) - bytesOfFirst(cell, at - cell.from)
        at = end
      }
      return bytes
    },
  }
}

function cellAt(root: Node, rank: bigint): PlacedCell {
  let node = root
  let rest = rank
  const values: number[] = []
  for (let level = 0; level < CELL_LEVELS; level++) {
    const at = runAtRank(node, rest)
    const { start, child } = node.runs[at]!
    rest -= node.before[at]!
    values.push(node.options[start + Number(rest / child.count)]!)
    rest %= child.count
    node = child
  }
  return { segment: values[0]!, locale: values[1]!, placement: values[2]!, from: rank - rest, node }
}

/** Memos shared by all segments, locales and placements that show the same texts from a slot on. */
function createSlotMemos(plan: Plan): (cell: PlacedCell) => SlotMemos {
  const { campaign } = plan
  const copy = createCopyTable(plan)
  // Which classes of segments tell the texts of a slot apart in a locale.
  const divisions = campaign.slots.map(({ assets }, slot) =>
    campaign.locales.map((_, locale) => {
      const found = assets.map((_, asset) => copy.entry(slot, asset, locale, 0)?.classOf)
      return [...new Set(found)].filter((classOf) => classOf !== undefined)
    }),
  )
  const made = new Map<string, { readonly id: number; readonly memo: Map<Node, bigint> }>()
  const isText = campaign.slots.map(({ assets }) => assets.some(({ text }) => text !== undefined))
  const hasList = campaign.slots.map(({ assets }, slot) =>
    campaign.locales.map((_, locale) => assets.some((_, asset) => copy.isList(slot, asset, locale))),
  )
  const isUneven = hasList.flat().includes(true)
  let last: (Pick<PlacedCell, 'segment' | 'locale' | 'placement'> & { readonly memos: SlotMemos }) | undefined

  return ({ segment, locale, placement }) => {
    if (last?.segment === segment && last.locale === locale && (!isUneven || last.placement === placement)) {
      return last.memos
    }
    const memos: Map<Node, bigint>[] = []
    let next = -1
    for (let slot = campaign.slots.length - 1; slot >= 0; slot--) {
      const classes = divisions[slot]![locale]!.map((classOf) => classOf[segment])
      const key = `${slot}|${isText[slot] ? locale : ''}|${hasList[slot]![locale] ? placement : ''}|${classes.join()}|${next}`
      let found = made.get(key)
      if (!found) {
        found = { id: made.size, memo: new Map() }
        made.set(key, found)
      }
      next = found.id
      memos[slot] = found.memo
    }
    last = { segment, locale, placement, memos }
    return memos
  }
}

/** Adds `times` times the units of a list, whose ids take `shift` groups more. */
function addUnits(to: bigint[], shift: number, times: bigint, units: readonly bigint[]): void {
  for (const [groups, count] of units.entries()) {
    if (count) to[shift + groups] = (to[shift + groups] ?? 0n) + times * count
  }
}

/** Digits of all ranks below a rank. */
function digitsBefore(rank: bigint): bigint {
  let digits = 0n
  let length = 1n
  for (let from = 0n, to = 10n; from < rank; from = to, to *= 10n, length++) {
    digits += length * ((rank < to ? rank : to) - from)
  }
  return digits
}
