import { type Static, Type } from 'typebox'
import { LONGEST_WINDOW_DAYS } from '../tracking/conversion.ts'
import { AllocationSchema } from './allocation.ts'
import { BidSettingsSchema } from './bid-settings.ts'
import {
  AssignmentKeySchema,
  DayPartsSchema,
  FrequencyCapsSchema,
  HouseAdSchema,
  PacingSchema,
} from './delivery-settings.ts'
import { MoneySchema } from './money-schema.ts'

const Name = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]*$',
  maxLength: 60,
  description: 'a name in small letters, digits and hyphens',
})
const AssetId = Name
const Day = Type.String({ format: 'date', description: 'a day of the calendar, YYYY-MM-DD' })

/** One option for a slot. Which of text, file, colour, number, price, date and url is given follows the slot's kind. */
const AssetSchema = Type.Object(
  {
    id: AssetId,
    /**
     * Handlebars copy by locale (`en-US`) or language (`en`). Or a list from long to short: the first that fits in the
     * placement's boxes and limits is taken there.
     */
    text: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Union([
          Type.String({ maxLength: 2000 }),
          Type.Array(Type.String({ maxLength: 2000 }), {
            minItems: 1,
            maxItems: 10,
            description: 'a text, or a list of texts from long to short',
          }),
        ]),
      ),
    ),
    /** A picture of the workspace, e.g. assets/beach.jpg. */
    file: Type.Optional(Type.String()),
    /** Of a picture: the point that stays in view however it is cropped, in shares of its sides from the top left. */
    focus: Type.Optional(
      Type.Object(
        { x: Type.Number({ minimum: 0, maximum: 1 }), y: Type.Number({ minimum: 0, maximum: 1 }) },
        { additionalProperties: false },
      ),
    ),
    colour: Type.Optional(
      Type.String({ pattern: '^#[0-9a-fA-F]{6}$', description: 'a colour such as #1f6f6b' }),
    ),
    number: Type.Optional(Type.Number()),
    price: Type.Optional(MoneySchema),
    date: Type.Optional(Day),
    url: Type.Optional(Type.String({ maxLength: 2000 })),
    /**
     * Rule over what is certain of the segment and over the cell: `locale`, `placement` (its id), `placement.width`,
     * `placement.height` (pixels), `placement.ratio` (width over height), `placement.shape` (landscape, square or
     * portrait). Used only where it certainly holds.
     */
    when: Type.Optional(Type.Unknown()),
    /** No longer used in new ad units; its ordinal stays taken. */
    retired: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

/** Slot name -> asset ids: one term per slot, met by an ad unit that has one of the assets in the slot. */
const Terms = Type.Record(Type.String(), Type.Array(AssetId, { minItems: 1, maxItems: 5000 }))

