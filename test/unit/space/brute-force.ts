import type { Plan } from '../../../engine/campaign/plan.ts'
import type { AdUnit } from '../../../engine/space/ad-unit.ts'

/**
 * Every ad unit of a plan by plain loops, in rank order: what the diagram must agree with. Understands `when` of the
 * form {"state": X}, {"locale": X}, {"placement": X} and {"not": {"placement": X}}, and copy of the form {{state}}.
 */
export function bruteForce(plan: Plan): AdUnit[] {
  const units: AdUnit[] = []
  for (const segment of plan.segments) {
    for (const locale of plan.campaign.locales) {
      for (const placement of plan.placements) {
        let partial: Record<string, string | undefined>[] = [{}]
        for (const { slot, assets } of plan.campaign.slots) {
          const isAbsent = plan.template.slots
            .find(({ name }) => name === slot)
            ?.absentIn?.includes(placement.id)
          const allowed = assets.filter((asset) => {
            if (asset.retired) return false
            if (asset.text) {
              const text = asset.text[locale] ?? asset.text[locale.slice(0, 2)]
              if (text === undefined) return false
              if (text.includes('{{state}}') && segment.certain['state'] === undefined) return false
            }
            return whenHolds(asset.when, { locale, placement: placement.id, ...segment.certain })
          })
          const options = isAbsent ? [undefined] : allowed.map(({ id }) => id)
          partial = partial.flatMap((choices) => options.map((id) => ({ ...choices, [slot]: id })))
        }
        for (const choices of partial) {
          const isExcluded = (plan.campaign.exclude ?? []).some((term) =>
            Object.entries(term).every(([slot, ids]) => ids.includes(choices[slot] ?? '')),
          )
          if (!isExcluded) units.push({ segment: segment.id, locale, placement: placement.id, choices })
        }
      }
    }
  }
  return units
}

function whenHolds(when: unknown, known: Readonly<Record<string, unknown>>): boolean {
  if (when === undefined) return true
  const [key, value] = Object.entries(when as object)[0]!
  if (key === 'not') return !whenHolds(value, known)
  return known[key] === value
}
