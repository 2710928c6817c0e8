import { PolyadError } from '../../core/errors.ts'

/** Days of a campaign's time zone, both included, YYYY-MM-DD; open where one is left out. */
export interface DayRange {
  readonly fromDay?: string
  readonly toDay?: string
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

/**
 * @param what the thing the days are of, for the message
 * @throws PolyadError INPUT_INVALID for a day that is none, or a range that ends before it begins
 */
export function checkDayRange(what: string, { fromDay, toDay }: DayRange): void {
  for (const [where, day] of [
    ['from', fromDay],
    ['to', toDay],
  ] as const) {
    if (day === undefined || (DAY.test(day) && !Number.isNaN(Date.parse(day)))) continue
    throw new PolyadError('INPUT_INVALID', {
      what,
      where,
      problem: `"${day}" is not a day`,
      mend: 'write it as YYYY-MM-DD',
    })
  }
  if (fromDay && toDay && fromDay > toDay) {
    const problem = `it would begin on ${fromDay}, after it ends on ${toDay}`
    throw new PolyadError('INPUT_INVALID', { what, where: 'from, to', problem })
  }
}

export function isInRange(day: string, { fromDay, toDay }: DayRange): boolean {
  return (fromDay === undefined || day >= fromDay) && (toDay === undefined || day <= toDay)
}
