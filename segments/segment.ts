import { type Static, Type } from 'typebox'
import type { Rule } from '../rules/rule.ts'

const Name = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]*$',
  maxLength: 60,
  description: 'a name in small letters, digits and hyphens',
})

/** `segments/NAME.json`: one named rule, or a grid of many. */
export const SegmentDocumentSchema = Type.Union([
  Type.Object(
    {
      name: Name,
      title: Type.Optional(Type.String({ maxLength: 120 })),
      /** See rules/rule.ts; parsed against the attribute catalogue. */
      rule: Type.Unknown(),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      name: Name,
      title: Type.Optional(Type.String({ maxLength: 120 })),
      grid: Type.Object(
        {
          /** Category or boolean attributes, broadest first: roll-up coarsens the last one first. */
          attributes: Type.Array(Type.String(), { minItems: 1, maxItems: 6 }),
          /** Only people who meet this rule are in the grid. */
          within: Type.Optional(Type.Unknown()),
        },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
])
export type SegmentDocument = Static<typeof SegmentDocumentSchema>

/** The id of the segment everybody is in. It is in every campaign and cannot be removed. */
export const BROAD_ID = 'broad'

/**
 * A segment ready to be matched: a rule and what it makes certain.
 *
 * Ids: `broad`; the document's name; for a grid node `GRID/V1/V2/*` with one part an attribute, each value
 * percent-encoded, `*` where the attribute is free. A remainder has the id of its node: the node's people less those
 * of its surviving descendants.
 */
export interface Segment {
  readonly id: string
  readonly title: string
  readonly rule: Rule
  /** What is certain of everyone in it, by attribute: used in copy ({{state}}) and to decide `when`. */
  readonly certain: Readonly<Record<string, string | number | boolean>>
  readonly kind: 'broad' | 'rule' | 'cell' | 'remainder'
  /** Distinct people of the population that meet the rule. */
  readonly people: number
}
