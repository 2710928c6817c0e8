import type { Plan } from '../../../engine/campaign/plan.ts'
import type { AdUnit } from '../../../engine/space/ad-unit.ts'

type Choices = Readonly<Record<string, string | undefined>>

/**
 * Every ad unit of a plan by plain loops, in rank order: what the diagram must agree with. Understands `when` made of
 * `all`, `not`, equality and `range.gte` over the state, the locale and the placement, and copy of the form {{state}}.
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
            const { id, widthPx, heightPx } = placement
            const known = {
              ...segment.certain,
              locale,
              placement: id,
              'placement.width': widthPx,
              'placement.shape': widthPx < heightPx ? 'portrait' : 'landscape',
            }
            return asset.when === undefined || decideWhen(asset.when, known) === true
          })
          const options = isAbsent ? [undefined] : allowed.map(({ id }) => id)
          partial = partial.flatMap((choices) => options.map((id) => ({ ...choices, [slot]: id })))
        }
        for (const choices of partial) {
          if (keepsRules(plan, choices)) {
            units.push({ segment: segment.id, locale, placement: placement.id, choices })
          }
        }
      }
    }
  }
  return units
}

function keepsRules({ campaign }: Plan, choices: Choices): boolean {
  const { exclude = [], require = [], groups = [] } = campaign
  const isMet = (slot: string, ids: readonly string[]) => ids.includes(choices[slot] ?? '')
  for (const terms of exclude) {
    if (Object.entries(terms).every(([slot, ids]) => isMet(slot, ids))) return false
  }
  for (const rule of require) {
    if (!Object.entries(rule.if).every(([slot, ids]) => isMet(slot, ids))) continue
    if (Object.entries(rule.use).some(([slot, ids]) => choices[slot] && !isMet(slot, ids))) return false
  }
  for (const { assets } of groups) {
    const present = Object.entries(assets).filter(([slot]) => choices[slot])
    const used = present.filter(([slot, ids]) => isMet(slot, ids))
    if (used.length > 0 && used.length < present.length) return false
  }
  return true
}

/** undefined: neither certain nor excluded. */
function decideWhen(when: unknown, known: Readonly<Record<string, unknown>>): boolean | undefined {
  const [key, value] = Object.entries(when as object)[0]!
  if (key === 'all') {
    const parts = (value as unknown[]).map((part) => decideWhen(part, known))
    return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true
  }
  if (key === 'not') {
    const inner = decideWhen(value, known)
    return inner === undefined ? undefined : !inner
  }
  const has = known[key]
  if (has === undefined) return undefined
  return typeof value === 'object' ? Number(has) >= value.range.gte : has === value
}
