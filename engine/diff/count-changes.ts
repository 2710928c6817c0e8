import { CELL_LEVELS } from '../space/compile.ts'
import type { Context } from './changed-content.ts'
import type { Comparison, NodePair } from './compare-plans.ts'
import type { Edge } from './edges.ts'

/** Ad units by what became of them. */
export interface Changes {
  added: bigint
  removed: bigint
  changed: bigint
}

/** What a comparison comes to, exactly. Maps are by code; codes with nothing are left out. */
export interface ChangeCounts extends Readonly<Changes> {
  /** In both revisions with equal content. */
  readonly same: bigint
  /** By level, then code; ABSENT for ad units whose placement lacks the slot. */
  readonly byLevel: readonly ReadonlyMap<number, Readonly<Changes>>[]
  /** Ad units of both revisions whose asset shows something else, by level and the asset's code. */
  readonly editedByLevel: readonly ReadonlyMap<number, bigint>[]
  /** Ad units of both revisions, by segment and by placement. */
  readonly commonBySegment: ReadonlyMap<number, bigint>
  readonly commonByPlacement: ReadonlyMap<number, bigint>
  /** Ad units of both revisions whose link changed. */
  readonly relinked: bigint
  /** Added or removed because the placement has other slots now. */
  readonly byOtherSlots: Omit<Changes, 'changed'>
  /** Added or removed although both revisions have all their values: a rule, or copy, lets them or does not. */
  readonly byRule: Omit<Changes, 'changed'>
}

/** Pairs of nodes that are reached by some choices, with how many choices lead there. */
interface Reached extends NodePair {
  readonly context: Context | undefined
  /** Something above changed already: every ad unit of both revisions below has other content. */
  readonly isChanged: boolean
  times: bigint
}

/**
 * Counts what a comparison comes to, in all and by the values of every level. It costs segments, and the pairs of nodes
 * that have a difference below them.
 */
