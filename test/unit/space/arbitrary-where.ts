import fc from 'fast-check'
import type { Plan } from '../../../engine/campaign/plan.ts'
import type { AdUnit } from '../../../engine/space/ad-unit.ts'
import type { RuleJson } from '../../../rules/rule.ts'

/** One test by numbers, which a plan turns into names: any rule fits any plan. */
interface Leaf {
  readonly dimension: number
  readonly picks: readonly number[]
  readonly form: 'one' | 'in' | 'known' | 'range'
}

type Tree =
  | Leaf
  | { readonly all: readonly Tree[] }
  | { readonly any: readonly Tree[] }
  | { readonly not: Tree }

const leaf: fc.Arbitrary<Leaf> = fc.record({
  dimension: fc.nat(20),
  picks: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
  form: fc.constantFrom('one', 'in', 'in', 'known', 'range'),
})

/** A rule over ad units, given to a plan to become JSON. */
export const arbitraryWhere: fc.Arbitrary<(plan: Plan) => RuleJson> = fc
  .letrec<{ rule: Tree }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.array(tie('rule'), { minLength: 1, maxLength: 4 }).map((all) => ({ all })),
      fc.array(tie('rule'), { minLength: 1, maxLength: 4 }).map((any) => ({ any })),
      tie('rule').map((not) => ({ not })),
    ),
  }))
  .rule.map((tree) => (plan) => named(tree, plan))

function named(tree: Tree, plan: Plan): RuleJson {
  if ('all' in tree) return { all: tree.all.map((part) => named(part, plan)) }
  if ('any' in tree) return { any: tree.any.map((part) => named(part, plan)) }
  if ('not' in tree) return { not: named(tree.not, plan) }
  const { campaign, placements, segments } = plan
  const { dimension, form, picks } = tree
  const dimensions: [string, readonly string[]][] = [
    ['segment', segments.map(({ id }) => id)],
    ['locale', campaign.locales],
    ['placement', placements.map(({ id }) => id)],
    ['state', ['CA', 'OR', 'WA']],
    ['segment.state', ['CA', 'OR', 'WA']],
    ...campaign.slots.flatMap(({ slot, assets }): [string, readonly string[]][] => {
      const ids = assets.map(({ id }) => id)
      return [
        [slot, ids],
        [`slot.${slot}`, ids],
      ]
    }),
  ]
  if (form === 'range') return { 'placement.width': { range: { gte: picks[0]! % 2 === 0 ? 160 : 161 } } }
  const [name, values] = dimensions[dimension % dimensions.length]!
  if (form === 'known') return { [name]: { known: true } }
  const chosen = picks.map((pick) => values[pick % values.length]!)
  return { [name]: form === 'one' ? chosen[0]! : { in: chosen } }
}

/** Whether an ad unit certainly meets a rule, by plain recursion: 1 yes, -1 no, 0 open. */
export function meets(rule: RuleJson, unit: AdUnit, plan: Plan): -1 | 0 | 1 {
  const [key, body] = Object.entries(rule)[0] as [string, never]
  if (key === 'not') return -meets(body, unit, plan) as -1 | 0 | 1
  if (key === 'all' || key === 'any') {
    const parts = (body as RuleJson[]).map((part) => meets(part, unit, plan))
    return (key === 'all' ? Math.min(1, ...parts) : Math.max(-1, ...parts)) as -1 | 0 | 1
  }
  const placement = plan.placements.find(({ id }) => id === unit.placement)!
  if (key === 'placement.width') {
    return placement.widthPx >= (body as { range: { gte: number } }).range.gte ? 1 : -1
  }
  let value: string | undefined
  if (key === 'state' || key === 'segment.state') {
    value = plan.segments.find(({ id }) => id === unit.segment)!.certain['state'] as string | undefined
    if (value === undefined) return 0
  } else if (key === 'segment' || key === 'locale' || key === 'placement') value = unit[key]
  else value = unit.choices[key.replace('slot.', '')]
  if (typeof body === 'object' && 'known' in body) return value === undefined ? -1 : 1
  const wanted: string[] = typeof body === 'string' ? [body] : (body as { in: string[] }).in
  return value !== undefined && wanted.includes(value) ? 1 : -1
}
