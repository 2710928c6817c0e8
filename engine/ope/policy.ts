import { type Static, Type } from 'typebox'
import { createDoor } from '../../core/schema.ts'

const Shares = Type.Record(Type.String({ minLength: 1 }), Type.Number({ minimum: 0, maximum: 1e9 }), {
  minProperties: 1,
  description: 'weight of each option; options not named get none',
})

const SlotChoice = Type.Union(
  [
    Type.Literal('even', { description: 'every option that is allowed there alike' }),
    Type.Literal('logged', { description: 'as it was chosen' }),
    Type.Literal('best', {
      description: 'the option with the highest rate in the log, learnt on other people than it is valued on',
    }),
    Type.Object({ always: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
    Type.Object({ weights: Shares }, { additionalProperties: false }),
  ],
  { description: 'how the option of a slot is chosen' },
)
export type SlotChoice = Static<typeof SlotChoice>

const Slots = Type.Record(Type.String({ minLength: 1 }), SlotChoice)

/** How options are chosen: for each slot the first of `where` that holds and names it, then `slots`, then `otherwise`. */
export const PolicySchema = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    slots: Type.Optional(Slots),
    where: Type.Optional(
      Type.Array(
        Type.Object(
          {
            when: Type.Record(
              Type.String({ minLength: 1 }),
              Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })]),
              {
                minProperties: 1,
                description: 'column of the log: its value, or one of several; all must hold',
              },
            ),
            slots: Slots,
          },
          { additionalProperties: false },
        ),
        { maxItems: 10_000 },
      ),
    ),
    otherwise: Type.Optional(
      Type.Union([Type.Literal('even'), Type.Literal('logged'), Type.Literal('best')], {
        description: 'for slots that nothing else names; logged unless said',
      }),
    ),
    floor: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'least probability of an allowed option; 0 unless said',
      }),
    ),
  },
  { additionalProperties: false, description: 'a policy to be valued on a log' },
)
export type Policy = Static<typeof PolicySchema>

/** @throws PolyadError INPUT_INVALID */
export const parsePolicy = createDoor('policy', PolicySchema)
