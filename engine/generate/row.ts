import { adUnitId } from '../campaign/ad-unit-id.ts'
import type { Plan } from '../campaign/plan.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import type { CopyTable } from './copy-table.ts'
import { unitValues } from './unit-values.ts'

/** One ad unit as a row: what `generate` writes and the API answers. */
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
  /** Name of the picture that `render` makes. */
  readonly image: string
}

/** The row of an ad unit that the plan makes at `rank`. */
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
    image: `${id}.jpg`,
  }
}

/** A slot's value as one text: the text itself, the picture's path, the colour. */
export function shown(value: ReturnType<typeof unitValues>[string]): string {
  switch (value.kind) {
    case 'text':
      return value.text
    case 'image':
      return value.file
    case 'colour':
      return value.colour
  }
}

/**
 * The landing page around the ad unit's id, with the campaign's parameters after its own query and before its fragment.
 * A segment goes by its ordinal: names of segments would tell the landing page what is thought of the person.
 */
export function clickThrough(
  plan: Plan,
  segment: string,
): { readonly beforeId: string; readonly afterId: string } {
  const { landingUrl, name } = plan.campaign
  const hash = landingUrl.indexOf('#')
  const page = hash < 0 ? landingUrl : landingUrl.slice(0, hash)
  const fragment = hash < 0 ? '' : landingUrl.slice(hash)
  const joint = !page.includes('?') ? '?' : /[?&]$/.test(page) ? '' : '&'
  const campaign = encodeURIComponent(name.toLowerCase())
  return {
    beforeId: `${page}${joint}utm_source=polyad&utm_medium=display&utm_campaign=${campaign}&utm_content=`,
    afterId: `&utm_term=s${plan.ledger.segments[segment]}${fragment}`,
  }
}
