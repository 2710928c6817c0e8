import { type Static, Type } from 'typebox'
import { percent, textTable, wholeNumber } from '../reporting/text-table.ts'

const OptionSchema = Type.Object(
  {
    asset: Type.String(),
    /** With which it is drawn where all options of the slot listed here are allowed, 0..1. */
    probability: Type.Number({ minimum: 0, maximum: 1 }),
    /** What it multiplies goal events by, with its 90 % interval; null where nothing is learnt. */
    effect: Type.Union([
      Type.Object(
        { value: Type.Number(), low: Type.Number(), high: Type.Number() },
        { additionalProperties: false },
      ),
      Type.Null(),
    ]),
  },
  { additionalProperties: false },
)

const SlotSchema = Type.Object(
  { slot: Type.String(), options: Type.Array(OptionSchema) },
  { additionalProperties: false },
)
export type SlotAllocation = Static<typeof SlotSchema>

/** How a campaign's options are drawn: `polyad allocate`, and the API. */
export const AllocationReportSchema = Type.Object(
  {
    version: Type.Literal(1),
    campaign: Type.String(),
    revision: Type.Integer({ minimum: 1 }),
    rule: Type.Union([Type.Literal('even'), Type.Literal('fixed'), Type.Literal('thompson')]),
    /** Least probability of an allowed option. */
    floor: Type.Number(),
    /** Version of these weights, which decisions log; 0: even. null: they are not in service. */
    weightsVersion: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
    /** Version in service before; 0: even. */
    before: Type.Integer({ minimum: 0 }),
    /** Whether they differ from those in service before. */
    moved: Type.Boolean(),
    /** Learnt from simulated traffic, because there is no other. */
    simulated: Type.Boolean(),
    /** Impressions learnt from; null where nothing is learnt, or they are fewer than the k floor. */
    impressions: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
    /** Whose options are listed. */
    segment: Type.String(),
    slots: Type.Array(SlotSchema),
    /** How many segments of the campaign have weights of their own. */
    segments: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false },
)
export type AllocationReport = Static<typeof AllocationReportSchema>

const RULES: Readonly<Record<AllocationReport['rule'], string>> = {
  even: 'every allowed option alike',
  fixed: 'by the weights of the campaign',
  thompson: 'by the probability to be the best of its slot (Thompson sampling)',
}

/** The report as people read it. */
export function allocationText(report: AllocationReport): string {
  const { campaign, revision, rule, floor, segment, slots, segments, impressions, simulated } = report
  return [
    `${campaign}@${revision}: ${RULES[rule]}${floor > 0 ? `, each at least ${percent(floor)}` : ''}`,
    standing(report),
    ...(simulated ? ['SIMULATED TRAFFIC: learnt from a simulator; nobody saw these ads.'] : []),
    ...(rule === 'thompson'
      ? [
          `Learnt from ${impressions === null ? 'few' : wholeNumber(impressions)} impressions; ` +
            `${wholeNumber(segments)} segments have weights of their own.`,
        ]
      : []),
    '',
    `Options of ${segment === 'broad' ? 'broad' : `segment ${segment}`}, where all of them are allowed`,
    ...textTable(
      [
        { heading: '  slot', whole: true },
        { heading: 'option', whole: true },
        { heading: 'drawn', numeric: true },
        { heading: 'effect on goal events', numeric: true },
        { heading: '90 % interval', numeric: true },
      ],
      slots.flatMap(({ slot, options }) =>
        [...options]
          .sort((a, b) => b.probability - a.probability || (a.asset < b.asset ? -1 : 1))
          .map(({ asset, probability, effect }) => [
            `  ${slot}`,
            asset,
            percent(probability),
            effect ? `x ${effect.value.toFixed(2)}` : '',
            effect ? `${effect.low.toFixed(2)} to ${effect.high.toFixed(2)}` : '',
          ]),
      ),
    ),
  ].join('\n')
}

function standing({ rule, weightsVersion, before, moved, campaign }: AllocationReport): string {
  if (rule === 'even') return 'Weights version 0: nothing is learnt.'
  if (weightsVersion === null) {
    return `These weights are not in service; version ${before} is. Put them into service: polyad allocate ${campaign} --now`
  }
  return moved
    ? `Weights version ${weightsVersion}, in service from now on (before: ${before}).`
    : `Weights version ${weightsVersion}, in service.`
}