/** `campaigns/NAME.json` */
export const CampaignSchema = Type.Object(
  {
    name: Name,
    title: Type.Optional(Type.String({ maxLength: 120 })),
    /** tailored: everybody is reached, the segment only chooses the message. targeted: others see nothing. */
    mode: Type.Optional(Type.Union([Type.Literal('tailored'), Type.Literal('targeted')])),
    template: Name,
    /**
     * Segment documents by name, a grid as `{grid}`. After a roll-up: `{grid, leaves, remainders}` name the nodes
     * that live. Broad is always added.
     */
    segments: Type.Array(
      Type.Union([
        Name,
        Type.Object(
          {
            grid: Name,
            leaves: Type.Optional(Type.Array(Type.String())),
            remainders: Type.Optional(Type.Array(Type.String())),
          },
          { additionalProperties: false },
        ),
      ]),
      { minItems: 1 },
    ),
    locales: Type.Array(
      Type.String({
        pattern: '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\\d{3}))?$',
        description: 'a locale such as en-US',
      }),
      { minItems: 1, uniqueItems: true },
    ),
    placements: Type.Array(Type.String(), { minItems: 1, uniqueItems: true }),
    /** In the order of the number line: the last slot changes first. */
    slots: Type.Array(
      Type.Object(
        {
          slot: Type.String(),
          /** Shown when nothing else may be; it cannot be removed and has no `when`. */
          default: AssetId,
          assets: Type.Array(AssetSchema, { minItems: 1, maxItems: 5000 }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 20 },
    ),
    /**
     * An ad unit that meets every term of an entry is left out. A term on a slot that the placement does not have is
     * not met, so the entry leaves nothing out there.
     */
    exclude: Type.Optional(Type.Array(Terms, { maxItems: 1000 })),
    /**
     * An ad unit that meets every term of `if` and not every term of `use` is left out. On a slot that the placement
     * does not have, a term of `if` is not met and a term of `use` asks for nothing.
     */
    require: Type.Optional(
      Type.Array(Type.Object({ if: Terms, use: Terms }, { additionalProperties: false }), {
        maxItems: 1000,
      }),
    ),
    /**
     * Assets of two or more slots that are used together or not at all: an ad unit that has one of a group's assets has
     * one of them in every slot of the group that the placement has. An asset is in one group at most.
     */
    groups: Type.Optional(
      Type.Array(Type.Object({ name: Name, assets: Terms }, { additionalProperties: false }), {
        maxItems: 1000,
      }),
    ),
    landingUrl: Type.String({
      format: 'uri',
      pattern: '^https?://',
      maxLength: 2000,
      description: 'an http or https address',
    }),
    budget: Type.Object(
      { total: MoneySchema, costPerThousand: MoneySchema },
      { additionalProperties: false },
    ),
    /** Calendar days in `timeZone`, both included; with `dayParts` only in these hours of them. */
    flight: Type.Object(
      { from: Day, to: Day, dayParts: Type.Optional(DayPartsSchema) },
      { additionalProperties: false },
    ),
    timeZone: Type.String({ format: 'time-zone', description: 'an IANA time zone, e.g. America/New_York' }),
    /** What the plan is paid for, and how often it happens today on broad. */
    goal: Type.Object(
      {
        event: Type.Union([Type.Literal('click'), Type.Literal('conversion')]),
        /** Events per impression, 0..1. */
        baselineRate: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
        /** Lift that is worth an answer; the check says what one costs. 0.2 is +20 %. Default 0.2. */
        readableLift: Type.Optional(Type.Number({ minimum: 0.001, maximum: 10 })),
      },
      { additionalProperties: false },
    ),
    /**
     * How long a conversion is the ad's: whole days of 24 hours after a click (default 30), and after a showing without
     * one (default 1; 0: never). They hold for what is decided from then on.
     */
    conversions: Type.Optional(
      Type.Object(
        {
          clickDays: Type.Optional(Type.Integer({ minimum: 1, maximum: LONGEST_WINDOW_DAYS })),
          viewDays: Type.Optional(Type.Integer({ minimum: 0, maximum: LONGEST_WINDOW_DAYS })),
        },
        { additionalProperties: false },
      ),
    ),
    /** What narrow must make up for. Either of revenuePerCost and valuePerGoal, not both. */
    economics: Type.Optional(
      Type.Object(
        {
          /** Broad's revenue for each unit of its cost. Default 1.2. */
          revenuePerCost: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1000 })),
          /** Worth of one goal event; revenuePerCost follows from it, baselineRate and costPerThousand. */
          valuePerGoal: Type.Optional(MoneySchema),
          /**
           * Cost of a narrow impression over that of a broad one, which costPerThousand is: data fees, smaller
           * auctions, more creative. Default 1.
           */
          costRatio: Type.Optional(Type.Number({ minimum: 0.01, maximum: 100 })),
        },
        { additionalProperties: false },
      ),
    ),
    /**
     * Where several campaigns may answer, those of the highest priority are asked first, by lot among equals; the next
     * where they have nothing. Default 0.
     */
    priority: Type.Optional(Type.Integer({ minimum: -100, maximum: 100 })),
    /** How its ad units are offered at auctions (POST /openrtb2); without it they are not. */
    bid: Type.Optional(BidSettingsSchema),
    /** How the options of slots are drawn. Default even. */
    allocation: Type.Optional(AllocationSchema),
    /**
     * Whether a leaf in which narrow is shown to lose is served by a wider segment without anybody's doing
     * (docs/allocation.md). Default true.
     */
    autoMerge: Type.Optional(Type.Boolean()),
    /** Platforms whose minimums and caps the check applies: keys of data/platforms. */
    platforms: Type.Optional(Type.Array(Type.String())),
    /** Share of matched people who are served broad. At least 0.1 unless overridden here. Default 0.1. */
    broadControlShare: Type.Optional(Type.Number({ minimum: 0.01, maximum: 0.9 })),
    /** Share of people who get the house ad. Default 0. */
    holdoutShare: Type.Optional(Type.Number({ minimum: 0, maximum: 0.5 })),
    /**
     * A request without the key the campaign assigns by cannot be told from one of somebody held out. drawn: it is
     * drawn for itself. all: it gets the house ad, so that nobody held out ever sees the campaign. Default drawn.
     */
    holdoutWithoutKey: Type.Optional(Type.Union([Type.Literal('drawn'), Type.Literal('all')])),
    /** Whose arm is kept: the person's, the session's, or nobody's. Default user. */
    assignment: Type.Optional(AssignmentKeySchema),
    frequencyCaps: Type.Optional(FrequencyCapsSchema),
    /** Without it the campaign is served whenever it is asked, whatever was spent. */
    pacing: Type.Optional(PacingSchema),
    /** Default a calm picture without words. */
    houseAd: Type.Optional(HouseAdSchema),
    /** Expected goal events a week under which a leaf is starved. Default 50. */
    eventsPerLeafWeek: Type.Optional(Type.Number({ minimum: 1 })),
    /** Fewest people a segment may have to be served or reported. Default 50. An override never lifts it. */
    kFloor: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { additionalProperties: false },
)

export type Campaign = Static<typeof CampaignSchema>
type CampaignSlot = Campaign['slots'][number]
export type Asset = CampaignSlot['assets'][number]
export type CampaignSegments = Campaign['segments']
/** Asset ids by slot name. */
export type SlotTerms = NonNullable<Campaign['exclude']>[number]

export const DEFAULTS = {
  mode: 'tailored',
  priority: 0,
  broadControlShare: 0.1,
  holdoutShare: 0,
  eventsPerLeafWeek: 50,
  kFloor: 50,
  readableLift: 0.2,
  revenuePerCost: 1.2,
  costRatio: 1,
} as const
