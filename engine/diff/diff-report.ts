import { type Static, Type } from 'typebox'
import { CAUSE_KINDS } from './causes.ts'

const closed = { additionalProperties: false } as const
const Text = Type.String()
/** A whole number as text: counts pass 2^53. */
const Units = Type.String({ pattern: '^\\d+$' })

/** Ad units by what became of them; one that is added or removed has no other content, so each counts once. */
const changes = { added: Units, removed: Units, changed: Units }

/** Values of one dimension with something added, removed or changed, the most first. */
const Dimension = Type.Array(Type.Object({ name: Text, ...changes }, closed))

const Side = Type.Object(
  {
    revision: Type.Integer({ minimum: 1 }),
    adUnits: Units,
    /**
     * kept: as it was last compiled while it was the newest. now: compiled of what the workspace holds. rebuilt: never
     * compiled in its time; its document with the segments, template and pictures of today.
     */
    source: Type.Union([Type.Literal('kept'), Type.Literal('now'), Type.Literal('rebuilt')]),
    /** When a kept one was first compiled, Unix ms. */
    atMs: Type.Union([Type.Integer(), Type.Null()]),
  },
  closed,
)

/** What `polyad diff --json` prints. */
export const DiffReportSchema = Type.Object(
  {
    version: Type.Literal(1),
    campaign: Text,
    before: Side,
    after: Side,
    /** The answer in one sentence. */
    answer: Text,
    /** `same`: in both, showing the same. added + changed + same is what `after` has. */
    adUnits: Type.Object({ ...changes, same: Units }, closed),
    /** What was changed; an ad unit that two of them touch counts in both. */
    causes: Type.Array(
      Type.Object(
        {
          kind: Type.Enum([...CAUSE_KINDS]),
          names: Type.Array(Text),
          detail: Text,
          ...changes,
        },
        closed,
      ),
    ),
    /** Segments of both whose rule is another: other people see what is otherwise the same ad unit. */
    audiences: Type.Array(Type.Object({ segment: Text, before: Text, after: Text, adUnits: Units }, closed)),
    by: Type.Object(
      {
        segment: Dimension,
        locale: Dimension,
        placement: Dimension,
        /** By slot, then asset; the empty name counts ad units whose placement lacks the slot. */
        slots: Type.Record(Text, Dimension),
      },
      closed,
    ),
    /** Fields of the campaign that changed and touch no ad unit. */
    otherFields: Type.Array(Text),
    remarks: Type.Array(Text),
  },
  closed,
)

export type DiffReport = Static<typeof DiffReportSchema>
