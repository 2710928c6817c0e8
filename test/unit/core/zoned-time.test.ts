import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayIn } from '../../../core/time.ts'
import { addDays, momentIn, weekdayOf } from '../../../core/zoned-time.ts'

const at = (text: string) => Date.parse(text)

describe('momentIn', () => {
  it.each([
    ['Europe/Berlin', '2026-03-29', 0, '2026-03-28T23:00:00Z'],
    // Clocks go from 2:00 to 3:00, so 2:30 is not there.
    ['Europe/Berlin', '2026-03-29', 150, '2026-03-29T01:00:00Z'],
    ['Europe/Berlin', '2026-03-29', 240, '2026-03-29T02:00:00Z'],
    ['Europe/Berlin', '2026-03-29', 1440, '2026-03-29T22:00:00Z'],
    // Midnight itself is left out where clocks change at it.
    ['Africa/Cairo', '2026-04-24', 0, '2026-04-23T22:00:00Z'],
    ['Asia/Kathmandu', '2026-01-01', 0, '2025-12-31T18:15:00Z'],
    ['Australia/Lord_Howe', '2026-10-04', 135, '2026-10-03T15:30:00Z'],
    ['UTC', '2026-12-31', 1440, '2027-01-01T00:00:00Z'],
  ])('in %s on %s, minute %i', (timeZone, day, minute, expected) => {
    expect(new Date(momentIn(timeZone, day, minute)).toISOString()).toBe(new Date(at(expected)).toISOString())
  })

  it('tells the two of a time that comes twice', () => {
    expect(momentIn('America/New_York', '2026-11-01', 90, 'first')).toBe(at('2026-11-01T05:30:00Z'))
    expect(momentIn('America/New_York', '2026-11-01', 90, 'last')).toBe(at('2026-11-01T06:30:00Z'))
  })

  it('begins the days that dayIn tells, in any zone', () => {
    const zones = [
      'America/New_York',
      'Europe/London',
      'Asia/Tehran',
      'Pacific/Apia',
      'America/Santiago',
      'UTC',
    ]
    const days = fc.integer({ min: 0, max: 3650 }).map((days) => addDays('2020-01-01', days))
    fc.assert(
      fc.property(fc.constantFrom(...zones), days, (timeZone, day) => {
        const startMs = momentIn(timeZone, day, 0)
        expect(dayIn(timeZone, startMs)).toBe(day)
        expect(dayIn(timeZone, startMs - 1)).toBe(addDays(day, -1))
        expect(momentIn(timeZone, addDays(day, -1), 1440)).toBe(startMs)
      }),
      { numRuns: 300 },
    )
  })
})

it('weekdayOf has Monday first', () => {
  expect(weekdayOf('2026-11-30')).toBe(0)
  expect(weekdayOf('2026-11-29')).toBe(6)
})
