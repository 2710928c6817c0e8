import { PolyadError } from './errors.ts'

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

/** Micros in the smallest coin of a currency: 10,000 in a US cent, 1,000,000 in a yen, which has none smaller. */
export function minorUnitMicros(currency: string): number {
  const { maximumFractionDigits } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions()
  return MICROS_PER_UNIT / 10 ** (maximumFractionDigits ?? 2)
}

const AMOUNT = /^(\d+)(?:\.(\d{1,6}))?(?:\s*([A-Za-z]{3}))?$/

/**
 * An amount above 0 that somebody wrote, `5000`, `4999.50` or `5000 USD`, in the one currency it may be in.
 *
 * @param where what is being read in the message, e.g. --budget
 * @throws PolyadError INPUT_INVALID for anything else, another currency, or more than 2^53 micros
 */
export function parseMoney(text: string, currency: string, where: string): Money {
  const example = `write it as 5000 or "5000 ${currency}"`
  const refuse = (problem: string, mend: string) =>
    new PolyadError('INPUT_INVALID', { what: 'amount of money', where, problem, mend })
  const match = AMOUNT.exec(text.trim())
  if (!match) throw refuse(`"${text}" is not an amount of money above 0`, example)
  const [, units, fraction = '', given = currency] = match
  if (given.toUpperCase() !== currency) {
    throw refuse(`"${text}" is not in ${currency}, the campaign's currency`, example)
  }
  const micros = BigInt(units!) * BigInt(MICROS_PER_UNIT) + BigInt(fraction.padEnd(6, '0'))
  if (micros === 0n) throw refuse(`"${text}" is nothing`, example)
  if (micros > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw refuse(`"${text}" is more than can be counted to the millionth`, 'give at most 9007199254')
  }
  return { amountMicros: Number(micros), currency }
}

const DECIMAL = /^(\d{1,30})(?:\.(\d{1,30}))?(?:[eE]([+-]?\d{1,3}))?$/

/**
 * Micros of a decimal number as it is written (`2.5`, `0.03`, `1e-3`), without the error of a float. What is below a
 * micro is rounded up or to the nearest.
 *
 * @returns undefined for what is no such number, is negative, or is more than 2^53 micros
 */
export function microsFromDecimal(text: string, rounding: 'up' | 'nearest'): number | undefined {
  const match = DECIMAL.exec(text.trim())
  if (!match) return undefined
  const [, units, fraction = '', exponent = '0'] = match
  const digits = BigInt(units! + fraction)
  const places = fraction.length - Number(exponent) - 6
  const divisor = 10n ** BigInt(Math.max(0, places))
  const up = rounding === 'up' ? divisor - 1n : divisor / 2n
  const micros = places <= 0 ? digits * 10n ** BigInt(-places) : (digits + up) / divisor
  return micros <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(micros) : undefined
}
