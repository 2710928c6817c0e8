import { type Static, Type } from 'typebox'
import { AssignmentKeySchema } from '../campaign/delivery-settings.ts'

const Text = Type.String()
const Count = Type.Integer({ minimum: 0 })
const closed = { additionalProperties: false } as const
const Nullable = <S extends ReturnType<typeof Type.Number>>(schema: S) => Type.Union([schema, Type.Null()])

/** An estimate with its 95 % interval; bounds are null where the data give none. */
const Estimate = Type.Object(
  { value: Type.Number(), low: Nullable(Type.Number()), high: Nullable(Type.Number()) },
  closed,
)

/** Bounds that hold at every look together, 95 %. */
const Sequence = Type.Object({ low: Type.Number(), high: Type.Number() }, closed)

/** How a rate's interval was made. */
const Rate = Type.Object(
  {
    value: Type.Number(),
    low: Nullable(Type.Number()),
    high: Nullable(Type.Number()),
    /** impressions: each person had at most one, so Wilson's interval holds as it is; people: clustered by person. */
    interval: Type.Union([Type.Literal('impressions'), Type.Literal('people'), Type.Literal('none')]),
  },
  closed,
)

/** Whom people were counted with. */
const ArmName = Type.Union([
  Type.Literal('narrow'),
  Type.Literal('broad-control'),
  Type.Literal('broad'),
  Type.Literal('holdout'),
  /** In the first and then in the second, or the other way round. */
  Type.Literal('narrow and broad-control'),
])

const Counts = {
  people: Count,
  decisions: Count,
  impressions: Count,
  clicks: Count,
  conversions: Count,
  valueMicros: Type.Integer(),
}

const Totals = Type.Object(
  {
    ...Counts,
    /** Of the impressions, those seen by the MRC's standard, as far as it was measured. */
    viewable: Count,
    /** Of the conversions, those after a click of the same decision, and those after a showing alone. */
    clickThrough: Count,
    viewThrough: Count,
    /** What the impressions cost: by the price of the revision that served them, and what auctions charged. */
    spendMicros: Type.Integer(),
  },
  closed,
)

/** One line of a breakdown. A hidden one has its name and "<50" and nothing else. */
const BreakdownRow = Type.Union([
  Type.Object(
    {
      key: Text,
      title: Text,
      hidden: Type.Literal(false),
      ...Counts,
      /** null: there was more than one price, so money and impressions would tell who was shown what when. */
      spendMicros: Type.Union([Type.Integer(), Type.Null()]),
      clicksPerImpression: Type.Union([Rate, Type.Null()]),
      conversionsPerImpression: Type.Union([Rate, Type.Null()]),
      goalEventsPerPerson: Type.Union([Estimate, Type.Null()]),
    },
    closed,
  ),
  Type.Object(
    {
      key: Text,
      title: Text,
      hidden: Type.Literal(true),
      /** `<50`, or `hidden` for a sibling that hides it. */
      people: Text,
    },
    closed,
  ),
])

const Arm = Type.Object(
  {
    people: Count,
    /** Distinct people with an impression. */
    reach: Count,
    impressions: Count,
    /** Impressions a person reached; null: nobody was. */
    frequency: Nullable(Type.Number()),
    /** Sum of impressions x costPerThousand / 1000, by the revision that served them, and what auctions charged. */
    spendMicros: Type.Integer(),
    goalEvents: Count,
    goalEventsPerPerson: Estimate,
    /** People with at least one goal event, of all in the arm. */
    respondersShare: Estimate,
  },
  closed,
)

/** What a goal event costs that broad would not have brought. */
const IncrementalCost = Type.Object(
  {
    /** Micros; null where the difference is not told from 0 or is below it. */
    valueMicros: Nullable(Type.Number()),
    lowMicros: Nullable(Type.Number()),
    highMicros: Nullable(Type.Number()),
    /** Micros spent a person, narrow less broad control. */
    extraSpendPerPersonMicros: Type.Number(),
    text: Text,
  },
  closed,
)

const Comparison = Type.Union([
  Type.Object(
    {
      enough: Type.Literal(true),
      narrow: Arm,
      broadControl: Arm,
      /** Goal events per person, narrow less broad control. */
      difference: Estimate,
      pValue: Type.Number(),
      /** Of the difference, for those who look every day; narrowest at `plannedPeople`. */
      sequence: Sequence,
      plannedPeople: Count,
      /** Smallest lift over broad that so many people show with 80 % power at one look; null: none that is possible. */
      detectableLift: Nullable(Type.Number()),
      costPerIncrementalEvent: IncrementalCost,
      /** difference / broad control. */
      lift: Type.Union([Estimate, Type.Null()]),
      /** Share of people with a goal event, narrow less broad control. */
      respondersDifference: Estimate,
      /** The verdict in a sentence. */
      text: Text,
    },
    closed,
  ),
  Type.Object(
    {
      enough: Type.Literal(false),
      /** People in each arm so far, "<50" under the k floor. */
      narrowPeople: Text,
      broadControlPeople: Text,
      /** People to add to each arm before a comparison means something; 0: enough. */
      narrowNeeds: Count,
      broadControlNeeds: Count,
      text: Text,
    },
    closed,
  ),
])

