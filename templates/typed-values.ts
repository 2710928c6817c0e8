import { MICROS_PER_UNIT, type Money } from '../core/money.ts'
import { safeUrl } from './escape.ts'
import type { Slot } from './template.ts'

/** What fills a slot that is neither text, picture nor colour: exactly one of them. */
export interface TypedValue {
  readonly number?: number | undefined
  readonly price?: Money | undefined
  /** A calendar day, YYYY-MM-DD. */
  readonly date?: string | undefined
  readonly url?: string | undefined
}

/**
 * A number, price, day or address as a locale writes it: 4.5 or 4,5; $49 or $49.90; November 30, 2026; an address as it
 * is. Undefined when there is none of them.
 */
export function typedText({ number, price, date, url }: TypedValue, locale: string): string | undefined {
  if (number !== undefined) return new Intl.NumberFormat(locale, { maximumFractionDigits: 20 }).format(number)
  if (price !== undefined) {
    return new Intl.NumberFormat(locale, {
      style: 'currency',
      currency: price.currency,
      trailingZeroDisplay: 'stripIfInteger',
    } as Intl.NumberFormatOptions).format(price.amountMicros / MICROS_PER_UNIT)
  }
  if (date !== undefined) {
    return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(Date.parse(date))
  }
  return url
}

/** Why a value is outside its slot's limits, for people; undefined when it is within. */
export function limitProblem(slot: Slot, { number, price, date, url }: TypedValue): string | undefined {
  const amount = number ?? (price && price.amountMicros / MICROS_PER_UNIT)
  if (amount !== undefined) {
    if (slot.min !== undefined && amount < slot.min) return `${amount} is less than ${slot.min}`
    if (slot.max !== undefined && amount > slot.max) return `${amount} is more than ${slot.max}`
  }
  if (price && slot.currencies && !slot.currencies.includes(price.currency)) {
    return `${price.currency} is not one of ${slot.currencies.join(', ')}`
  }
  // Days compare as texts.
  if (date !== undefined && slot.from !== undefined && date < slot.from)
    return `${date} is before ${slot.from}`
  if (date !== undefined && slot.to !== undefined && date > slot.to) return `${date} is after ${slot.to}`
  if (url !== undefined) {
    const address = safeUrl(url)
    if (!address) return 'it is no http or https address'
    const { hostname } = new URL(address)
    if (slot.hosts && !slot.hosts.includes(hostname))
      return `${hostname} is not one of ${slot.hosts.join(', ')}`
  }
  return undefined
}
