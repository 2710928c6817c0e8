import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { assignedArms, compareArms } from '../../../engine/reporting/compare-arms.ts'
import type { ArmComparison } from '../../../engine/reporting/report.ts'
import { priceRows } from '../../../engine/reporting/spend.ts'
import { CAMPAIGN, CONTROL, crowd } from './traffic.ts'

const PLAN = { price: CAMPAIGN.budget.costPerThousand, plannedPeople: 5000 }

const NOTHING = { decisions: 1, impressions: 1, clicks: 0, conversions: 0, valueMicros: 0, spendMicros: 0 }

type Compared = Extract<ArmComparison, { enough: true }>

function compared(rows: Parameters<typeof assignedArms>[0]): Compared {
  const priced = priceRows(rows, () => CAMPAIGN.budget.costPerThousand.amountMicros, 50)
  const comparison = compareArms(assignedArms(priced.rows), 'click', 50, PLAN)
  if (!comparison.enough) throw new Error('there is enough')
  return comparison
}

describe('the comparison of arms', () => {
  const four = { impressions: 4 }
  const traffic = [
    ...crowd('n', 1000, 300, four),
    ...crowd('m', 200, 0, { impressions: 0 }),
    ...crowd('c', 600, 60, { ...CONTROL, ...four }),
  ]

  it('counts reach, frequency and spend by arm, by hand', () => {
    const { narrow, broadControl } = compared(traffic)
    // 4,000 impressions at 5 dollars a thousand are 20 dollars; those never shown anything are not reached.
    expect(narrow).toMatchObject({ people: 1200, reach: 1000, frequency: 4, spendMicros: 20_000_000 })
    expect(broadControl).toMatchObject({ people: 600, reach: 600, frequency: 4, spendMicros: 12_000_000 })
  })

  it('divides the money of narrow by the events that broad would not have brought, by hand', () => {
    const { costPerIncrementalEvent: cost, difference } = compared(traffic)
    // .25 less .1 clicks a person; 20 dollars over 1,200 people: 16,667 micros a person; 16,667 / .15 = 111,111.
    expect(cost.valueMicros).toBeCloseTo(111_111.11, 1)
    expect(cost.lowMicros).toBeCloseTo(20_000_000 / 1200 / difference.high!, 6)
    expect(cost.highMicros).toBeCloseTo(20_000_000 / 1200 / difference.low!, 6)
    expect(cost.extraSpendPerPersonMicros).toBeCloseTo(20_000_000 / 1200 - 20_000, 6)
    expect(cost.text).toBe('$0.11 (95 % interval $0.09 to $0.14)')
  })

  it('says why an incremental event has no price', () => {
    const unclear = compared([...crowd('n', 500, 52), ...crowd('c', 500, 50, CONTROL)])
    expect(unclear.costPerIncrementalEvent).toMatchObject({ valueMicros: null, highMicros: null })
    expect(unclear.costPerIncrementalEvent.lowMicros).toBeCloseTo(5000 / unclear.difference.high!, 6)
    expect(unclear.costPerIncrementalEvent.text).toMatch(/^at least \$0\.1\d; no more can be said/)
    const worse = compared([...crowd('n', 500, 50), ...crowd('c', 500, 150, CONTROL)])
    expect(worse.costPerIncrementalEvent).toMatchObject({ valueMicros: null, lowMicros: null })
    expect(worse.costPerIncrementalEvent.text).toContain('no more clicks than broad')
  })

  it('detects a lift of (1.96 + 0.84) standard errors, and less of it with more people', () => {
    const small = compared([...crowd('n', 500, 50), ...crowd('c', 500, 50, CONTROL)]).detectableLift!
    const large = compared([...crowd('n', 5000, 500), ...crowd('c', 5000, 500, CONTROL)]).detectableLift!
    // 2.8016^2 x 2 x .09 / 5,000 / .1^2 = .02826 is about the square of the lift, which makes the error larger itself.
    expect(large).toBeGreaterThan(Math.sqrt(0.02826))
    expect(large).toBeLessThan(1.12 * Math.sqrt(0.02826))
    expect(small).toBeGreaterThan(3 * large)
  })

  it('keeps its word under daily looks, where the fixed interval does not', () => {
    const runs = 120
    const missed = { fixed: 0, sequence: 0 }
    for (let run = 0; run < runs; run++) {
      const { next } = createStream(`looks ${run}`)
      const arms = { narrow: new Map(), broadControl: new Map(), switched: new Set<string>() }
      const ever = { fixed: false, sequence: false }
      for (let day = 0; day < 20; day++) {
        for (let at = 0; at < 120; at++) {
          const to = at % 2 === 0 ? arms.narrow : arms.broadControl
          to.set(`${day} ${at}`, { ...NOTHING, clicks: next() < 0.3 ? 1 : 0 })
        }
        if (day < 2) continue
        const comparison = compareArms(arms, 'click', 50, PLAN)
        if (!comparison.enough) throw new Error('there is enough')
        const { difference, sequence } = comparison
        ever.fixed ||= difference.low! > 0 || difference.high! < 0
        ever.sequence ||= sequence.low > 0 || sequence.high < 0
      }
      missed.fixed += ever.fixed ? 1 : 0
      missed.sequence += ever.sequence ? 1 : 0
    }
    // No difference is there: it may be found in 5 % of the runs, over all looks together.
    expect(missed.sequence / runs).toBeLessThanOrEqual(0.05)
    expect(missed.fixed / runs).toBeGreaterThan(0.12)
  })
})
