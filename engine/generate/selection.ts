import { PolyadError } from '../../core/errors.ts'
import type { RuleJson } from '../../rules/rule.ts'
import type { Plan } from '../campaign/plan.ts'
import type { Sample } from '../space/draws.ts'
import { createSpace } from '../space/space.ts'
import { choiceText, chosenUnits } from './chosen.ts'

/** Which ad units of a number line: a window of ranks, a seeded sample, or those of a list. Default the whole line. */
export interface Selection {
  readonly fromRank?: bigint
  /** Not included. */
  readonly toRank?: bigint
  /** Instead of a window: this many ad units, drawn without replacement. */
  readonly sample?: Sample
  /** Only ad units that meet this rule (engine/space/where.ts); ranks stay those of the whole line. */
  readonly where?: RuleJson
  /** Instead of a window: a list of ad units by their positions among those that meet the rule, in this order. */
  readonly positions?: readonly bigint[]
}

/** A selection as a range of places (engine/generate/chosen.ts): all that its jobs must know. */
export interface Places {
  readonly from: bigint
  readonly to: bigint
  /** Option of the jobs; undefined where a place is a rank. */
  readonly choice: string | undefined
}

/**
 * The places of a selection: positions among the ad units its rule leaves, or, for a sample, in the order it is
 * written.
 *
 * @throws PolyadError RANK_OUT_OF_RANGE, SAMPLE_TOO_LARGE; for the rule INPUT_INVALID, SPACE_TOO_LARGE
 */
export function placesOf(plan: Plan, { fromRank, toRank, ...chosenBy }: Selection): Places {
  const { count } = createSpace(plan)
  const from = fromRank ?? 0n
  const to = toRank ?? count
  if (from < 0n || from > to || to > count) {
    const rank = from < 0n || from > count ? from : to
    throw new PolyadError('RANK_OUT_OF_RANGE', { rank: String(rank), count: String(count) })
  }
  const choice = choiceText(chosenBy)
  const chosen = chosenUnits(plan, choice)
  if (chosenBy.sample || chosenBy.positions) return { from: 0n, to: chosen.count, choice }
  return { from: chosen.placeOf(from), to: chosen.placeOf(to), choice }
}
