import { type Static, type TSchema, Type } from 'typebox'

const Text = Type.String()
const Count = Type.Integer({ minimum: 0 })
/** Counts of ad units pass 2^53, so they are decimal strings. */
const BigCount = Type.String({ pattern: '^\\d+$' })
const closed = { additionalProperties: false } as const
const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])

const Reason = Type.Object(
  {
    code: Type.Union([
      Type.Literal('K_FLOOR'),
      Type.Literal('PLATFORM_MINIMUM'),
      Type.Literal('VOLUME'),
      Type.Literal('BREAK_EVEN'),
    ]),
    text: Text,
  },
  closed,
)

/** One slot in one leaf or ancestor: how many goal events each option expects, and what lift that can show. */
const SlotLevel = Type.Object(
  {
    slot: Text,
    /** Options the leaf may show. */
    options: Count,
    /** Where the options can be told apart: the leaf, an ancestor in its grid, the whole campaign, or not at all. */
    level: Type.Union([
      Type.Literal('leaf'),
      Type.Literal('ancestor'),
      Type.Literal('campaign'),
      Type.Literal('nowhere'),
    ]),
    /** The node's id; `broad` for the campaign. */
    at: Text,
    /** Goal events each option expects within the flight at that node. */
    eventsPerOption: Type.Number(),
    /** Smallest relative lift between two options that shows there, 0.2 is +20 %; null: none that is possible. */
    detectableLift: Nullable(Type.Number()),
  },
  closed,
)

const Leaf = Type.Object(
  {
    id: Text,
    title: Text,
    /**
     * Distinct people of the population the leaf would be served to: those in no narrower segment. It and the three
     * numbers after it are null under the k floor, and where a leaf under it could be found by subtraction.
     */
    people: Nullable(Count),
    /** Of everybody reached, 0..1. */
    share: Nullable(Type.Number()),
    impressionsWeek: Nullable(Type.Number()),
    eventsWeek: Nullable(Type.Number()),
    problems: Type.Array(
      Type.Union([Type.Literal('k-floor'), Type.Literal('platform-minimum'), Type.Literal('starved')]),
    ),
    slots: Type.Array(SlotLevel),
  },
  closed,
)

/** A whole segmentation in a few numbers, so that two can be put side by side. */
const Segmentation = Type.Object(
  {
    leaves: Count,
    starvedLeaves: Count,
    /** Down to a multiple of the k floor where some leaves are hidden; null: some, but fewer than the floor. */
    peopleInStarvedLeaves: Nullable(Count),
    adUnits: BigCount,
    /** Share of the impressions of all leaves that goes to leaves under the event floor, 0..1; as exact as the people. */
    unreadableBudgetShare: Type.Number(),
    /**
     * 1 / sum of squared shares of people: 40 equal leaves count 40, one giant among dwarfs about 1. Hidden leaves count
     * as equal ones.
     */
    effectiveSegments: Type.Number(),
  },
  closed,
)

