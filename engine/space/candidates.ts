import type { Weights } from '../allocation/weights.ts'
import type { Plan } from '../campaign/plan.ts'
import type { AdUnit } from './ad-unit.ts'
import { optionsOf } from './choose.ts'
import { ABSENT, findOption, type Node } from './diagram.ts'
import { createSpace } from './space.ts'

/** One option of a slot beside those chosen in the slots before it. */
export interface SlotCandidate {
  /** null: the slot stays empty. */
  readonly asset: string | null
  readonly weight: number
  /** Its probability by the weights, before anything was closed for this viewer. */
  readonly propensity: number
}

/**
 * What an ad unit was drawn from: by slot, every option that its revision allows beside the choices before it.
 *
 * @returns undefined for an ad unit that the plan does not make
 */
export function candidatesOf(
  plan: Plan,
  unit: AdUnit,
  weights: Weights,
): Readonly<Record<string, readonly SlotCandidate[]>> | undefined {
  const { campaign, segments, placements } = plan
  const cell = [
    segments.findIndex(({ id }) => id === unit.segment),
    campaign.locales.indexOf(unit.locale),
    placements.findIndex(({ id }) => id === unit.placement),
  ]
  let node: Node | undefined = createSpace(plan).root
  for (const value of cell) node = node && childAt(node, value)
  const candidates: Record<string, SlotCandidate[]> = {}
  for (const { slot, assets } of campaign.slots) {
    if (!node) return undefined
    const weight = (value: number) => weights.weight(slot, assets[value]?.id, unit.segment)
    const options = optionsOf(node, weight, weights.floor)
    candidates[slot] = options.values.map((value, at) => ({
      asset: assets[value]?.id ?? null,
      weight: options.weights[at]!,
      propensity: options.propensityAt(at),
    }))
    const chosen = unit.choices[slot]
    node = childAt(node, chosen === undefined ? ABSENT : assets.findIndex(({ id }) => id === chosen))
  }
  return node && candidates
}

function childAt(node: Node, value: number): Node | undefined {
  const found = findOption(node, value)
  return found && node.runs[found.run]!.child
}
