import { addDays, momentIn, weekdayOf } from '../../core/zoned-time.ts'
import type { Campaign } from '../campaign/campaign.ts'
import { type DayPart, WEEKDAYS } from '../campaign/delivery-settings.ts'

const MINUTES_PER_DAY = 24 * 60

/** A campaign's time on air as moments, Unix ms, `from` included and `to` not; in order, none touching another. */
export interface Flight {
  readonly fromMs: number
  readonly toMs: number
  readonly windows: readonly Window[]
  /** Milliseconds of all windows together. */
  readonly totalMs: number
}

interface Window {
  readonly fromMs: number
  readonly toMs: number
  /** Milliseconds of the windows before it. */
  readonly beforeMs: number
}

/**
 * The moments a flight lasts, by the clocks of the campaign's time zone: a day on which they are put forward has 23
 * hours. A part that begins in the hour that is left out begins after it; one that ends in an hour that comes twice ends
 * with the second.
 */
export function flightOf({ flight, timeZone }: Pick<Campaign, 'flight' | 'timeZone'>): Flight {
  const fromMs = momentIn(timeZone, flight.from, 0)
  const toMs = momentIn(timeZone, addDays(flight.to, 1), 0)
  const parts = flight.dayParts
  const found = parts ? windowsOf(parts, flight.from, flight.to, timeZone, toMs) : [{ fromMs, toMs }]
  const windows: Window[] = []
  let beforeMs = 0
  for (const window of joined(found)) {
    windows.push({ ...window, beforeMs })
    beforeMs += window.toMs - window.fromMs
  }
  return { fromMs, toMs, windows, totalMs: beforeMs }
}

/** Whether the campaign is on air: in a window. */
export function isOnAir({ windows }: Flight, atMs: number): boolean {
  const window = lastBegun(windows, atMs)
  return window !== undefined && atMs < window.toMs
}

/** Share of the time on air that is over, 0..1. */
export function elapsedShare(flight: Flight, atMs: number): number {
  return flight.totalMs === 0 ? 1 : elapsedMs(flight, atMs) / flight.totalMs
}

/** Time on air that is over, ms. */
export function elapsedMs({ windows }: Flight, atMs: number): number {
  const window = lastBegun(windows, atMs)
  return window ? window.beforeMs + Math.min(atMs, window.toMs) - window.fromMs : 0
}

function lastBegun(windows: readonly Window[], atMs: number): Window | undefined {
  let low = 0
  let high = windows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (windows[middle]!.fromMs <= atMs) low = middle + 1
    else high = middle
  }
  return windows[low - 1]
}

function windowsOf(
  parts: readonly DayPart[],
  from: string,
  to: string,
  timeZone: string,
  endMs: number,
): { fromMs: number; toMs: number }[] {
  const windows: { fromMs: number; toMs: number }[] = []
  for (let day = from; day <= to; day = addDays(day, 1)) {
    for (const part of parts) {
      if (part.days && !part.days.includes(WEEKDAYS[weekdayOf(day)]!)) continue
      const begins = minutesOf(part.from)
      const ends = minutesOf(part.to)
      const endDay = ends <= begins ? addDays(day, 1) : day
      const fromMs = momentIn(timeZone, day, begins % MINUTES_PER_DAY, 'first')
      const toMs = Math.min(endMs, momentIn(timeZone, endDay, ends, 'last'))
      if (toMs > fromMs) windows.push({ fromMs, toMs })
    }
  }
  return windows
}

function joined(windows: { fromMs: number; toMs: number }[]): { fromMs: number; toMs: number }[] {
  const result: { fromMs: number; toMs: number }[] = []
  for (const window of windows.sort((a, b) => a.fromMs - b.fromMs)) {
    const last = result.at(-1)
    if (last && window.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, window.toMs)
    else result.push({ ...window })
  }
  return result
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}
