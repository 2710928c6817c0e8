import { describe, expect, it } from 'vitest'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import { elapsedShare, flightOf, isOnAir } from '../../../engine/delivery/flight.ts'

const HOUR_MS = 3_600_000
const at = (text: string) => Date.parse(text)
const flight = (more: Partial<Campaign['flight']>, timeZone = 'Europe/Berlin') =>
  flightOf({ flight: { from: '2026-03-28', to: '2026-03-30', ...more }, timeZone })

describe('flightOf', () => {
  it('lasts the days of the zone: one on which clocks are put forward has 23 hours', () => {
    const whole = flight({})
    expect(whole.fromMs).toBe(at('2026-03-27T23:00:00Z'))
    expect(whole.toMs).toBe(at('2026-03-30T22:00:00Z'))
    expect(whole.totalMs).toBe(71 * HOUR_MS)
    expect(isOnAir(whole, whole.fromMs)).toBe(true)
    expect(isOnAir(whole, whole.fromMs - 1)).toBe(false)
    expect(isOnAir(whole, whole.toMs - 1)).toBe(true)
    expect(isOnAir(whole, whole.toMs)).toBe(false)
  })

  it('has the hours of its day parts, over a change of the clocks too', () => {
    const parts = flight({ dayParts: [{ from: '01:00', to: '04:00' }] })
    // 3 hours, 2 on the Sunday that lacks one, 3.
    expect(parts.totalMs).toBe(8 * HOUR_MS)
    expect(parts.windows.map(({ fromMs, toMs }) => (toMs - fromMs) / HOUR_MS)).toEqual([3, 2, 3])
    expect(isOnAir(parts, at('2026-03-29T01:59:59Z'))).toBe(true)
    expect(isOnAir(parts, at('2026-03-29T02:00:00Z'))).toBe(false)
  })

  it('has an hour that comes twice whole', () => {
    const autumn = {
      from: '2026-11-01',
      to: '2026-11-01',
      dayParts: [{ from: '01:00', to: '02:00' } as const],
    }
    expect(flight(autumn, 'America/New_York').totalMs).toBe(2 * HOUR_MS)
  })

  it('goes on after midnight, on the days it names, to the end of the flight and no further', () => {
    // 2026-03-28 is a Saturday.
    const nights = flight({ dayParts: [{ days: ['sat', 'mon'], from: '22:00', to: '02:00' }] })
    expect(nights.windows.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [at('2026-03-28T21:00:00Z'), at('2026-03-29T01:00:00Z')],
      [at('2026-03-30T20:00:00Z'), at('2026-03-30T22:00:00Z')],
    ])
  })

  it('joins parts that overlap, so that no time counts twice', () => {
    const parts = [
      { from: '08:00', to: '12:00' },
      { from: '11:00', to: '13:00' },
      { from: '13:00', to: '14:00' },
    ]
    expect(flight({ dayParts: parts }).windows).toHaveLength(3)
    expect(flight({ dayParts: parts }).totalMs).toBe(18 * HOUR_MS)
  })
})

describe('elapsedShare', () => {
  it('counts the time on air alone', () => {
    const parts = flight({ dayParts: [{ from: '06:00', to: '12:00' }] })
    const shareAt = (text: string) => elapsedShare(parts, at(text))
    expect(shareAt('2026-03-27T00:00:00Z')).toBe(0)
    expect(shareAt('2026-03-28T08:00:00Z')).toBeCloseTo(3 / 18)
    expect(shareAt('2026-03-28T20:00:00Z')).toBeCloseTo(6 / 18)
    expect(shareAt('2026-04-10T00:00:00Z')).toBe(1)
  })
})
