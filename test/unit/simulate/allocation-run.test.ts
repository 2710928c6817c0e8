import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { type AllocationWay, runAllocation } from '../../../engine/simulate/allocation-run.ts'
import { createMarket } from '../../../engine/simulate/market.ts'
import type { MarketScenario } from '../../../engine/simulate/market-scenario.ts'

/** Forty leaves in eight families with tastes, mostly of the family: too few people in a leaf to learn it there alone. */
const SPARSE: MarketScenario = {
  name: 'sparse leaves',
  sentence: 'Eight families with tastes, five leaves each that differ a little.',
  people: 16_000,
  baseRate: 0.06,
  creatives: [0.2, 0, 0, -0.2],
  attributes: [
    { name: 'family', values: 8, drawn: { by: 'shares' } },
    { name: 'leaf', values: 40, drawn: { by: 'wider', attribute: 'family' } },
  ],
  effects: [
    { kind: 'taste', attribute: 'family', spread: 0.3 },
    { kind: 'taste', attribute: 'leaf', spread: 0.1 },
    { kind: 'rate', attribute: 'leaf', spread: 0.3 },
  ],
}
const SEEDS = [1, 2, 3, 4, 5, 6]
const FLOOR = 0.02

function regrets(way: AllocationWay): number[] {
  return SEEDS.map((seed) => {
    const market = createMarket(SPARSE, createStream(`sparse ${seed}`))
    const options = { way, people: SPARSE.people, rounds: 8, floor: FLOOR }
    const run = runAllocation(market, options, createStream(`run ${seed}`))
    expect(run.leastProbability).toBeGreaterThanOrEqual(way === 'even' ? 0.25 : FLOOR)
    return run.regret
  })
}

const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length

describe('allocation in simulated markets with sparse leaves', () => {
  const even = regrets('even')
  const pooled = regrets('pooled')
  const alone = regrets('alone')

  it('misses much less than an even split: less in every market', () => {
    for (const [at, regret] of pooled.entries()) expect(regret).toBeLessThan(even[at]!)
    expect(mean(pooled)).toBeLessThan(0.7 * mean(even))
  })

  it('misses less than the same without pooling', () => {
    expect(mean(pooled)).toBeLessThan(0.9 * mean(alone))
  })
})
