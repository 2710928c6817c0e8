import { adUnitId } from '../../../engine/campaign/ad-unit-id.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { clickThrough } from '../../../engine/generate/click-through.ts'
import type { CopyTable } from '../../../engine/generate/copy-table.ts'
import { shown, unitValues } from '../../../engine/generate/unit-values.ts'
import type { AdUnit } from '../../../engine/space/ad-unit.ts'
import { isCopyOnly } from '../../../templates/placement.ts'

/** One ad unit as a row, by plain objects: what generateRange must write. */
export interface Row {
  readonly id: string
  /** Decimal: it may be past 2^53, where many readers of JSON would round a number. */
  readonly rank: string
  readonly campaign: string
  readonly revision: number
  readonly segment: string
  readonly segmentTitle: string
  readonly locale: string
  readonly placement: string
  readonly widthPx: number
  readonly heightPx: number
  /** Final text, file or colour by slot; null where the placement lacks the slot. */
  readonly slots: Readonly<Record<string, string | null>>
  readonly clickThroughUrl: string
  /** Name of the picture that `render` makes, empty where there is none. */
  readonly image: string
}

export function rowOf(plan: Plan, copy: CopyTable, unit: AdUnit, rank: bigint): Row {
  const id = adUnitId(plan.ledger, unit)
  const segment = plan.segments.find((each) => each.id === unit.segment)!
  const placement = plan.placements.find((each) => each.id === unit.placement)!
  const values = unitValues(plan, copy, unit)
  const link = clickThrough(plan, unit.segment)
  const slots: Record<string, string | null> = {}
  for (const { slot } of plan.campaign.slots) {
    const value = Object.hasOwn(values, slot) ? values[slot] : undefined
    slots[slot] = value ? shown(value) : null
  }
  return {
    id,
    rank: String(rank),
    campaign: plan.campaign.name,
    revision: plan.revision,
    segment: unit.segment,
    segmentTitle: segment.title,
    locale: unit.locale,
    placement: unit.placement,
    widthPx: placement.widthPx,
    heightPx: placement.heightPx,
    slots,
    clickThroughUrl: link.beforeId + id + link.afterId,
    image: isCopyOnly(placement) ? '' : `${id}.jpg`,
  }
}
