import type { Plan } from '../campaign/plan.ts'
import type { CopyTable } from '../generate/copy-table.ts'
import type { Availability } from '../space/availability.ts'

/** A text that some ad unit shows, and the first place it comes from. */
export interface UsedText {
  readonly slot: string
  /** Position in the plan. */
  readonly placement: number
  readonly locale: string
  readonly text: string
  readonly asset: string
  readonly segment: string
  /** It is one of a list from long to short. */
  readonly isListed: boolean
}

/** Distinct texts by slot, locale and placement, of assets that the space uses there. */
export function usedTexts(plan: Plan, copy: CopyTable, availability: Availability): UsedText[] {
  const { campaign, placements, segments } = plan
  const allowed = new Map<string, readonly ReadonlySet<number>[]>()
  const allowedIn = (segmentClass: number, locale: number, placement: number) => {
    const key = `${segmentClass},${locale},${placement}`
    let options = allowed.get(key)
    if (!options) {
      options = availability.optionsOf(segmentClass, locale, placement).map((positions) => new Set(positions))
      allowed.set(key, options)
    }
    return options
  }
  const used = new Map<string, UsedText>()
  for (const [slotAt, { slot, assets }] of campaign.slots.entries()) {
    for (const [assetAt, asset] of assets.entries()) {
      for (const [localeAt, locale] of campaign.locales.entries()) {
        const entries = placements.map((_, placement) => copy.entry(slotAt, assetAt, localeAt, placement))
        const [first] = entries
        if (!first) continue
        const isListed = copy.isList(slotAt, assetAt, localeAt)
        const seen = new Set<number>()
        for (const [segmentAt, segment] of segments.entries()) {
          const segmentClass = availability.classOf[segmentAt]!
          const textAt = first.classOf[segmentAt]!
          const pair = segmentClass * first.texts.length + textAt
          if (first.texts[textAt] === undefined || seen.has(pair)) continue
          seen.add(pair)
          for (const placement of placements.keys()) {
            if (!allowedIn(segmentClass, localeAt, placement)[slotAt]!.has(assetAt)) continue
            const text = entries[placement]!.texts[textAt]!
            const key = `${slotAt},${localeAt},${placement},${text}`
            if (used.has(key)) continue
            used.set(key, {
              slot,
              placement,
              locale,
              text,
              asset: asset.id,
              segment: segment.id,
              isListed,
            })
          }
        }
      }
    }
  }
  return [...used.values()]
}