/** Document kind `check`, named CAMPAIGN@REVISION: what the guard found in one revision on one population. */
export const CheckReportSchema = Type.Object(
  {
    version: Type.Literal(1),
    campaign: Text,
    revision: Count,
    populationHash: Text,
    /** contentHash of the campaign, template, segments and population that were checked: stale when it differs. */
    basis: Text,
    atMs: Count,
    verdict: Type.Union([Type.Literal('passed'), Type.Literal('refused')]),
    reasons: Type.Array(Reason),
    /** Worth knowing, not worth refusing. */
    warnings: Type.Array(Text),
    override: Type.Optional(Type.Object({ reason: Text, who: Text, atMs: Count }, closed)),
    /** Leaves whose rule fewer people meet than the k floor: whatever the verdict or an override, they are served broad. */
    servedFromBroad: Type.Array(Text),
    adUnits: Type.Object(
      {
        count: BigCount,
        segments: Type.Object(
          { count: Count, fewest: BigCount, most: BigCount, mostIn: Text, empty: Type.Array(Text) },
          closed,
        ),
        locales: Type.Record(Type.String(), BigCount),
        placements: Type.Record(Type.String(), BigCount),
        /** Slot -> asset -> ad units. */
        slots: Type.Record(Type.String(), Type.Record(Type.String(), BigCount)),
      },
      closed,
    ),
    /** Assets that no ad unit of some segments has, because the segment does not settle their `when`. */
    undecided: Type.Array(Type.Object({ slot: Text, asset: Text, segments: Count, example: Text }, closed)),
    copy: Type.Object(
      {
        /** Distinct pairs of text and placement that were laid out (longest texts first), and those left out. */
        checked: Count,
        skipped: Count,
        /** Copy that cannot be rendered for some segments; the asset is not used there. */
        broken: Type.Array(
          Type.Object(
            { slot: Text, asset: Text, locale: Text, segments: Count, example: Text, problem: Text },
            closed,
          ),
        ),
        misfits: Type.Array(
          Type.Object(
            {
              slot: Text,
              asset: Text,
              locale: Text,
              segment: Text,
              placement: Text,
              layer: Text,
              text: Text,
              problem: Text,
            },
            closed,
          ),
        ),
        misfitCount: Count,
      },
      closed,
    ),
    volume: Type.Object(
      {
        mode: Type.Union([Type.Literal('tailored'), Type.Literal('targeted')]),
        people: Count,
        peopleReached: Count,
        weeks: Type.Number(),
        impressionsWeek: Type.Number(),
        eventsWeek: Type.Number(),
        goal: Text,
        baselineRate: Type.Number(),
        broadControlShare: Type.Number(),
        holdoutShare: Type.Number(),
        eventsFloor: Type.Number(),
        kFloor: Count,
        /** Fewest people a platform of the campaign takes, and which one says so. */
        platformMinimum: Type.Optional(Type.Object({ people: Count, platform: Text }, closed)),
        /** People a leaf needs to pass every floor. */
        peopleNeeded: Count,
      },
      closed,
    ),
    breakEven: Type.Object(
      { lift: Type.Number(), reach: Type.Number(), revenuePerCost: Type.Number(), costRatio: Type.Number() },
      closed,
    ),
    /** Largest leaves first, then the hidden ones by id. */
    leaves: Type.Array(Leaf),
    /**
     * By slot: leaves and people whose options can be told apart at each level; leaves that are served broad are in
     * none. People are told down to a multiple of the k floor (null: fewer), the median of what leaves can show
     * leaves out hidden ones.
     */
    slots: Type.Array(
      Type.Object(
        {
          slot: Text,
          levels: Type.Array(
            Type.Object(
              {
                level: Text,
                leaves: Count,
                people: Nullable(Count),
                medianLift: Nullable(Type.Number()),
              },
              closed,
            ),
          ),
        },
        closed,
      ),
    ),
    before: Segmentation,
    /** What rolling up would make of it; absent when nothing needs to be merged or no grid can be. */
    rollUp: Type.Optional(
      Type.Object(
        {
          after: Segmentation,
          /** What the campaign's `segments` become. */
          entries: Type.Array(
            Type.Union([
              Text,
              Type.Object({ grid: Text, leaves: Type.Array(Text), remainders: Type.Array(Text) }, closed),
            ]),
          ),
          /** Every leaf that does not live on, once, with the segment its people end in; `broad` for everybody's. */
          merges: Type.Array(Type.Object({ from: Text, into: Text, reason: Text }, closed)),
          /** Segments that leaves go into, with how many, most first; absent in checks of before it was told. */
          homes: Type.Optional(Type.Array(Type.Object({ id: Text, title: Text, leaves: Count }, closed))),
          /** Rule segments that would leave the campaign; absent in checks of before it was told. */
          dropped: Type.Optional(Type.Array(Type.Object({ id: Text, title: Text, reason: Text }, closed))),
        },
        closed,
      ),
    ),
  },
  closed,
)

export type CheckReport = Static<typeof CheckReportSchema>
export type CheckReason = CheckReport['reasons'][number]
export type CheckLeaf = CheckReport['leaves'][number]
export type Segmentation = CheckReport['before']