/** Narrow against broad control as it stood at the end of a day, goal events a person. */
const DailyLook = Type.Object(
  {
    /** The last of the days told together. */
    day: Text,
    narrow: Type.Number(),
    broadControl: Type.Number(),
    difference: Estimate,
    sequence: Sequence,
  },
  closed,
)

/** One matched leaf: its people by assigned arm, whatever they saw. An arm that is hidden is in no number of it. */
const LeafRow = Type.Object(
  {
    leaf: Text,
    title: Text,
    /** The next wider segment; broad for a rule and for the widest of a grid. */
    wider: Text,
    /** As "123"; `<50` under the k floor, `hidden` for one that hides such an arm. */
    narrowPeople: Text,
    broadControlPeople: Text,
    /** null: not enough data. */
    compared: Type.Union([
      Type.Object(
        {
          /** Goal events a person. */
          narrow: Estimate,
          broadControl: Estimate,
          difference: Estimate,
          lift: Type.Union([Estimate, Type.Null()]),
          pValue: Type.Number(),
          /** Benjamini and Hochberg's, over the leaves that are compared. */
          qValue: Type.Number(),
          sequence: Sequence,
        },
        closed,
      ),
      Type.Null(),
    ]),
    /** Share of narrow's people with a goal event, drawn towards the wider segments'; null: narrow is hidden. */
    respondersShrunk: Type.Union([Estimate, Type.Null()]),
    /** Whether people fell into the leaf's arms as assigned; null: an arm is hidden, or the share changed. */
    assignment: Type.Union([
      Type.Object({ pValue: Type.Number(), qValue: Type.Number(), broken: Type.Boolean() }, closed),
      Type.Null(),
    ]),
    /** People who match the leaf that are missing, about; 0: enough. */
    needs: Count,
    verdict: Type.Union([
      Type.Literal('wins'),
      Type.Literal('loses'),
      Type.Literal('unclear'),
      Type.Literal('not-enough'),
      Type.Literal('broken'),
    ]),
    text: Text,
  },
  closed,
)

const Leaves = Type.Object(
  {
    /** Most people in narrow first; those that are hidden last, by id. */
    rows: Type.Array(LeafRow),
    /** 1 / sum of squared shares of narrow's people; hidden leaves count as equal ones. null: no leaf. */
    effectiveSegments: Nullable(Type.Number()),
    /** Share of matched people's impressions in leaves without a comparison, 0..1. */
    unreadableSpendShare: Nullable(Type.Number()),
    /** People served broad because they match no narrow segment, down to a multiple of the k floor. */
    unmatchedPeople: Count,
    /** Leaves whose confidence sequence is below 0. */
    losing: Type.Array(Text),
    text: Text,
  },
  closed,
)

/** One option of a slot, over everything it was shown with. */
const ElementOption = Type.Union([
  Type.Object(
    {
      option: Text,
      hidden: Type.Literal(false),
      people: Count,
      impressions: Count,
      goalEvents: Count,
      /** Of all impressions of the campaign's ads, 0..1. */
      shareShown: Type.Number(),
      /** Goal events an impression as they are; null: no impressions. */
      rawRate: Nullable(Type.Number()),
      /** Goal events an impression more than the slot's mean option, all else equal, drawn towards 0; null: not enough. */
      effect: Type.Union([Estimate, Type.Null()]),
      /** The same / the campaign's goal events an impression: 0.1 is +10 %. */
      relativeEffect: Type.Union([Estimate, Type.Null()]),
      /** That it has the effect of the slot's mean option; null: no effect. */
      pValue: Nullable(Type.Number()),
      /** Benjamini and Hochberg's, over the options of all slots that have an effect. */
      qValue: Nullable(Type.Number()),
      /** People it would have to be shown to besides, about; 0: enough. */
      needs: Count,
      verdict: Type.Union([
        Type.Literal('better'),
        Type.Literal('worse'),
        Type.Literal('unclear'),
        Type.Literal('not-enough'),
      ]),
      text: Text,
    },
    closed,
  ),
  Type.Object(
    {
      option: Text,
      hidden: Type.Literal(true),
      /** `<50`, or `hidden` for a sibling that hides it. */
      people: Text,
    },
    closed,
  ),
])

