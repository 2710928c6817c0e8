import { Type } from 'typebox'
import type { Campaign } from './campaign.ts'
import { type Report, suggestion } from './problem-report.ts'

/** Slot name -> asset id -> weight. */
const SlotWeights = Type.Record(Type.String(), Type.Record(Type.String(), Type.Number({ minimum: 0 })))

/** How the options of slots are drawn: `allocation` of a campaign. */
export const AllocationSchema = Type.Object(
  {
    /**
     * even: every allowed option alike. fixed: in proportion to `weights`. thompson: in proportion to the probability
     * that an option is the best of its slot, learnt from what was served.
     */
    rule: Type.Union([Type.Literal('even'), Type.Literal('fixed'), Type.Literal('thompson')]),
    /** fixed only. An option that is not named weighs as much as the named ones of its slot on average. */
    weights: Type.Optional(SlotWeights),
    /**
     * Least probability of an option that is allowed, 0..1. Default of fixed: 0. Default of thompson: 0.02, and where
     * that came to more than a fifth of a slot, a fifth of an even share.
     */
    floor: Type.Optional(Type.Number({ minimum: 0, maximum: 0.5 })),
  },
  { additionalProperties: false },
)

export type AllocationRule = 'even' | 'fixed' | 'thompson'

/** Of thompson: least probability of an option, and the most of a slot's traffic that it may take for all of them. */
const USUAL_FLOOR = 0.02
const MOST_EXPLORED = 0.2

/** The rule by which a campaign's options are drawn. */
export function allocationRule({ allocation }: Campaign): AllocationRule {
  return allocation?.rule ?? 'even'
}

/** Least probability that each allowed option of a slot keeps, 0..1: one number for all slots. */
export function allocationFloor(campaign: Campaign): number {
  const { allocation } = campaign
  if (allocation?.floor !== undefined) return allocation.floor
  if (allocationRule(campaign) !== 'thompson') return 0
  return Math.min(USUAL_FLOOR, MOST_EXPLORED / mostOptions(campaign).options)
}

/** Checks `allocation` against the campaign: what its weights name, and that the floor leaves something to allocate. */
export function checkAllocation(campaign: Campaign, report: Report): void {
  const { allocation, slots } = campaign
  if (!allocation) return
  const { rule, weights, floor = 0 } = allocation
  if (rule === 'fixed' && !weights) report('/allocation', 'is fixed and has no weights', 'add "weights"')
  if (rule !== 'fixed' && weights) {
    report('/allocation/weights', `are given, but the rule is ${rule}`, 'make it fixed, or take them out')
  }
  const { slot: largest, options } = mostOptions(campaign)
  if (rule !== 'even' && floor * options > 1) {
    report(
      '/allocation/floor',
      `${floor} for each of the ${options} options of "${largest}" is more than there is`,
      `give ${Math.floor((1000 * MOST_EXPLORED) / options) / 1000} or less`,
    )
  }
  for (const [slot, ofSlot] of Object.entries(weights ?? {})) {
    const pointer = `/allocation/weights/${slot}`
    const assets = slots.find((each) => each.slot === slot)?.assets.map(({ id }) => id)
    if (!assets) {
      const names = slots.map((each) => each.slot)
      report(pointer, 'names no slot of the campaign', suggestion(slot, names))
      continue
    }
    for (const asset of Object.keys(ofSlot)) {
      if (!assets.includes(asset))
        report(`${pointer}/${asset}`, 'names no asset of the slot', suggestion(asset, assets))
    }
    if (Object.values(ofSlot).every((weight) => weight === 0)) {
      report(pointer, 'leave nothing to draw', 'give an asset a weight above 0')
    }
  }
}

function mostOptions({ slots }: Campaign): { readonly slot: string; readonly options: number } {
  const counts = slots.map(({ slot, assets }) => ({
    slot,
    options: assets.filter(({ retired }) => !retired).length,
  }))
  return counts.reduce((most, each) => (each.options > most.options ? each : most))
}
