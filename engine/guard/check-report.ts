import { type Static, type TSchema, Type } from 'typebox'
import { BrandRuleSchema } from '../../templates/brand.ts'
import { HistorySourceSchema } from './history.ts'

/** Reports of other versions have to be made anew. */
export const CHECK_VERSION = 2

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
      Type.Literal('BRAND'),
    ]),
    text: Text,
  },
  closed,
)

/** What it takes to see a lift of so much: 5 % two-sided, 80 % power. */
const Answer = Type.Object(
  {
    impressions: Type.Number(),
    /** At the showings a person of this flight; null where nobody is shown anything. */
    people: Nullable(Type.Number()),
    /** At costPerThousand, in the budget's currency. */
    amountMicros: Type.Number(),
  },
  closed,
)

/** Narrow against broad control. */
const Versus = Type.Object(
  {
    /** Smallest relative lift that shows within the flight; null: none that is possible. */
    detectableLift: Nullable(Type.Number()),
    /** For the lift in `readable`; null where that needs a rate above 1. */
    toRead: Nullable(Answer),
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
    /** For the lift in `readable`, over all options; null where that needs a rate above 1. */
    toRead: Nullable(Answer),
  },
  closed,
)

/** A rate of goal events per impression that history knows. */
const Rate = Type.Object(
  {
    value: Type.Number(),
    low: Type.Number(),
    high: Type.Number(),
    /** The segment or wider node whose history it is. */
    at: Text,
  },
  closed,
)

const Leaf = Type.Object(
  {
    id: Text,
    title: Text,
    /**
     * Distinct people of the population the leaf would be served to: those in no narrower segment (unduplicated). It
     * and the numbers after it are null under the k floor, and where a leaf under it could be found by subtraction.
     */
    people: Nullable(Count),
    /** People who meet its rule, also those whom a narrower segment takes: then down to a multiple of the k floor. */
    matching: Nullable(Count),
    /** Of everybody reached, 0..1. */
    share: Nullable(Type.Number()),
    /** Share of everybody whom a campaign of this leaf alone would not reach, 0..1. */
    broadLost: Nullable(Type.Number()),
    /** Of its own ads, as what is next. */
    impressionsWeek: Nullable(Type.Number()),
    /** People expected to see one of its ads within the flight at least once. */
    peopleShown: Nullable(Type.Number()),
    eventsWeek: Nullable(Type.Number()),
    /** What eventsWeek reckons with; absent: the campaign's baselineRate. */
    rate: Type.Optional(Rate),
    /** Null as well where the leaf is served broad. */
    versusBroad: Nullable(Versus),
    /** Segments that share half of the smaller one's people with it; merge them, or exclude one from the other. */
    overlapsWith: Type.Array(Text),
    problems: Type.Array(
      Type.Union([Type.Literal('k-floor'), Type.Literal('platform-minimum'), Type.Literal('starved')]),
    ),
    slots: Type.Array(SlotLevel),
  },
  closed,
)