const Elements = Type.Object(
  {
    slots: Type.Array(
      Type.Object(
        {
          slot: Text,
          /** Fitted standard deviation of its options' effects / the campaign's rate; null: nothing was fitted. */
          spread: Nullable(Type.Number()),
          /** Best first, then those without an effect, then hidden ones. */
          options: Type.Array(ElementOption),
          text: Text,
        },
        closed,
      ),
    ),
    /** How many times more goal events vary than if each impression stood alone; null: nothing was fitted. */
    designEffect: Nullable(Type.Number()),
    text: Text,
  },
  closed,
)

export const ReportSchema = Type.Object(
  {
    version: Type.Literal(1),
    campaign: Text,
    title: Text,
    /** Revisions that served what is counted here. */
    revisions: Type.Array(Count),
    from: Type.Union([Text, Type.Null()]),
    to: Type.Union([Text, Type.Null()]),
    timeZone: Text,
    currency: Text,
    goal: Type.Union([Type.Literal('click'), Type.Literal('conversion')]),
    kFloor: Count,
    /** true: all traffic was made by a simulator; mixed: some was. */
    simulated: Type.Union([Type.Boolean(), Type.Literal('mixed')]),
    /** Arms that fewer people than the k floor fell into: they are in no number of this report. */
    leftOut: Type.Array(ArmName),
    totals: Totals,
    /** Decisions without a person (context only); in the totals, never in a per-person number. */
    anonymousDecisions: Count,
    /** Events whose token had expired: in no other number. */
    lateEvents: Count,
    /** Events of robots, repeats and the like, by type and reason: in no other number. */
    eventsApart: Type.Array(Type.Object({ type: Text, reason: Text, events: Count }, closed)),
    /**
     * Decisions that the log no longer has, made until this moment: they are in all numbers, but what comes for them now is
     * kept apart, and neither an export of events nor an evaluation of policies has them. null: none.
     */
    folded: Type.Union([
      Type.Object({ decisions: Count, untilMs: Type.Integer(), text: Text }, closed),
      Type.Null(),
    ]),
    comparison: Comparison,
    /** Whether people fell into narrow and broad control as the campaign's shares say. */
    assignment: Type.Object(
      {
        /** Share of matched people (without holdout) that should be in broad control; null: it changed on the way. */
        broadControlShare: Nullable(Type.Number()),
        pValue: Nullable(Type.Number()),
        broken: Type.Boolean(),
        /** People seen in both arms, left out of the comparison; 0 where fewer than the k floor were. */
        switched: Count,
      },
      closed,
    ),
    /** Whose arm is kept; by session, people are sessions. */
    assignedBy: Type.Optional(
      Type.Object({ key: AssignmentKeySchema, text: Type.Union([Text, Type.Null()]) }, closed),
    ),
    /** Requests the campaign could have answered, by what came of them; absent where nobody counted. */
    asked: Type.Optional(
      Type.Object(
        {
          requests: Count,
          outcomes: Type.Object(
            {
              served: Count,
              holdout: Count,
              capped: Count,
              throttled: Count,
              spent: Count,
              'day-part': Count,
              paused: Count,
            },
            closed,
          ),
          text: Text,
        },
        closed,
      ),
    ),
    /** Spend against the plan; null where the report is of some days only. */
    pace: Type.Union([
      Type.Object(
        {
          /** Share of the flight that is gone, 0..1. */
          elapsed: Type.Number(),
          spentMicros: Type.Integer(),
          planMicros: Type.Integer(),
          /** Spend at the flight's end if it goes on as it did; null before it begins. */
          expectedMicros: Type.Union([Type.Integer(), Type.Null()]),
          text: Text,
        },
        closed,
      ),
      Type.Null(),
    ]),
    /** Oldest first; days with few people are told with those after them. */
    looks: Type.Array(DailyLook),
    leaves: Leaves,
    /** Leaves whose people a wider segment serves now (docs/allocation.md); absent: none. */
    merged: Type.Optional(
      Type.Array(Type.Object({ leaf: Text, atMs: Type.Integer(), by: Text, reason: Text }, closed)),
    ),
    elements: Elements,
    by: Text,
    rows: Type.Array(BreakdownRow),
    definitions: Type.Record(Type.String(), Text),
  },
  closed,
)

/** 95 % two-sided throughout. */
export const REPORT_ALPHA = 0.05

export type Report = Static<typeof ReportSchema>
export type ReportRow = Report['rows'][number]
export type ArmComparison = Report['comparison']
type EnoughToCompare = Extract<ArmComparison, { enough: true }>
export type IncrementalCost = EnoughToCompare['costPerIncrementalEvent']
export type ReportArm = EnoughToCompare['narrow']
export type DailyLook = Report['looks'][number]
export type Leaves = Report['leaves']
export type LeafRow = Leaves['rows'][number]
export type Elements = Report['elements']
export type ElementSlot = Elements['slots'][number]
export type ElementOption = ElementSlot['options'][number]
export type Estimate = ReportArm['goalEventsPerPerson']
export type ReportRate = Extract<ReportRow, { hidden: false }>['clicksPerImpression']
