/** An amount of money: integer millionths of a unit of an ISO 4217 currency. 1.25 USD is 1250000 micros. */
export interface Money {
  readonly amountMicros: number
  readonly currency: string
}

export const MICROS_PER_UNIT = 1_000_000

/** The amount as people write it in `locale`, e.g. $1,250.00. */
export function formatMoney(money: Money, locale = 'en-US'): string {
  return new Intl.NumberFormat(locale, { style: 'currency', currency: money.currency }).format(
    money.amountMicros / MICROS_PER_UNIT,
  )
}
