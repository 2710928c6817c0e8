import { type Static, type TSchema, Type } from 'typebox'

const Text = Type.String()
const Count = Type.Integer({ minimum: 0 })
const Micros = Type.Integer()
const closed = { additionalProperties: false } as const
const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])

/** An expectation with its 95 % interval. */
const Expected = Type.Object({ value: Type.Number(), low: Type.Number(), high: Type.Number() }, closed)

/** What a way to spend the budget is expected to bring. */
const Outcome = Type.Object(
  {
    goalEvents: Expected,
    /** null without a value of a goal event. */
    valueMicros: Nullable(Expected),
    spentMicros: Micros,
    /** Goal events over spent money, turned round. */
    costPerGoalEventMicros: Nullable(Micros),
    /** People who see at least one of its ads within the flight, if showings fall on people by chance. */
    peopleReached: Count,
  },
  closed,
)

/** One outcome less another, from the same draws, so that what both do not know does not count twice. */
const Difference = Type.Object(
  {
    goalEvents: Expected,
    /** Over the expectation of the other; null when that is 0. */
    relative: Nullable(Expected),
    /** That the first brings more. */
    probability: Type.Number({ minimum: 0, maximum: 1 }),
  },
  closed,
)

const Leaf = Type.Object(
  {
    id: Text,
    title: Text,
    /** null, as every other number, where fewer people than the k floor could be told from it. */
    people: Nullable(Count),
    /**
     * narrow: its own ads; broad: broad's, since narrow does worse here with 90 % or more, or too few people are in it;
     * hidden: not told.
     */
    ad: Type.Union([Type.Literal('narrow'), Type.Literal('broad'), Type.Literal('hidden')]),
    /** Of the budget, for the leaf's own ads; 0 where broad's are shown. */
    share: Nullable(Type.Number()),
    budgetMicros: Nullable(Micros),
    /** Showings a person of the leaf a week, of any ad. */
    frequency: Nullable(Type.Number()),
    impressions: Nullable(Type.Number()),
    /** Goal events an impression of the leaf's own ads at that frequency. */
    rate: Nullable(Expected),
    /** Its own ads over broad's among its people: 0.2 is +20 %. */
    lift: Nullable(Expected),
    goalEvents: Nullable(Expected),
    /** What a thousand impressions are worth: no bid above it earns. null without a value of a goal event. */
    bidMicros: Nullable(Micros),
    /** The same at the low end of the rate's interval. */
    cautiousBidMicros: Nullable(Micros),
  },
  closed,
)

const TestSize = Type.Object(
  {
    /** Times this budget; 0: what history has told already. */
    budgets: Type.Number(),
    budgetMicros: Micros,
    /** Smallest lift of narrow over broad that shows in all leaves together; null: none that is possible. */
    detectableLift: Nullable(Type.Number()),
    /** In the median leaf. */
    detectableLiftInLeaf: Nullable(Type.Number()),
    /** Goal events that deciding leaf by leaf is worth, over one decision for all, on one such budget (EVoS). */
    goalEventsFromSplitting: Type.Number(),
    valueFromSplittingMicros: Nullable(Micros),
  },
  closed,
)

const Need = Type.Object(
  {
    lift: Type.Number(),
    /** More than history has. */
    impressions: Type.Number(),
    budgetMicros: Micros,
    /** If each is shown a week's showings, one at least; may be more than there are. */
    people: Count,
  },
  closed,
)

/** How a budget splits over the leaves of one revision, and what that is expected to bring. */
export const BudgetPlanSchema = Type.Object(
  {
    version: Type.Literal(1),
    campaign: Text,
    title: Text,
    revision: Count,
    populationHash: Text,
    /** Of the simulation; from campaign and revision. */
    seed: Text,
    draws: Count,
    /**
     * NARROW: this plan; STEER: its split with the broad ad; TEST: no difference is shown, and this budget is enough for
     * a test that shows one; BROAD: none is shown.
     */
    verdict: Type.Union([
      Type.Literal('NARROW'),
      Type.Literal('STEER'),
      Type.Literal('TEST'),
      Type.Literal('BROAD'),
    ]),
    text: Text,
    warnings: Type.Array(Text),
    currency: Text,
    budgetMicros: Micros,
    goal: Type.Union([Type.Literal('click'), Type.Literal('conversion')]),
    kFloor: Count,
    costPerThousandMicros: Micros,
    value: Nullable(
      Type.Object(
        {
          perGoalEventMicros: Type.Number(),
          /** Where it comes from. */
          from: Type.Union([Type.Literal('history'), Type.Literal('given')]),
        },
        closed,
      ),
    ),
    mode: Type.Union([Type.Literal('tailored'), Type.Literal('targeted')]),
    weeks: Type.Number(),
    /** People that can be reached: of the population, or as given. */
    audience: Count,
    /** Showings a person a week, on average over everybody the plan reaches. */
    frequency: Type.Number(),
    frequencyCap: Nullable(Type.Number()),
    /** What a further showing to a person within a week is worth, of the one before. */
    repeatWorth: Type.Number(),
    /** Of matched people; broad's ads are kept at it. */
    broadControlShare: Type.Number(),
    history: Type.Object(
      {
        people: Count,
        impressions: Type.Number(),
        goalEvents: Type.Number(),
        designEffect: Type.Number(),
        assignmentBroken: Type.Boolean(),
        simulated: Type.Union([Type.Boolean(), Type.Literal('mixed')]),
        revisions: Type.Array(Count),
      },
      closed,
    ),
    plan: Outcome,
    broadOnly: Outcome,
    /** Broad's ad, split over people as the plan is: what the steering alone brings. */
    sameSplitBroad: Outcome,
    planOverBroadOnly: Difference,
    /** What the narrow ads bring by themselves. */
    planOverSameSplit: Difference,
    /** Most budget first, then those served broad, then hidden ones by id. */
    leaves: Type.Array(Leaf),
    /** The rest of the budget; with the leaves' it sums to the budget exactly. */
    rest: Type.Object(
      {
        /** Broad's ads: broad control, people of no leaf, and leaves that get broad or are hidden. */
        broadMicros: Micros,
        broadShare: Type.Number(),
        /** Leaves whose own budget is in broad's because it would tell how few people they have. */
        hiddenLeaves: Count,
        /** Showings of the house ad to people held out. */
        holdoutMicros: Micros,
        /** What the frequency cap leaves over. */
        unspentMicros: Micros,
      },
      closed,
    ),
    biggerTest: Type.Object(
      {
        sizes: Type.Array(TestSize),
        /** To tell narrow from broad if the lift is what it is estimated to be; null without history, or an estimate of 0. */
        atEstimate: Nullable(Need),
        /** To tell a lift of this size; null when no leaf can be tested. */
        atStatedLift: Nullable(Need),
      },
      closed,
    ),
    definitions: Type.Record(Type.String(), Text),
  },
  closed,
)

export type BudgetPlan = Static<typeof BudgetPlanSchema>
export type PlannedLeaf = BudgetPlan['leaves'][number]
export type ExpectedValue = Static<typeof Expected>
export type ExpectedOutcome = BudgetPlan['plan']
export type ExpectedDifference = BudgetPlan['planOverBroadOnly']
