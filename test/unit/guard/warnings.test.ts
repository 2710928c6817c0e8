import { describe, expect, it } from 'vitest'
import { breakEvenOf } from '../../../engine/guard/break-even.ts'
import { expectVolume } from '../../../engine/guard/expected-volume.ts'
import { flightWarnings, showingsPerPersonWeek, warningsOf } from '../../../engine/guard/warnings.ts'
import { CAMPAIGN } from './world.ts'

const nothing = {
  overlaps: [],
  undecided: [],
  copy: { checked: 0, skipped: 0, broken: [], brokenCount: 0, misfits: [], misfitCount: 0 },
  adUnits: {
    count: '0',
    segments: { count: 0, fewest: '0', most: '0', mostIn: '', empty: [] },
    locales: {},
    placements: {},
    slots: {},
  },
}

/** The campaign with a budget that buys so many showings a person a week, for 1,000 people. */
function warningsAt(showings: number): string[] {
  const before = expectVolume(CAMPAIGN, 1000, 1000)
  const { total } = CAMPAIGN.budget
  const amountMicros = Math.round((total.amountMicros * showings * 1000) / before.impressionsWeek)
  const campaign = { ...CAMPAIGN, budget: { ...CAMPAIGN.budget, total: { ...total, amountMicros } } }
  const volume = expectVolume(campaign, 1000, 1000)
  expect(showingsPerPersonWeek(volume)).toBeCloseTo(showings, 3)
  return warningsOf({ ...campaign, platforms: [] }, [], {
    volume,
    breakEven: breakEvenOf(campaign, volume),
    ...nothing,
  })
}

describe('warnings', () => {
  it('tell a budget for more people than the data know, from 20 showings a person a week', () => {
    expect(warningsAt(19.9)).toEqual([])
    expect(warningsAt(36)).toEqual([expect.stringContaining('36 showings a person a week')])
  })

  it("tell a flight that is over or has not begun, by the campaign's own calendar", () => {
    const campaign = {
      ...CAMPAIGN,
      flight: { from: '2026-03-02', to: '2026-03-29' },
      timeZone: 'America/New_York',
    }
    expect(flightWarnings(campaign, Date.UTC(2026, 2, 2, 4, 59))).toEqual([
      'the flight begins on 2026-03-02: nothing is served before',
    ])
    expect(flightWarnings(campaign, Date.UTC(2026, 2, 2, 5))).toEqual([])
    expect(flightWarnings(campaign, Date.UTC(2026, 2, 30, 3, 59))).toEqual([])
    expect(flightWarnings(campaign, Date.UTC(2026, 2, 30, 4))).toEqual([
      'the flight ended on 2026-03-29: nothing will be served',
    ])
  })
})
