import { describe, expect, it } from 'vitest'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import { expectVolume } from '../../../engine/guard/expected-volume.ts'
import { platformWarnings } from '../../../engine/guard/platform-warnings.ts'
import { CAMPAIGN } from './world.ts'

/** Warnings of a campaign of so many leaves of 5,000 people, with so many ad units in all and in the largest. */
function warningsOf(change: Partial<Campaign>, count: bigint, most: bigint, leaves = 3): string[] {
  const campaign = { ...CAMPAIGN, ...change }
  const volume = expectVolume(campaign, 20_000, 20_000)
  return platformWarnings(
    campaign,
    Array.from({ length: leaves }, () => ({ people: 5000, rate: undefined })),
    {
      volume,
      adUnits: {
        count: String(count),
        segments: { count: leaves, fewest: '1', most: String(most), mostIn: 'x', empty: [] },
        locales: {},
        placements: {},
        slots: {},
      },
    },
  )
}

const budget = (dollars: number, currency = 'USD'): Campaign['budget'] => ({
  total: { amountMicros: dollars * 1_000_000, currency },
  costPerThousand: { amountMicros: 5_000_000, currency },
})

describe('platform caps', () => {
  it('tell by name how many ad units are over, and nothing at the cap itself', () => {
    expect(warningsOf({ platforms: ['meta'] }, 250n, 50n)).toEqual([])
    expect(warningsOf({ platforms: ['meta'] }, 1_234_567n, 51n)).toEqual([
      '1,234,567 ad units are 1,234,317 more than the 250 ads of a page that Meta takes (as of 2026-11-23); exports choose the fewest ads',
      'the 51 ad units of the leaf that has most are 1 more than the 50 ads in an ad set that Meta takes (as of 2026-11-23); exports choose the fewest ads',
    ])
    expect(warningsOf({ platforms: [] }, 1_234_567n, 5000n)).toEqual([])
  })

  it('of a page rise with what is spent a month, in US dollars alone', () => {
    const caps = (dollars: number, currency?: string) =>
      warningsOf({ platforms: ['meta'], budget: budget(dollars, currency) }, 10n ** 9n, 1n)[0]!.match(
        /the ([\d,]+) ads/,
      )![1]
    // The flight is shorter than a month, so all of it may be spent in one.
    expect(caps(99_999)).toBe('250')
    expect(caps(100_000)).toBe('1,000')
    expect(caps(1_000_000)).toBe('5,000')
    expect(caps(10_000_000)).toBe('20,000')
    expect(caps(10_000_000, 'EUR')).toBe('250')
    const year = { from: '2026-01-01', to: '2026-12-31' }
    expect(
      warningsOf({ platforms: ['meta'], budget: budget(1_000_000), flight: year }, 10n ** 9n, 1n)[0],
    ).toContain('the 250 ads of a page')
  })

  it('count leaves where they become objects of their own', () => {
    expect(warningsOf({ platforms: ['linkedin'] }, 10n, 10n, 1001)).toContainEqual(
      expect.stringMatching(
        /^1,001 leaves are 1 more than the 1,000 active campaigns of an account that Lin/,
      ),
    )
  })

  it('tell whose learning phase needs more events than the campaign asks of a leaf', () => {
    // 5,000 people: 225 clicks a week at 1 %, 22.5 at 0.1 %.
    const slow = { goal: { ...CAMPAIGN.goal, baselineRate: 0.001 }, platforms: ['tiktok'] }
    expect(warningsOf({ ...slow, eventsPerLeafWeek: 10 }, 1n, 1n)).toEqual([
      'all 3 leaves expect fewer than the 50 clicks a week with which TikTok ends its learning phase',
    ])
    // At the platform's own floor such a leaf is refused, and told so there.
    expect(warningsOf(slow, 1n, 1n)).toEqual([])
  })
})
