import { Type } from 'typebox'

/** Money as documents write it. */
export const MoneySchema = Type.Object(
  {
    amountMicros: Type.Integer({ minimum: 0 }),
    currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'an ISO 4217 code such as USD' }),
  },
  { additionalProperties: false },
)
