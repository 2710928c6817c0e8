import { createIdEncoder } from '../campaign/id-codec.ts'
import type { Plan } from '../campaign/plan.ts'
import { CELL_LEVELS } from '../space/compile.ts'
import { ABSENT } from '../space/diagram.ts'
import { createRankFinder } from '../space/rank-finder.ts'
import { createSpace } from '../space/space.ts'
import type { CellChange, Context } from './changed-content.ts'
import type { Comparison, NodePair } from './compare-plans.ts'
import { idPlaces, type MatchedLevel } from './matched-levels.ts'

export const CHANGE_KINDS = ['added', 'removed', 'changed'] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

/** An ad unit that two revisions do not share as it is. */
export interface ChangedUnit {
  readonly kind: ChangeKind
  readonly id: string
  /** Undefined where the revision does not make it. */
  readonly rankBefore: bigint | undefined
  readonly rankAfter: bigint | undefined
  readonly segment: string
  readonly locale: string
  readonly placement: string
  /** Asset by slot of either revision; undefined where the ad unit has none. */
  readonly choices: readonly (string | undefined)[]
  /** Of a changed one: what it shows otherwise, slots by name and `size`, `template`, `link`. */
  readonly changed: readonly (CellChange | (string & {}))[]
}

/** What is known on the way down to an ad unit. */
interface Way {
  readonly context: Context | undefined
  readonly changed: readonly string[]
}

/**
 * The ad units a comparison finds, of the kinds asked for: segments, locales, placements and assets in the newer
 * revision's order, those only the older one has after them. What did not change is passed over whole; each ad unit
 * costs the levels that changed, and a walk down a diagram for each of its ranks.
 */
export function* changedUnits(
  comparison: Comparison,
  kinds: readonly ChangeKind[] = CHANGE_KINDS,
): Generator<ChangedUnit> {
  const { levels, content, edgesOf, root } = comparison
  const values = new Int32Array(levels.length)
  const describe = createDescriber(comparison, values)
  const wants = { added: false, removed: false, changed: false }
  for (const kind of kinds) wants[kind] = true

  /** Whether something that is asked for lies below a pair of the slots' levels. */
  function hasAny(pair: NodePair, level: number, { context, changed }: Way): boolean {
    if (!context) return true
    const { added, removed, common, same } = comparison.tally(pair, level, context)
    return (
      (wants.added && added > 0n) ||
      (wants.removed && removed > 0n) ||
      (wants.changed && (changed.length > 0 ? common > 0n : common > same))
    )
  }

  /** What becomes known by choosing a value, for a pair that both revisions have. */
  function wayBelow(level: number, code: number, { context, changed }: Way): Way {
    if (level === 0) return { context, changed: content.isLinkChanged(code) ? ['link'] : changed }
    if (level === 1) return { context: content.context(values[0]!, code), changed }
    if (level === 2) return { context, changed: [...changed, ...(content.ofPlacement.get(code) ?? [])] }
    const isEdited = context?.changed[level - CELL_LEVELS]?.has(code) ?? false
    return { context, changed: isEdited ? [...changed, levels[level]!.dimension] : changed }
  }

  function* walk(level: number, pair: NodePair, way: Way): Generator<ChangedUnit> {
    const { before, after } = pair
    if (level === levels.length) {
      yield describe(before ? (after ? 'changed' : 'removed') : 'added', way.changed)
      return
    }
    for (const edge of edgesOf(before, after)) {
      const isShared = edge.before !== undefined && edge.after !== undefined
      if (!isShared && !wants[edge.before ? 'removed' : 'added']) continue
      for (let at = edge.start; at < edge.start + edge.length; at++) {
        const code = edge.codes[at]!
        const below = isShared ? wayBelow(level, code, way) : ALONE
        if (isShared && level + 1 >= CELL_LEVELS && !hasAny(edge, level + 1, below)) continue
        values[level] = code
        yield* walk(level + 1, edge, below)
      }
    }
  }

  yield* walk(0, root, ALONE)
}

const ALONE: Way = { context: undefined, changed: [] }

/** Names, id and ranks of the ad unit whose codes stand in `values`. */
function createDescriber({ before, after, levels }: Comparison, values: Int32Array) {
  const { places, size } = idPlaces(levels, [before.ledger, after.ledger])
  const encoder = createIdEncoder(size)
  encoder.numbers[0] = after.ledger.campaignKey
  const rankBefore = createRankReader(before, levels, (level) => level.before)
  const rankAfter = createRankReader(after, levels, (level) => level.after)
  return (kind: ChangeKind, changed: readonly string[]): ChangedUnit => {
    let first = size
    for (const [level, code] of values.entries()) {
      const number = code === ABSENT ? 0 : levels[level]!.ordinals[code]!
      const place = places[level]!
      if (encoder.numbers[place] === number) continue
      encoder.numbers[place] = number
      first = Math.min(first, place)
    }
    const length = encoder.encode(first)
    const name = (level: number) => levels[level]!.names[values[level]!]
    return {
      kind,
      id: Buffer.from(encoder.ascii.buffer, 0, length).toString('latin1'),
      rankBefore: kind === 'added' ? undefined : rankBefore(values),
      rankAfter: kind === 'removed' ? undefined : rankAfter(values),
      segment: name(0)!,
      locale: name(1)!,
      placement: name(2)!,
      choices: levels.slice(CELL_LEVELS).map((_, slot) => name(CELL_LEVELS + slot)),
      changed,
    }
  }
}

/** The rank of an ad unit that a revision makes, by its codes; the walk had the slots in an order of its own. */
function createRankReader(
  plan: Plan,
  levels: readonly MatchedLevel[],
  codesOf: (level: MatchedLevel) => Int32Array | undefined,
): (values: Int32Array) => bigint {
  const { root } = createSpace(plan)
  const slots = plan.campaign.slots.map(({ slot }) =>
    levels.findIndex(({ dimension }, level) => level >= CELL_LEVELS && dimension === slot),
  )
  const steps = [0, 1, 2, ...slots].map((level) => {
    const { names } = levels[level]!
    const positions = new Int32Array(names.length).fill(ABSENT)
    for (const [position, code] of codesOf(levels[level]!)!.entries()) positions[code] = position
    return { level, positions }
  })
  const finder = createRankFinder(root, steps.length)
  const own = new Int32Array(steps.length)
  return (values) => {
    for (const [at, { level, positions }] of steps.entries()) {
      const code = values[level]!
      own[at] = code === ABSENT ? ABSENT : positions[code]!
    }
    return finder.rankOf(own, 0)
  }
}
