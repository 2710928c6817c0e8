const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

const partFormats = new Map<string, Intl.DateTimeFormat>()

/**
 * The moment at which a clock of a time zone shows a time, Unix ms. Where clocks are put forward over it, the first
 * moment after the gap; where they show it twice, the one asked for.
 *
 * @param day YYYY-MM-DD
 * @param minuteOfDay 0 to 1440; 1440 is the next midnight
 */
export function momentIn(
  timeZone: string,
  day: string,
  minuteOfDay: number,
  which: 'first' | 'last' = 'first',
): number {
  const local = Date.parse(day) + minuteOfDay * MINUTE_MS
  // Offsets a day before and after are those on both sides of any change nearby.
  const before = offsetAt(timeZone, local - DAY_MS)
  const after = offsetAt(timeZone, local + DAY_MS)
  const shown = [local - before, local - after].filter((atMs) => atMs + offsetAt(timeZone, atMs) === local)
  if (shown.length > 0) return which === 'first' ? Math.min(...shown) : Math.max(...shown)
  return changeBetween(timeZone, local - Math.max(before, after), local - Math.min(before, after))
}

/** The day after, or so many days after. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)
}

/** Monday is 0. */
export function weekdayOf(day: string): number {
  return (new Date(Date.parse(day)).getUTCDay() + 6) % 7
}

/** What a zone's clock is ahead of UTC at a moment, ms. */
function offsetAt(timeZone: string, atMs: number): number {
  let format = partFormats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    partFormats.set(timeZone, format)
  }
  const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]))
  const { year, month, day, hour, minute, second } = parts as Record<string, number>
  const shown = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!)
  return shown - Math.floor(atMs / 1000) * 1000
}

/** The moment between two at which the offset changes, to the ms. */
function changeBetween(timeZone: string, fromMs: number, toMs: number): number {
  const before = offsetAt(timeZone, fromMs)
  let low = fromMs
  let high = toMs
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(timeZone, middle) === before) low = middle
    else high = middle
  }
  return high
}
