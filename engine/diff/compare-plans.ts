import type { Plan } from '../campaign/plan.ts'
import { CELL_LEVELS } from '../space/compile.ts'
import { ABSENT } from '../space/diagram.ts'
import { createSpace } from '../space/space.ts'
import { type ChangedContent, type Context, compareContent } from './changed-content.ts'
import { createEdges, type EdgesOf } from './edges.ts'
import { type MatchedLevel, matchLevels } from './matched-levels.ts'
import { createSharedDiagrams, type SharedNode } from './shared-diagrams.ts'

/** How many ad units below a pair of nodes are in one revision alone, in both, and in both with equal content. */
export interface Tally {
  readonly added: bigint
  readonly removed: bigint
  readonly common: bigint
  readonly same: bigint
  /** Of those added or removed, the ones made of values that both revisions have: a rule made the difference. */
  readonly addedByRule: bigint
  readonly removedByRule: bigint
}

/** Two nodes of one level below the same choices; not both undefined. */
export interface NodePair {
  readonly before: SharedNode | undefined
  readonly after: SharedNode | undefined
}

/** Two revisions, ready to be walked together. */
export interface Comparison {
  readonly before: Plan
  readonly after: Plan
  readonly levels: readonly MatchedLevel[]
  readonly content: ChangedContent
  readonly root: { readonly before: SharedNode; readonly after: SharedNode }
  readonly edgesOf: EdgesOf
  /** What lies below a pair of a slot's level; each distinct pair is looked into once, equal ones not at all. */
  tally(pair: NodePair, level: number, context: Context): Tally
  /** Whether some slot is in one revision's ads of this placement and not in the other's: no ad unit is in both. */
  hasOtherSlots(placement: number): boolean
  /** Pairs looked into so far. */
  visitedPairs(): number
}

/**
 * Prepares two revisions of one campaign for comparison: it costs compiling both, not their ad units.
 *
 * @throws PolyadError LEDGER_CONFLICT or INPUT_INVALID for revisions whose ids do not go together; as createSpace
 */
export function comparePlans(before: Plan, after: Plan): Comparison {
  const { levels, before: fitted } = matchLevels(before, after)
  const content = compareContent(fitted, after, levels)
  const share = createSharedDiagrams()
  const root = {
    before: share(
      createSpace(fitted).root,
      levels.map((level) => level.before),
    ),
    after: share(
      createSpace(after).root,
      levels.map((level) => level.after),
    ),
  }
  const edgesOf = createEdges()
  const inBoth = levels.map((level) => usableInBoth(fitted, after, level))
  const tallies = new Map<string, Tally>()
  const byRule = new Map<SharedNode, bigint>()

  /** Ad units below that are made of values of both revisions. */
  function countInBoth(node: SharedNode, level: number): bigint {
    if (level === levels.length) return 1n
    let count = byRule.get(node)
    if (count === undefined) {
      count = 0n
      for (const { start, length, child } of node.runs) {
        let values = 0
        for (let at = start; at < start + length; at++) if (inBoth[level]!(node.list.codes[at]!)) values++
        if (values > 0) count += BigInt(values) * countInBoth(child, level + 1)
      }
      byRule.set(node, count)
    }
    return count
  }

  function tally({ before: older, after: newer }: NodePair, level: number, context: Context): Tally {
    if (!older || !newer) {
      const rule = countInBoth((older ?? newer)!, level)
      return {
        ...NOTHING,
        ...(older ? { removed: older.count, removedByRule: rule } : {}),
        ...(newer ? { added: newer.count, addedByRule: rule } : {}),
      }
    }
    const unlike = context.from[level - CELL_LEVELS]!
    if (older === newer && unlike === 0) return { ...NOTHING, common: newer.count, same: newer.count }
    const key = `${older.id},${newer.id},${unlike}`
    let known = tallies.get(key)
    if (!known) {
      known = sumOfEdges(older, newer, level, context)
      tallies.set(key, known)
    }
    return known
  }

  function sumOfEdges(older: SharedNode, newer: SharedNode, level: number, context: Context): Tally {
    const sum = { ...NOTHING }
    const changed = context.changed[level - CELL_LEVELS]
    for (const edge of edgesOf(older, newer)) {
      const below = tally(edge, level + 1, context)
      let [values, shared, unchanged] = [edge.length, 0, edge.length]
      for (let at = edge.start; at < edge.start + values; at++) {
        const code = edge.codes[at]!
        if (inBoth[level]!(code)) shared++
        if (changed?.has(code)) unchanged--
      }
      sum.added += BigInt(values) * below.added
      sum.removed += BigInt(values) * below.removed
      sum.common += BigInt(values) * below.common
      sum.same += BigInt(unchanged) * below.same
      sum.addedByRule += BigInt(shared) * below.addedByRule
      sum.removedByRule += BigInt(shared) * below.removedByRule
    }
    return sum
  }

  return {
    before,
    after,
    levels,
    content,
    root,
    edgesOf,
    tally,
    hasOtherSlots: otherSlots(fitted, after, levels),
    visitedPairs: () => tallies.size,
  }
}

const NOTHING: Tally = { added: 0n, removed: 0n, common: 0n, same: 0n, addedByRule: 0n, removedByRule: 0n }

/** Whether both revisions have the value of a code and use it. */
function usableInBoth(before: Plan, after: Plan, level: MatchedLevel): (code: number) => boolean {
  const retired = [before, after].map(({ campaign }) => {
    const assets = campaign.slots.find(({ slot }) => slot === level.dimension)?.assets ?? []
    return new Set(assets.filter((asset) => asset.retired).map(({ id }) => id))
  })
  const [older, newer] = [new Set(level.before), new Set(level.after)]
  const inBoth = level.names.map(
    (name, code) => older.has(code) && newer.has(code) && !retired.some((ids) => ids.has(name)),
  )
  return (code) => code === ABSENT || inBoth[code]!
}

function otherSlots(
  before: Plan,
  after: Plan,
  levels: readonly MatchedLevel[],
): (placement: number) => boolean {
  const { names } = levels[CELL_LEVELS - 1]!
  const slotsIn = ({ campaign, template }: Plan, placement: string) =>
    campaign.slots
      .map(({ slot }) => slot)
      .filter((slot) => !template.slots.find(({ name }) => name === slot)?.absentIn?.includes(placement))
      .sort()
      .join()
  const differs = names.map((name) => slotsIn(before, name) !== slotsIn(after, name))
  return (placement) => differs[placement]!
}
