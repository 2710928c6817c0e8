import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reportCampaign } from '../../../engine/reporting/report-campaign.ts'
import { priceRows } from '../../../engine/reporting/spend.ts'
import { CAMPAIGN, CONTROL, crowd, portsOf, row } from './traffic.ts'

const cents = (price: number) => (revision: number) => (revision === 1 ? 5_000_000 : price)

describe('spend', () => {
  it('is by the price of the revision that served, and nothing for a house ad', () => {
    const rows = [
      ...crowd('a', 100, 0, { impressions: 10 }),
      ...crowd('b', 60, 0, { impressions: 10, revision: 2 }),
      ...crowd('h', 60, 0, { arm: 'holdout', adUnit: '', segment: 'broad' }),
    ]
    const priced = priceRows(rows, cents(8_000_000), 50)
    const total = priced.rows.reduce((sum, { spendMicros }) => sum + spendMicros, 0)
    expect(total).toBe(1000 * 5000 + 600 * 8000)
    expect(priced.onePrice).toBe(false)
  })

  it('is what auctions charged for what was bought there, beside the agreed price of the rest', () => {
    const rows = [
      ...crowd('a', 100, 0, { impressions: 10 }),
      ...crowd('b', 60, 0, { impressions: 10, auctioned: 4, chargedMicros: 12_345.5 }),
    ]
    const priced = priceRows(rows, cents(8_000_000), 50)
    const total = priced.rows.reduce((sum, { spendMicros }) => sum + spendMicros, 0)
    expect(total).toBe(1000 * 5000 + 60 * (6 * 5000 + 12_345.5))
    expect([priced.onePrice, priceRows(rows.slice(0, 100), cents(8_000_000), 50).onePrice]).toEqual([
      false,
      true,
    ])
  })

  it('a price that few people of an arm were shown ads at counts as the usual one', () => {
    const traffic = (few: number) => [
      ...crowd('a', 100, 0),
      ...crowd('b', 60, 0, { revision: 2 }),
      ...crowd('c', 80, 0, CONTROL),
      ...crowd('d', few, 0, { ...CONTROL, revision: 2 }),
    ]
    const total = (few: number) =>
      priceRows(traffic(few), cents(8_000_000), 50).rows.reduce(
        (sum, { spendMicros }) => sum + spendMicros,
        0,
      )
    expect(total(3)).toBe(243 * 5000)
    expect(total(50)).toBe(180 * 5000 + 110 * 8000)
  })

  it('money and impressions of one arm never tell how much fewer people than the k floor were shown', () => {
    const arm = fc.constantFrom('narrow' as const, 'broad-control' as const)
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ arm, person: fc.integer({ min: 0, max: 30 }), revision: fc.constantFrom(1, 2, 3) }),
        ),
        (parts) => {
          const rows = parts.map(({ person, ...part }) => row({ ...part, person: `p${person}` }))
          const { rows: priced } = priceRows(rows, (revision) => revision * 1000, 6)
          for (const each of ['narrow', 'broad-control']) {
            const prices = new Map<number, Set<string | null>>()
            for (const { spendMicros, arm: own, person } of priced) {
              if (own !== each) continue
              prices.set(spendMicros, (prices.get(spendMicros) ?? new Set()).add(person))
            }
            // One price tells nothing that impressions do not.
            if (prices.size > 1) for (const people of prices.values()) expect(people.size).toBeGreaterThan(5)
          }
        },
      ),
    )
  })

  it('of a line is told only where there was one price', async () => {
    const ports = portsOf([...crowd('a', 100, 0), ...crowd('b', 60, 0, { day: '2026-11-03' })])
    const made = await reportCampaign(ports, 'spring', { by: 'day' })
    expect(made.totals.spendMicros).toBe(160 * 5000)
    expect(made.rows.map((each) => !each.hidden && each.spendMicros)).toEqual([500_000, 300_000])
    await ports.documents.write('campaign', 'spring', {
      ...CAMPAIGN,
      budget: { ...CAMPAIGN.budget, costPerThousand: { amountMicros: 8_000_000, currency: 'USD' } },
    })
    const later = [...crowd('a', 100, 0), ...crowd('b', 60, 0, { day: '2026-11-03', revision: 2 })]
    const two = await reportCampaign({ ...ports, counters: portsOf(later).counters }, 'spring', { by: 'day' })
    expect(two.totals.spendMicros).toBe(100 * 5000 + 60 * 8000)
    expect(two.rows.map((each) => !each.hidden && each.spendMicros)).toEqual([null, null])
  })
})