export function countChanges(comparison: Comparison): ChangeCounts {
  const { levels, edgesOf, content, root } = comparison
  const byLevel = levels.map(() => new Map<number, Changes>())
  const editedByLevel = levels.map(() => new Map<number, bigint>())
  const reached = levels.map(() => new Map<string, Reached>())
  const commonBySegment = new Map<number, bigint>()
  const commonByPlacement = new Map<number, bigint>()
  const byOtherSlots = { added: 0n, removed: 0n }
  const byRule = { added: 0n, removed: 0n }
  const total = { added: 0n, removed: 0n, changed: 0n, common: 0n }
  let relinked = 0n

  function reach(level: number, pair: NodePair, times: bigint, context?: Context, isChanged = false): void {
    if (level === levels.length) return
    const slot = level - CELL_LEVELS
    const key = `${pair.before?.id},${pair.after?.id},${context?.from[slot]},${isChanged}`
    const known = reached[level]!.get(key)
    if (known) known.times += times
    else reached[level]!.set(key, { before: pair.before, after: pair.after, context, isChanged, times })
  }

  /** Ad units of one revision alone below an edge: those of one value, and the edge's in all. */
  function reachAlone(level: number, edge: Edge, times: bigint): Changes {
    const { before, after } = edge
    const changes = { added: after?.count ?? 0n, removed: before?.count ?? 0n, changed: 0n }
    for (const code of codesOf(edge)) add(byLevel[level]!, code, changes, times)
    reach(level + 1, { before, after }, times * BigInt(edge.length))
    return changes
  }

  /** One placement of a cell that both revisions have. */
  function countPlacement(edge: Edge, placement: number, context: Context, relink: boolean, times: bigint) {
    const isChanged = relink || content.ofPlacement.has(placement)
    const { common, same, ...tally } = comparison.tally(edge, CELL_LEVELS, context)
    const changes = {
      added: tally.added,
      removed: tally.removed,
      changed: isChanged ? common : common - same,
    }
    add(byLevel[CELL_LEVELS - 1]!, placement, changes, times)
    addTo(commonByPlacement, placement, times * common)
    if (relink) relinked += times * common
    const [cause, added, removed] = comparison.hasOtherSlots(placement)
      ? [byOtherSlots, tally.added, tally.removed]
      : [byRule, tally.addedByRule, tally.removedByRule]
    cause.added += times * added
    cause.removed += times * removed
    if (isAny(changes)) reach(CELL_LEVELS, edge, times, context, isChanged)
    return { changes, common }
  }

  function countLocale(edge: Edge, context: Context, relink: boolean, times: bigint) {
    const sum = { added: 0n, removed: 0n, changed: 0n }
    let common = 0n
    for (const ofPlacement of edgesOf(edge.before, edge.after)) {
      if (!ofPlacement.before || !ofPlacement.after) {
        addInto(sum, reachAlone(2, ofPlacement, times), BigInt(ofPlacement.length))
        continue
      }
      for (const placement of codesOf(ofPlacement)) {
        const counted = countPlacement(ofPlacement, placement, context, relink, times)
        addInto(sum, counted.changes, 1n)
        common += counted.common
      }
    }
    return { changes: sum, common }
  }

  /** Segments that are alike in both revisions, counted as one. */
  function countGroup({ edge, contexts, relink, codes }: Group): void {
    const times = BigInt(codes.length)
    const sum = { added: 0n, removed: 0n, changed: 0n }
    let common = 0n
    for (const ofLocale of edgesOf(edge.before, edge.after)) {
      if (!ofLocale.before || !ofLocale.after) {
        addInto(sum, reachAlone(1, ofLocale, times), BigInt(ofLocale.length))
        continue
      }
      for (const locale of codesOf(ofLocale)) {
        const counted = countLocale(ofLocale, contexts.get(locale)!, relink, times)
        add(byLevel[1]!, locale, counted.changes, times)
        addInto(sum, counted.changes, 1n)
        common += counted.common
      }
    }
    for (const code of codes) {
      add(byLevel[0]!, code, sum, 1n)
      addTo(commonBySegment, code, common)
    }
    addInto(total, sum, times)
    total.common += times * common
  }

  /** Below the placement, level by level, so that what many choices lead to is looked at once. */
  function countBelow(level: number, { before, after, context, isChanged, times }: Reached): void {
    const changedCodes = context?.changed[level - CELL_LEVELS]
    for (const edge of edgesOf(before, after)) {
      if (!context || !edge.before || !edge.after) {
        reachAlone(level, edge, times)
        continue
      }
      const { added, removed, common, same } = comparison.tally(edge, level + 1, context)
      const lead = { edited: 0, others: 0 }
      for (const code of codesOf(edge)) {
        const isEdited = changedCodes?.has(code) ?? false
        if (isEdited) addTo(editedByLevel[level]!, code, times * common)
        const changed = isChanged || isEdited ? common : common - same
        add(byLevel[level]!, code, { added, removed, changed }, times)
        lead[isEdited ? 'edited' : 'others']++
      }
      for (const [isOther, values] of [
        [true, lead.edited],
        [isChanged, lead.others],
      ] as const) {
        const leads = added > 0n || removed > 0n || (isOther ? common > 0n : common > same)
        if (values > 0 && leads) reach(level + 1, edge, times * BigInt(values), context, isOther)
      }
    }
  }

  const groups = new Map<string, Group>()
  for (const edge of edgesOf(root.before, root.after)) {
    const { before, after } = edge
    if (!before || !after) {
      addInto(total, reachAlone(0, edge, 1n), BigInt(edge.length))
      continue
    }
    for (const segment of codesOf(edge)) {
      const relink = content.isLinkChanged(segment)
      const contexts = new Map(
        levels[1]!.names.map((_, locale) => [locale, content.context(segment, locale)]),
      )
      const unlike = [...contexts.values()].map(({ from }) => from[0])
      const key = `${before.id},${after.id},${relink},${unlike}`
      const group = groups.get(key)
      if (group) group.codes.push(segment)
      else groups.set(key, { edge, contexts, relink, codes: [segment] })
    }
  }
  for (const group of groups.values()) countGroup(group)
  for (const [level, pairs] of reached.entries()) {
    for (const pair of pairs.values()) countBelow(level, pair)
  }
  const { common, ...changes } = total
  return {
    ...changes,
    same: common - changes.changed,
    byLevel,
    editedByLevel,
    commonBySegment,
    commonByPlacement,
    relinked,
    byOtherSlots,
    byRule,
  }
}

interface Group {
  readonly edge: Edge
  /** By locale code. */
  readonly contexts: ReadonlyMap<number, Context>
  readonly relink: boolean
  readonly codes: number[]
}

function codesOf({ codes, start, length }: Edge): number[] {
  return [...codes.subarray(start, start + length)]
}

function isAny({ added, removed, changed }: Changes): boolean {
  return added > 0n || removed > 0n || changed > 0n
}

function addInto(sum: Changes, { added, removed, changed }: Changes, times: bigint): void {
  sum.added += times * added
  sum.removed += times * removed
  sum.changed += times * changed
}

function add(counts: Map<number, Changes>, code: number, changes: Changes, times: bigint): void {
  if (!isAny(changes)) return
  let sum = counts.get(code)
  if (!sum) {
    sum = { added: 0n, removed: 0n, changed: 0n }
    counts.set(code, sum)
  }
  addInto(sum, changes, times)
}

function addTo(counts: Map<number, bigint>, code: number, count: bigint): void {
  if (count > 0n) counts.set(code, (counts.get(code) ?? 0n) + count)
}
