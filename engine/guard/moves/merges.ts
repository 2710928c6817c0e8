import { type Static, Type } from 'typebox'
import { PolyadError } from '../../../core/errors.ts'
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

/** What stands for a campaign. */
export async function readMerges(ports: Pick<Ports, 'documents'>, campaign: string): Promise<Merges> {
  return (await readStanding(ports, campaign)).merges
}

/** Two decisions at the same moment are made one after the other. */
const MOST_TRIES = 5

/**
 * Changes what stands for a campaign.
 *
 * @param change may be asked again, of what somebody else made of it meanwhile
 * @throws PolyadError CONFLICT when others change it all the time; whatever `change` throws
 */
export async function changeMerges(
  ports: Pick<Ports, 'documents'>,
  campaign: string,
  change: (merges: Merges) => Merges,
): Promise<Merges> {
  for (let tried = 1; ; tried++) {
    const { merges, hash } = await readStanding(ports, campaign)
    const changed = change(merges)
    if (changed === merges) return merges
    try {
      await ports.documents.write('merges', campaign, changed, { ifHash: hash })
      return changed
    } catch (error) {
      const isOvertaken = error instanceof PolyadError && error.code === 'CONFLICT'
      if (!isOvertaken || tried === MOST_TRIES) throw error
    }
  }
}

async function readStanding(
  { documents }: Pick<Ports, 'documents'>,
  campaign: string,
): Promise<{ readonly merges: Merges; readonly hash: string | null }> {
  const found = await documents.read('merges', campaign)
  return found
    ? { merges: door(found.body, `merges ${campaign}`), hash: found.hash }
    : { merges: { version: 1, merged: [], restored: [] }, hash: null }
}
