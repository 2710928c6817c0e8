import { type Static, Type } from 'typebox'

const Interval = { low: Type.Number(), high: Type.Number() }

const Estimate = Type.Object(
  {
    value: Type.Number({ description: 'of the outcome, a decision' }),
    ...Interval,
    difference: Type.Object(
      { value: Type.Number(), ...Interval },
      { additionalProperties: false, description: 'less the value as logged' },
    ),
  },
  { additionalProperties: false, description: 'with its 95 % interval' },
)

/** What another policy would have brought, from a log. */
export const OpeReportSchema = Type.Object(
  {
    version: Type.Literal(1),
    log: Type.Object(
      {
        campaign: Type.Optional(Type.String()),
        file: Type.Optional(Type.String()),
        decisions: Type.Integer(),
        people: Type.Integer({ description: 'independent units: people, and decisions without a person' }),
        weightsVersions: Type.Array(Type.Integer()),
        simulated: Type.Integer({ description: 'decisions among them that a simulator asked for' }),
      },
      { additionalProperties: false },
    ),
    policy: Type.Object(
      {
        name: Type.Optional(Type.String()),
        best: Type.Array(
          Type.Object(
            {
              slot: Type.String(),
              where: Type.Optional(Type.Integer()),
              option: Type.String(),
              rate: Type.Number(),
            },
            { additionalProperties: false },
          ),
          {
            description:
              'what "best" takes when it is learnt on the whole log; where: which entry of the policy',
          },
        ),
      },
      { additionalProperties: false },
    ),
    outcome: Type.Union([Type.Literal('click'), Type.Literal('conversion'), Type.Literal('value')]),
    currency: Type.Union([Type.String(), Type.Null()], { description: 'of value: units of it, not micros' }),
    logged: Type.Object({ value: Type.Number(), ...Interval }, { additionalProperties: false }),
    estimates: Type.Object(
      {
        inversePropensity: Estimate,
        selfNormalised: Estimate,
        doublyRobust: Type.Union([Estimate, Type.Null()]),
      },
      { additionalProperties: false },
    ),
    diagnostics: Type.Object(
      {
        effectiveSample: Type.Number({ description: 'people of equal weight that would tell as much' }),
        largestWeightShare: Type.Number(),
        meanWeight: Type.Object({ value: Type.Number(), ...Interval }, { additionalProperties: false }),
        propensitiesHold: Type.Boolean({ description: 'the mean weight is 1 within its error' }),
        overlap: Type.Number({ description: 'share of what the policy chooses that was ever shown' }),
        slots: Type.Array(
          Type.Object(
            {
              slot: Type.String(),
              effectiveSample: Type.Number(),
              meanWeight: Type.Number(),
            },
            { additionalProperties: false, description: 'of the weights of this slot alone' },
          ),
        ),
      },
      { additionalProperties: false },
    ),
    notes: Type.Array(Type.String()),
  },
  { additionalProperties: false, description: 'off-policy evaluation' },
)
export type OpeReport = Static<typeof OpeReportSchema>
export type OpeOutcome = OpeReport['outcome']
export type OpeEstimate = Static<typeof Estimate>
