import { type Static, type TSchema, Type } from 'typebox'

const Text = Type.String()
const Count = Type.Integer({ minimum: 0 })
const closed = { additionalProperties: false } as const
const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])

/** A value with its 95 % interval, in units of the outcome a person. */
const Estimate = Type.Object({ value: Type.Number(), low: Type.Number(), high: Type.Number() }, closed)

const Verdict = Type.Union([
  Type.Literal('BROAD'),
  Type.Literal('SPLIT'),
  Type.Literal('KEEP-TESTING'),
  Type.Literal('UNREADABLE'),
])

const ReasonCode = Type.Union([
  // UNREADABLE
  Type.Literal('SAMPLE_RATIO'),
  Type.Literal('SAMPLE_RATIO_IN_SEGMENT'),
  Type.Literal('PROPENSITY_SUM'),
  Type.Literal('ONE_ARM'),
  Type.Literal('CONSTANT_OUTCOME'),
  Type.Literal('SPREAD_UNKNOWN'),
  Type.Literal('TOO_MANY_VALUES'),
  Type.Literal('DUPLICATE_PEOPLE'),
  Type.Literal('DELIVERY_OPTIMISED'),
  Type.Literal('TOO_FEW_EVENTS'),
  // SPLIT
  Type.Literal('GAIN_PROVED'),
  // BROAD
  Type.Literal('NO_WORTHWHILE_GAIN'),
  Type.Literal('NOT_WORTH_ITS_COST'),
  Type.Literal('BREAK_EVEN'),
  // KEEP-TESTING
  Type.Literal('NOT_PROVED'),
])

const Arm = Type.Object(
  {
    name: Text,
    people: Count,
    /** Mean outcome a person, weighted by 1 / propensity. */
    mean: Type.Number(),
    /** People with any outcome above 0. Null where people are aggregated and it cannot be told. */
    responders: Nullable(Count),
  },
  closed,
)

/** What is done with the people of one segment of the chosen columns. */
const Action = Type.Object(
  {
    /** Value by column. */
    segment: Type.Record(Type.String(), Text),
    people: Count,
    /** Of all people, 0..1. */
    share: Type.Number(),
    arm: Text,
    /** Whether that is another arm than broad's. */
    differs: Type.Boolean(),
    /** Best other arm less broad's, shrunk to the wider segment, with its 95 % interval; null with nobody to compare. */
    difference: Nullable(Estimate),
    /** The arm that difference is of. */
    bestOther: Text,
    /** Probability that the best other arm is better there, 0..1. */
    chance: Type.Number(),
  },
  closed,
)

/** One segmentation that was judged. */
const CandidateRow = Type.Object(
  {
    /** Coarsest first; empty: everybody treated alike. */
    columns: Type.Array(Text),
    segments: Count,
    /** Gain over broad of the best arm of each segment, measured on the people it was chosen on. */
    inSampleGain: Type.Number(),
    /** The same choice on people it was not made on. */
    heldOutGain: Estimate,
    /** Held-out gain of the guard's own policy: shrunk, and acting only where it is sure. */
    guardedGain: Estimate,
    /** One-sided, of no guarded gain. */
    pValue: Type.Number(),
    /** The same, adjusted for all candidates. */
    holm: Type.Number(),
    decision: Type.Union([
      /** Proved, and the coarsest within one standard error of the best. */
      Type.Literal('chosen'),
      /** Proved; another one is taken. */
      Type.Literal('proved'),
      Type.Literal('not proved'),
    ]),
  },
  closed,
)

/** The answer of `polyad guard`: whether treating segments differently pays, on data held out. */
export const GuardReportSchema = Type.Object(
  {
    version: Type.Literal(1),
    verdict: Verdict,
    /** The answer in one sentence. */
    answer: Text,
    reasons: Type.Array(Type.Object({ code: ReasonCode, text: Text }, closed)),
    experiment: Type.Object(
      {
        treatment: Text,
        outcome: Text,
        kind: Type.Union([Type.Literal('binary'), Type.Literal('count'), Type.Literal('money')]),
        rows: Count,
        people: Count,
        arms: Type.Array(Arm),
        /** Where the propensities come from. */
        propensities: Type.Union([
          Type.Literal('column'),
          Type.Literal('shares'),
          Type.Literal('equal shares'),
        ]),
        /** The arm everybody gets when nothing is split, and whether it is the best one or was named. */
        broadArm: Text,
        broadArmNamed: Type.Boolean(),
        /** Broad's mean outcome a person. */
        broadMean: Type.Number(),
      },
      closed,
    ),
    /** Whether people fell into the arms as assigned; null where it could not be tested. */
    assignment: Nullable(
      Type.Object(
        {
          pValue: Type.Number(),
          broken: Type.Boolean(),
          /** Smallest q value (Benjamini-Hochberg) over the segments of single columns, and where. */
          worstSegment: Nullable(Type.Object({ column: Text, value: Text, qValue: Type.Number() }, closed)),
        },
        closed,
      ),
    ),
    /** Columns to split by; empty unless the verdict is SPLIT. */
    columns: Type.Array(Text),
    /** By segment of those columns, most people first; empty unless the verdict is SPLIT. */
    actions: Type.Array(Action),
    /** Gain over broad a person: of the chosen segmentation, else of the best one. */
    gain: Nullable(
      Type.Object(
        {
          heldOut: Estimate,
          /** Of the best arm of each segment on the people it was chosen on. */
          inSample: Type.Number(),
          /** heldOut over broad's mean; null where that is not above 0. */
          relative: Nullable(Type.Number()),
          pValue: Type.Number(),
          /** After the cost of the extra segments; null where no cost was given. */
          net: Nullable(Type.Number()),
        },
        closed,
      ),
    ),
    /** Smallest gain a person that is worth the trouble. */
    worthwhileGain: Type.Number(),
    /** What this test can show, and what it would take to show the worthwhile gain; null when unreadable. */
    power: Nullable(
      Type.Object(
        {
          /** Smallest gain a person seen with 80 % probability. */
          detectableGain: Type.Number(),
          relative: Nullable(Type.Number()),
          /** People that would show the worthwhile gain. */
          peopleNeeded: Type.Number(),
          /** What the people still missing cost; null without a cost a person. */
          costToKnow: Nullable(Type.Object({ amountMicros: Count, currency: Nullable(Text) }, closed)),
        },
        closed,
      ),
    ),
    /** Fewest segments first. */
    candidates: Type.Array(CandidateRow),
    /** Segmentations that could be made of the columns, and how many were judged. */
    candidateCap: Type.Object({ possible: Count, judged: Count }, closed),
    settings: Type.Object(
      {
        folds: Count,
        repeats: Count,
        seed: Text,
        /** Of all candidates together. */
        alpha: Type.Number(),
        leastChance: Type.Number(),
        /** What is asked for once a split is proved: the actions are of it, the gains of the one before. */
        leastChanceOnceProved: Type.Number(),
        leastEventsPerArm: Count,
      },
      closed,
    ),
  },
  closed,
)

export type GuardReport = Static<typeof GuardReportSchema>
export type Verdict = GuardReport['verdict']
export type ReasonCode = GuardReport['reasons'][number]['code']
export type GuardCandidate = GuardReport['candidates'][number]
export type GuardAction = GuardReport['actions'][number]
