import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { budgetPlanCsv } from '../../../engine/budget/budget-plan-csv.ts'
import { budgetPlanText } from '../../../engine/budget/budget-plan-text.ts'
import { makeBudgetPlan } from '../../../engine/budget/make-plan.ts'
import { CAMPAIGN } from '../guard/world.ts'
import { createStream, drawHistory, inputOf, type TrueLeaf } from './world.ts'

const leaves: readonly TrueLeaf[] = [
  { id: 'a', people: 1000, broad: 0.02, lift: 1.8, showings: 40_000 },
  { id: 'b', people: 1000, broad: 0.02, lift: 0.5, showings: 40_000 },
  { id: 'c', people: 60, broad: 0.02, lift: 1, showings: 1000 },
  { id: 'd', people: 30, broad: 0.02, lift: 1, showings: 0 },
]
const input = inputOf(leaves, drawHistory(createStream('written'), leaves), {
  campaign: { ...CAMPAIGN, holdoutShare: 0.02 },
  valuePerEventMicros: 2_500_000,
  frequencyCap: 2,
  hidden: new Set(['c', 'd']),
})
const plan = makeBudgetPlan({
  ...input,
  leaves: input.leaves.map((leaf) => ({ ...leaf, title: leaf.id === 'a' ? '=HYPERLINK("x"),\n"' : leaf.id })),
})

describe('a plan as text', () => {
  const text = budgetPlanText(plan)

  it('says first what to do, then everything that has money', () => {
    expect(text).toMatch(/^NARROW: Go narrow by this plan: it is expected to bring [\d,]+ clicks, \+\d+ %/)
    for (const row of ['this plan', 'same split, broad ad', 'broad only']) {
      expect(text).toMatch(new RegExp(`\\n${row} +[\\d,]+ \\([\\d,]+ to [\\d,]+\\) +\\$`))
    }
    expect(text).toMatch(/\nbroad's ad, and 2 leaves not told for their few people +\d/)
    expect(text).toMatch(/\nb +1,000 +broad's ad\n/)
    expect(text).toMatch(/\nhouse ad \(holdout\) +\d/)
    expect(text).toMatch(/\nnot spent +\d/)
    expect(text).toMatch(/\nin all +100\.0 % +\$500\.00\n/)
    expect(text).toContain('a click is worth $2.50, as given')
    expect(text).toContain('in one leaf narrow does worse')
    expect(text).toContain('the frequency cap leaves some of the budget unspent')
  })

  it('keeps a title on its line', () => {
    expect(text).toContain('=HYPERLINK("x"), "  ')
  })
})

describe('a plan as CSV', () => {
  const rows = parse(budgetPlanCsv(plan), { columns: true }) as Record<string, string>[]

  it('sums to the budget, runs no formula, and has no number of hidden leaves', () => {
    expect(rows.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'broad', 'holdout', 'unspent'])
    const cents = rows.reduce((sum, { budget }) => sum + Math.round(Number(budget || 0) * 100), 0)
    expect(cents).toBe(50_000)
    expect(rows[0]!['title']).toBe('\'=HYPERLINK("x"),\n"')
    for (const { id, title, ad, currency, ...numbers } of rows.slice(2, 4)) {
      expect([id, title, ad, currency]).toEqual([id, id, 'hidden', 'USD'])
      expect(new Set(Object.values(numbers))).toEqual(new Set(['']))
    }
    expect(Number(rows[0]!['bid_per_thousand'])).toBeGreaterThan(
      Number(rows[0]!['cautious_bid_per_thousand']),
    )
  })
})
