import { describe, expect, it } from 'vitest'
import { paceOf } from '../../../engine/reporting/pace.ts'
import { CAMPAIGN } from './traffic.ts'

/** Noon in New York on a day of standard time. */
const noonOf = (day: string) => Date.parse(`${day}T17:00:00Z`)

describe('pace', () => {
  // 10,000 dollars over 28 days.
  it('sets what is spent against the share of the flight that is gone, by hand', () => {
    const pace = paceOf(CAMPAIGN, 5_000_000_000, noonOf('2026-11-15'))
    // 14 days and a half.
    expect(pace.elapsed).toBeCloseTo(14.5 / 28, 8)
    expect(pace).toMatchObject({ spentMicros: 5_000_000_000, planMicros: 10_000_000_000 })
    expect(pace.expectedMicros).toBe(Math.round((5_000_000_000 * 28) / 14.5))
    expect(pace.text).toBe(
      'On pace. $5,000.00 of $10,000.00 is spent with 51.8 % of the flight gone; at the end it would be $9,655.17.',
    )
  })

  it('warns of too much and too little', () => {
    expect(paceOf(CAMPAIGN, 8_000_000_000, noonOf('2026-11-15')).text).toContain(
      'Ahead of plan: at this pace the budget is gone 64.7 % into the flight',
    )
    expect(paceOf(CAMPAIGN, 2_000_000_000, noonOf('2026-11-15')).text).toContain(
      'Behind plan: at this pace $6,137.93 will be left',
    )
  })

  it('takes the days of the campaign, not of the clock', () => {
    // Three in the morning of the first day in London is still the day before in New York.
    const before = paceOf(CAMPAIGN, 0, Date.parse('2026-11-01T03:00:00Z'))
    expect(before).toMatchObject({ elapsed: 0, expectedMicros: null })
    expect(before.text).toContain('The flight begins on 2026-11-01')
    // All reports of a day say the same.
    const morning = paceOf(CAMPAIGN, 5000, Date.parse('2026-11-01T04:00:00Z'))
    expect(morning.elapsed).toBeCloseTo(0.5 / 28, 12)
    expect(paceOf(CAMPAIGN, 5000, Date.parse('2026-11-02T04:59:00Z'))).toEqual(morning)
    expect(paceOf(CAMPAIGN, 5000, noonOf('2026-11-28')).elapsed).toBeCloseTo(27.5 / 28, 12)
    expect(paceOf(CAMPAIGN, 500_000, noonOf('2026-11-29')).text).toBe(
      'The flight ended on 2026-11-28 with $0.50 of $10,000.00 spent.',
    )
  })
})
