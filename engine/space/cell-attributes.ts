import { nearestName } from '../../rules/nearest-name.ts'
import type { AttributeType, Rule, Scalar } from '../../rules/rule.ts'
import type { PlacedRule } from '../../segments/unknown-values.ts'
import { isCopyOnly, PLACEMENT_SHAPES, type Placement, placementShape } from '../../templates/placement.ts'
import type { Plan } from '../campaign/plan.ts'

/** An attribute of a cell that is known for certain, whoever sees the ad. */
interface CellAttribute {
  readonly name: string
  readonly of: 'locale' | 'placement'
  readonly type: AttributeType
  valueIn(locale: string, placement: Placement): Scalar | undefined
  /** Of a category: what it may be in this campaign. */
  values?(plan: Plan): readonly string[]
}

/** What a `when` may ask of the locale and the placement, besides what is certain of the segment. */
export const CELL_ATTRIBUTES: readonly CellAttribute[] = [
  {
    name: 'locale',
    of: 'locale',
    type: 'category',
    valueIn: (locale) => locale,
    values: ({ campaign }) => campaign.locales,
  },
  {
    name: 'placement',
    of: 'placement',
    type: 'category',
    valueIn: (_, { id }) => id,
    values: ({ placements }) => placements.map(({ id }) => id),
  },
  // Pixels. A placement of copy alone has no size.
  {
    name: 'placement.width',
    of: 'placement',
    type: 'number',
    valueIn: (_, { widthPx }) => widthPx || undefined,
  },
  {
    name: 'placement.height',
    of: 'placement',
    type: 'number',
    valueIn: (_, { heightPx }) => heightPx || undefined,
  },
  {
    name: 'placement.ratio',
    of: 'placement',
    type: 'number',
    valueIn: (_, placement) => (isCopyOnly(placement) ? undefined : placement.widthPx / placement.heightPx),
  },
  // Of the largest picture allowed; one without a limit has none.
  { name: 'placement.maxBytes', of: 'placement', type: 'number', valueIn: (_, { maxBytes }) => maxBytes },
  {
    name: 'placement.shape',
    of: 'placement',
    type: 'category',
    valueIn: (_, placement) => (isCopyOnly(placement) ? undefined : placementShape(placement)),
    values: () => PLACEMENT_SHAPES,
  },
]

/**
 * Values of the locale, the placement or its shape in `when` that no cell of the campaign has: most likely misspelt, or
 * left over. One sentence each, with the nearest value there is.
 */
export function unknownCellValues(plan: Plan, whens: readonly PlacedRule[]): string[] {
  return whens.flatMap(({ where, rule }) =>
    CELL_ATTRIBUTES.flatMap(({ name, values }) => {
      const known = values?.(plan)
      if (!known) return []
      const unknown = valuesOf(rule, name).filter((value) => !known.includes(value))
      return unknown.map((value) => {
        const nearest = nearestName(value, known)
        return (
          `${where}: the campaign has no ${name} "${value}"` +
          (nearest === undefined ? '' : `; did you mean "${nearest}"?`)
        )
      })
    }),
  )
}

function valuesOf(rule: Rule, attribute: string): string[] {
  switch (rule.kind) {
    case 'all':
    case 'any':
      return rule.of.flatMap((part) => valuesOf(part, attribute))
    case 'not':
    case 'mention':
      return valuesOf(rule.of, attribute)
    case 'in':
      return rule.attribute === attribute ? rule.values.map(String) : []
    default:
      return []
  }
}