/** Two segments of which one is largely in the other. */
const Overlap = Type.Object(
  {
    a: Text,
    b: Text,
    /** In both, and over the smaller; null where they would tell of a few people who are in one alone. */
    people: Nullable(Count),
    containment: Nullable(Type.Number()),
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

const Verdict = Type.Union([Type.Literal('passed'), Type.Literal('refused')])
const Override = Type.Object({ reason: Text, who: Text, atMs: Count }, closed)

/** What a check of any version says of whether its campaign may run. */
export const CheckVerdictSchema = Type.Object({
  version: Count,
  campaign: Text,
  revision: Count,
  populationHash: Text,
  basis: Text,
  verdict: Verdict,
  reasons: Type.Array(Reason),
  override: Type.Optional(Override),
})

/** Document kind `check`, named CAMPAIGN@REVISION: what the guard found in one revision on one population. */
export const CheckReportSchema = Type.Object(
  {
    /** 1 had no answers, economics, history and overlaps. */
    version: Type.Literal(CHECK_VERSION),
    campaign: Text,
    revision: Count,
    populationHash: Text,
    /** contentHash of the campaign, template, segments and population that were checked: stale when it differs. */
    basis: Text,
    atMs: Count,
    verdict: Verdict,
    reasons: Type.Array(Reason),
    /** Worth knowing, not worth refusing. */
    warnings: Type.Array(Text),
    override: Type.Optional(Override),
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
        /**
         * Distinct combinations of slot, text, placement and locale that were laid out (longest texts first), and those
         * left out.
         */
        checked: Count,
        skipped: Count,
        /** How those that were checked came out, each counted once, under the worst; reports of before lack it. */
        fit: Type.Optional(
          Type.Object(
            {
              fits: Count,
              shrunk: Count,
              truncated: Count,
              missingGlyphs: Count,
              overLimit: Count,
              /** Font sizes in pixels that texts were shrunk to, with how many; smallest first. */
              shrunkTo: Type.Array(Type.Object({ fontPx: Type.Number(), texts: Count }, closed)),
            },
            closed,
          ),
        ),
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
              /** What would mend it; reports of before lack it. */
              mend: Type.Optional(Text),
            },
            closed,
          ),
        ),
        misfitCount: Count,
      },
      closed,
    ),
    /** Where the campaign is not as brand.json asks; absent where the workspace has none. */
    brand: Type.Optional(
      Type.Array(
        Type.Object(
          {
            rule: BrandRuleSchema,
            refuses: Type.Boolean(),
            count: Count,
            /** The first of them, for people. */
            found: Type.Array(Text),
          },
          closed,
        ),
      ),
    ),
    /** Advice on texts that stand out too little from what is under them (WCAG 1.4.3); reports of before lack it. */
    contrast: Type.Optional(
      Type.Object(
        {
          /** Distinct combinations of text layer, placement, and the pictures and colours under it. */
          checked: Count,
          skipped: Count,
          poorCount: Count,
          /** The worst first. */
          poor: Type.Array(
            Type.Object(
              {
                placement: Text,
                layer: Text,
                /** SLOT/ASSET of what is under it, and of its own colour. */
                on: Type.Array(Text),
                /** Nine tenths of the ground reach it. */
                ratio: Type.Number(),
                needed: Type.Number(),
              },
              closed,
            ),
          ),
        },
        closed,
      ),
    ),
    volume: Type.Object(
      {
        mode: Type.Union([Type.Literal('tailored'), Type.Literal('targeted')]),
        people: Count,
        /** Unduplicated: distinct people the campaign serves, broad included. */
        peopleReached: Count,
        /** Those of them some leaf is served to, down to a multiple of the k floor. */
        peopleMatched: Count,
        /** People expected to see an ad of the campaign within the flight at least once. */
        peopleShown: Type.Number(),
        weeks: Type.Number(),
        impressionsWeek: Type.Number(),
        eventsWeek: Type.Number(),
        goal: Text,
        baselineRate: Type.Number(),
        /** Goal events per impression that the expected numbers reckon with: of history, or else baselineRate. */
        eventRate: Type.Number(),
        /** Of broad impressions; narrow ones cost costRatio times as much. */
        costPerThousandMicros: Count,
        currency: Text,
        costRatio: Type.Number(),
        broadControlShare: Type.Number(),
        holdoutShare: Type.Number(),
        eventsFloor: Type.Number(),
        kFloor: Count,
        /** Fewest people a platform of the campaign takes, and which one says so. */
        platformMinimum: Type.Optional(Type.Object({ people: Count, platform: Text }, closed)),
        /** People a leaf needs to pass every floor, at eventRate. */
        peopleNeeded: Count,
      },
      closed,
    ),
    /** Of earlier revisions, which the rates of leaves are drawn from; or why there is none. */
    history: HistorySourceSchema,
    breakEven: Type.Object(
      {
        /** People the campaign serves over broad's, 0..1; the rest of the broad audience is lost. */
        reach: Type.Number(),
        /** Broad's revenue for each unit of its cost. */
        revenuePerCost: Type.Number(),
        revenueFrom: Type.Union([
          Type.Literal('assumed'),
          Type.Literal('stated'),
          Type.Literal('value-per-goal'),
        ]),
        costRatio: Type.Number(),
        /** False: broad earns no more than it costs, so earning as much as it does is no aim. */
        broadPays: Type.Boolean(),
        /** Lift to earn what broad earns when money is left over; 0.2 is +20 %; null: broad does not pay, or nobody is reached. */
        reachLimitedLift: Nullable(Type.Number()),
        /** The same when the budget is gone before everybody is reached. */
        budgetLimitedLift: Type.Number(),
        /** Of the larger lift: amber above +50 %, red above +100 %. */
        signal: Type.Union([Type.Literal('green'), Type.Literal('amber'), Type.Literal('red')]),
      },
      closed,
    ),
    /** What a readable answer takes over the whole campaign; each leaf has its own. */
    readable: Type.Object(
      {
        /** The lift that answers are costed for, 0.2 is +20 %. */
        lift: Type.Number(),
        versusBroad: Versus,
        /** Weeks of this budget until narrow against broad is read; null: never. */
        weeks: Nullable(Type.Number()),
        /** Leaves in which that lift over broad shows within the flight. */
        leaves: Count,
      },
      closed,
    ),
    /** Segments that are largely in one another, between rules and between grids; largest containment first. */
    overlaps: Type.Array(Overlap),
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
                /** Median over the leaves. */
                toRead: Nullable(Answer),
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
          /** Segments that leaves go into, with how many, most first. */
          homes: Type.Array(Type.Object({ id: Text, title: Text, leaves: Count }, closed)),
          /** Rule segments that would leave the campaign. */
          dropped: Type.Array(Type.Object({ id: Text, title: Text, reason: Text }, closed)),
          /** Those that would live on and are largely in one another: rolling up does not mend it. */
          overlaps: Type.Array(Overlap),
        },
        closed,
      ),
    ),
  },
  closed,
)

export type Answer = Static<typeof Answer>
export type Versus = Static<typeof Versus>
export type LeafRate = Static<typeof Rate>
export type CheckOverlap = Static<typeof Overlap>
export type CheckReport = Static<typeof CheckReportSchema>
export type CheckReason = CheckReport['reasons'][number]
export type CheckLeaf = CheckReport['leaves'][number]
export type Segmentation = CheckReport['before']
