import { type Static, Type } from 'typebox'
import { ReportSchema } from './report.ts'

const Text = Type.String()
const closed = { additionalProperties: false } as const

const Difference = Type.Object({ value: Type.Number(), low: Type.Number(), high: Type.Number() }, closed)

/** What of a report stands beside the other's: neither its pace, its looks nor its tables. */
export const SIDE_FIELDS = [
  'campaign',
  'title',
  'revisions',
  'from',
  'to',
  'timeZone',
  'currency',
  'goal',
  'kFloor',
  'simulated',
  'leftOut',
  'totals',
  'anonymousDecisions',
  'lateEvents',
  'comparison',
  'assignment',
] as const

const Side = Type.Pick(ReportSchema, [...SIDE_FIELDS], closed)
const { by, rows, definitions } = ReportSchema.properties
const Row = Type.Union([rows.items, Type.Null()])

/** Two reports side by side. */
export const ComparedReportsSchema = Type.Object(
  {
    version: Type.Literal(1),
    /** Two campaigns, or two times of one. */
    kind: Type.Union([Type.Literal('campaigns'), Type.Literal('periods')]),
    first: Side,
    second: Side,
    /** First less second, of narrow less broad control in goal events a person; null: the text says why. */
    differenceOfDifferences: Type.Union([Difference, Type.Null()]),
    /** First less second, of narrow's lift over broad control: 0.1 is 10 points; null: the text says why. */
    differenceOfLifts: Type.Union([Difference, Type.Null()]),
    /** What the two differences say, in a sentence. */
    text: Text,
    /** What a reader must know before believing it. */
    warnings: Type.Array(Text),
    by,
    /** Keys of either breakdown, in the order of the first; null: the other has nothing of it. */
    rows: Type.Array(Type.Object({ key: Text, title: Text, first: Row, second: Row }, closed)),
    definitions,
  },
  closed,
)

export type ComparedReports = Static<typeof ComparedReportsSchema>
export type ComparedSide = ComparedReports['first']
export type ComparedDifference = Static<typeof Difference>
