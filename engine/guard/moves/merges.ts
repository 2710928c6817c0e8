import { type Static, Type } from 'typebox'
import { createDoor } from '../../../core/schema.ts'
import type { Ports } from '../../ports/ports.ts'

const MergeSchema = Type.Object(
  {
    leaf: Type.String(),
    atMs: Type.Integer(),
    /** schedule: found by the server, without anybody's doing. */
    by: Type.Union([Type.Literal('person'), Type.Literal('schedule')]),
    /** Who, where it was a person. */
    who: Type.Optional(Type.String()),
    reason: Type.String(),
    /** Goal events a person, narrow less broad control, with the bounds of the confidence sequence it was decided on. */
    difference: Type.Object(
      { value: Type.Number(), low: Type.Number(), high: Type.Number() },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
)
export type Merge = Static<typeof MergeSchema>

const RestorationSchema = Type.Object(
  {
    leaf: Type.String(),
    atMs: Type.Integer(),
    /** Calendar day of the campaign's time zone: the leaf is judged anew on the days after it. */
    day: Type.String(),
    who: Type.String(),
    reason: Type.String(),
  },
  { additionalProperties: false },
)

/** Document `merges`, named as its campaign: what the guard decided of leaves that run. Its revisions are the history. */
export const MergesSchema = Type.Object(
  {
    version: Type.Literal(1),
    /** Leaves that a wider segment serves now. */
    merged: Type.Array(MergeSchema),
    /** The last time each leaf was given back. */
    restored: Type.Array(RestorationSchema),
  },
  { additionalProperties: false },
)
export type Merges = Static<typeof MergesSchema>

/** What came of judging the leaves of a campaign. */
export const MovedLeavesSchema = Type.Object(
  {
    /** Merged just now. */
    merged: Type.Array(MergeSchema),
    /** All that is merged. */
    standing: Type.Array(MergeSchema),
    /** Why nothing was judged; null: leaves were judged. */
    without: Type.Union([Type.String(), Type.Null()]),
  },
  { additionalProperties: false },
)
export type MovedLeaves = Static<typeof MovedLeavesSchema>

const door = createDoor('merges', MergesSchema)

/** What stands for a campaign, and its hash for the next write; null: nothing was ever merged. */
export async function readMerges(
  { documents }: Pick<Ports, 'documents'>,
  campaign: string,
): Promise<{ readonly merges: Merges; readonly hash: string | null }> {
  const found = await documents.read('merges', campaign)
  return found
    ? { merges: door(found.body, `merges ${campaign}`), hash: found.hash }
    : { merges: { version: 1, merged: [], restored: [] }, hash: null }
}
