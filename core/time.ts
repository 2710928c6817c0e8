import { PolyadError } from './errors.ts'

/** Where the time comes from. The system clock is made in cli/; everything else is handed one. */
export interface Clock {
  /** Unix time in milliseconds. */
  nowMs(): number
}

/** 24 hours, which a calendar day may not have. */
export const DAY_MS = 24 * 3_600_000

const dayFormats = new Map<string, Intl.DateTimeFormat>()

/**
 * The calendar day of a moment in a time zone, as YYYY-MM-DD.
 *
 * @param atMs Unix time in milliseconds
 * @param timeZone IANA name, e.g. America/New_York
 */
export function dayIn(timeZone: string, atMs: number): string {
  let format = dayFormats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
    dayFormats.set(timeZone, format)
  }
  return format.format(atMs)
}

/** Whether `timeZone` is an IANA name this runtime knows. */
export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return true
  } catch {
    return false
  }
}

/**
 * The moment a text names: ISO 8601, a day alone being its beginning in UTC.
 *
 * @param where what the text was given as, for the message
 * @returns Unix ms
 * @throws PolyadError INPUT_INVALID
 */
export function momentFrom(text: string, where: string): number {
  const atMs = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(atMs)) return atMs
  const problem = `"${text}" is neither a day (2026-06-01) nor a moment (2026-06-01T08:00:00Z)`
  throw new PolyadError('INPUT_INVALID', { what: 'time', where, problem })
}
