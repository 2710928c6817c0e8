import type { Plan } from '../engine/campaign/plan.ts'
import type { AdUnit } from '../engine/space/ad-unit.ts'

/** The plain way to a random ad unit: a number of the whole cross join, taken apart, and kept if every rule lets it. */
export interface PlainSpace {
  /** Combinations of everything with everything, below 2^53. */
  readonly crossJoin: number
  /** The ad unit with this number, undefined when a condition, an absent slot or a rule leaves it out. */
  unitAt(number: number): AdUnit | undefined
  isAllowed(unit: AdUnit): boolean
}

/** Understands what the bench campaign has: `when` of the form {"state": {"in": [...]}}, and exclusions. */
export function createPlainSpace(plan: Plan): PlainSpace {
  const { campaign, segments, placements } = plan
  const absentIn = new Map(plan.template.slots.map(({ name, absentIn = [] }) => [name, new Set(absentIn)]))
  const rules = (campaign.exclude ?? []).map((terms) =>
    Object.entries(terms).map(([slot, ids]) => ({ slot, ids: new Set(ids) })),
  )
  const states = campaign.slots.map(({ assets }) =>
    assets.map(({ when }) => {
      const test = when as { readonly state: { readonly in: readonly string[] } } | undefined
      return test && new Set<unknown>(test.state.in)
    }),
  )
  const placeOf = new Map(segments.map((segment) => [segment.id, segment]))
  const crossJoin = campaign.slots.reduce(
    (product, { assets }) => product * assets.length,
    segments.length * campaign.locales.length * placements.length,
  )
  if (crossJoin > Number.MAX_SAFE_INTEGER) throw new Error('the cross join is too large for plain numbers')

  function keepsRules(choices: AdUnit['choices']): boolean {
    for (const terms of rules) {
      if (terms.every(({ slot, ids }) => ids.has(choices[slot] ?? ''))) return false
    }
    return true
  }

  return {
    crossJoin,
    unitAt(number) {
      let rest = number
      const digit = (size: number): number => {
        const value = rest % size
        rest = Math.floor(rest / size)
        return value
      }
      const segment = segments[digit(segments.length)]!
      const locale = campaign.locales[digit(campaign.locales.length)]!
      const placement = placements[digit(placements.length)]!.id
      const choices: Record<string, string | undefined> = {}
      for (const [at, { slot, assets }] of campaign.slots.entries()) {
        const value = digit(assets.length)
        if (absentIn.get(slot)?.has(placement)) {
          // Only one of the combinations that differ in a slot that is not there may count.
          if (value > 0) return undefined
          choices[slot] = undefined
          continue
        }
        const wanted = states[at]![value]
        if (wanted && !wanted.has(segment.certain['state'])) return undefined
        choices[slot] = assets[value]!.id
      }
      return keepsRules(choices) ? { segment: segment.id, locale, placement, choices } : undefined
    },
    isAllowed({ segment, placement, choices }) {
      const state = placeOf.get(segment)?.certain['state']
      const isUsed = campaign.slots.every(({ slot, assets }, at) => {
        const id = choices[slot]
        if (absentIn.get(slot)?.has(placement)) return id === undefined
        const asset = assets.findIndex((each) => each.id === id)
        const wanted = states[at]![asset]
        return asset >= 0 && (!wanted || wanted.has(state))
      })
      return isUsed && keepsRules(choices)
    },
  }
}
