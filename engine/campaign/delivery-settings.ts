import { type Static, Type } from 'typebox'
import { MoneySchema } from './money-schema.ts'

const closed = { additionalProperties: false } as const
const TimeOfDay = Type.String({
  pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$',
  description: 'a time of day such as 08:30',
})

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** Hours of the campaign's time zone in which it is shown; `to` before `from` goes on after midnight. */
const DayPartSchema = Type.Object(
  {
    /** Default every day; a part that goes on after midnight is of the day it begins on. */
    days: Type.Optional(Type.Array(Type.Enum(WEEKDAYS), { minItems: 1, maxItems: 7, uniqueItems: true })),
    from: TimeOfDay,
    to: TimeOfDay,
  },
  closed,
)

/** Whose arm is kept, and whom caps and throttling know by. */
export const AssignmentKeySchema = Type.Union([
  Type.Literal('user'),
  Type.Literal('session'),
  Type.Literal('none'),
])

export const DayPartsSchema = Type.Array(DayPartSchema, { minItems: 1, maxItems: 50 })

const FrequencyLimitSchema = Type.Object(
  {
    /** message: the assets of the slots that make an ad one to review by itself (`bid.messageSlots`, else those of text). */
    of: Type.Union([
      Type.Literal('campaign'),
      Type.Literal('ad-unit'),
      Type.Literal('asset'),
      Type.Literal('message'),
    ]),
    /** `asset` only: of this slot alone. Default every slot. */
    slot: Type.Optional(Type.String({ maxLength: 60 })),
    most: Type.Integer({ minimum: 1, maximum: 100 }),
    /** Rolling window: the last so many hours, or days of 24 hours; one of the two. */
    hours: Type.Optional(Type.Integer({ minimum: 1, maximum: 2160 })),
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 90 })),
  },
  closed,
)

/** How often a person may see the same. Who has no key is not capped. */
export const FrequencyCapsSchema = Type.Object(
  {
    /** What counts as seen. Default impressions. */
    counts: Type.Optional(Type.Union([Type.Literal('impressions'), Type.Literal('decisions')])),
    limits: Type.Array(FrequencyLimitSchema, { minItems: 1, maxItems: 12 }),
  },
  closed,
)

/** How the budget, or a number of impressions, is spent over the flight. */
export const PacingSchema = Type.Object(
  {
    /** even: along a straight line over the flight's hours. fast: as long as there is some left. */
    speed: Type.Union([Type.Literal('even'), Type.Literal('fast')]),
    /** Impressions to deliver; default `budget.total` by the price of each. */
    impressions: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Most on one calendar day of the campaign's time zone, in what the pacing counts. */
    dailyBudget: Type.Optional(MoneySchema),
    dailyImpressions: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  closed,
)

/** What a holdout, and whom the campaign may not serve, is shown: a picture of the workspace, cropped to the placement. */
export const HouseAdSchema = Type.Object({ file: Type.String({ minLength: 1, maxLength: 500 }) }, closed)

export type DayPart = Static<typeof DayPartSchema>
export type FrequencyCaps = Static<typeof FrequencyCapsSchema>
export type FrequencyLimit = FrequencyCaps['limits'][number]
export type Pacing = Static<typeof PacingSchema>

export const DELIVERY_DEFAULTS = {
  assignment: 'user',
  holdoutWithoutKey: 'drawn',
  frequencyCounts: 'impressions',
} as const
