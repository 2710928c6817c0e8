import { PolyadError } from '../../core/errors.ts'
import { type CombinationRule, combinationRules } from '../campaign/combination-rules.ts'
import type { Plan } from '../campaign/plan.ts'
import type { CopyTable } from '../generate/copy-table.ts'
import { createAvailability, type Undecided } from './availability.ts'
import { conflictOver } from './conflict.ts'
import type { Node } from './diagram.ts'
import { createDiagramBuilder } from './diagram-builder.ts'

/** Levels above the slots: segment, locale, placement. */
export const CELL_LEVELS = 3

/** A plan's diagram: levels segment, locale, placement, then the slots in the campaign's order. */
export interface Diagram {
  readonly root: Node
  readonly undecided: readonly Undecided[]
}

/**
 * Compiles a plan to its diagram. Every cell has an ad unit: no request gets a blank.
 *
 * @param maxRuns size at which the diagram is refused
 * @throws PolyadError SPACE_EMPTY naming the cell and the rules that empty it; SPACE_TOO_LARGE; INPUT_INVALID for a
 * `when` or copy that does not compile, or a default whose copy cannot be rendered for every segment
 */
export function compileDiagram(plan: Plan, copy: CopyTable, maxRuns: number): Diagram {
  refuseBrokenDefaults(plan, copy)
  const { campaign } = plan
  const availability = createAvailability(plan, copy)
  const rules = combinationRules(campaign)
  const builder = createDiagramBuilder(campaign.slots.length, rules, maxRuns, (heaviest) => {
    const pointers = heaviest.map((rule) => rule?.pointer ?? '"when" of the assets, which tells cells apart')
    return new PolyadError('SPACE_TOO_LARGE', { campaign: campaign.name, nodes: maxRuns, rules: pointers })
  })

  const ofClass = availability.members.map((segment, segmentClass) =>
    builder.above(
      campaign.locales.map((_, locale) =>
        builder.above(
          plan.placements.map((_, placement) => {
            const options = availability.optionsOf(segmentClass, locale, placement)
            const node = builder.slots(options)
            if (node.count === 0n) throw emptyCell(plan, rules, options, { segment, locale, placement })
            return node
          }),
        ),
      ),
    ),
  )
  const root = builder.above(plan.segments.map((_, segment) => ofClass[availability.classOf[segment]!]!))
  return { root, undecided: availability.undecided }
}

function refuseBrokenDefaults(plan: Plan, copy: CopyTable): void {
  for (const problem of copy.problems) {
    const slot = plan.campaign.slots.findIndex(({ slot }) => slot === problem.slot)
    if (plan.campaign.slots[slot]!.default !== problem.asset) continue
    throw new PolyadError('INPUT_INVALID', {
      what: 'campaign',
      where: `campaigns/${plan.campaign.name}.json`,
      problem:
        `/slots/${slot}/default: the copy of "${problem.asset}" cannot be rendered in ${problem.locale} for segment ` +
        `${problem.example}: ${problem.problem}`,
      mend: 'a default is shown to everybody, so let it say nothing that is not certain of all',
    })
  }
}

function emptyCell(
  plan: Plan,
  rules: readonly CombinationRule[],
  options: readonly Int32Array[],
  at: { segment: number; locale: number; placement: number },
): PolyadError {
  const { campaign } = plan
  const cell = `segment ${plan.segments[at.segment]!.id}, locale ${campaign.locales[at.locale]}, placement ${plan.placements[at.placement]!.id}`
  const bare = options.findIndex((allowed) => allowed.length === 0)
  if (bare >= 0) {
    const problem = `${cell}: no asset of slot ${campaign.slots[bare]!.slot} may be used there`
    return new PolyadError('SPACE_EMPTY', { campaign: campaign.name, problem })
  }
  const pointers = conflictOver(rules, options).map(({ pointer }) => pointer)
  const problem =
    pointers.length === 1
      ? `${cell}: ${pointers[0]} leaves everything out`
      : `${cell}: these rules conflict and leave nothing: ${pointers.join(', ')}`
  return new PolyadError('SPACE_EMPTY', { campaign: campaign.name, problem })
}
