import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { fitBetaBinomial, shrunkRate } from '../../../stats/beta-binomial.ts'
import { type RateNode, shrinkNestedRates } from '../../../stats/nested-rates.ts'
import { createDraws } from './sample.ts'

/** A tree of three levels below its root, with the true rate of each leaf. */
function createTree(seed: string): { nodes: RateNode[]; truths: ReadonlyMap<string, number> } {
  const draws = createDraws(createStream(seed))
  const nodes: RateNode[] = []
  const truths = new Map<string, number>()
  const add = (id: string, parent: string | undefined, counts: { events: number; trials: number }) => {
    nodes.push({ id, parent, ...counts })
    return counts
  }
  const sum = (parts: { events: number; trials: number }[]) => ({
    events: parts.reduce((total, { events }) => total + events, 0),
    trials: parts.reduce((total, { trials }) => total + trials, 0),
  })
  const grow = (id: string, parent: string | undefined, rate: number, shapes: readonly number[]) => {
    const [shape, ...deeper] = shapes
    if (shape === undefined) {
      truths.set(id, rate)
      const trials = 200 + Math.floor(4000 * draws.uniform() ** 3)
      return add(id, parent, { events: Math.min(trials, draws.poisson(trials * rate)), trials })
    }
    const parts: { events: number; trials: number }[] = []
    for (let at = 0; at < 6; at++)
      parts.push(grow(`${id}.${at}`, id, (rate * draws.gamma(shape)) / shape, deeper))
    return add(id, parent, sum(parts))
  }
  grow('all', undefined, 0.004, [1.5, 10, 20])
  return { nodes, truths }
}

describe('nested rates', () => {
  it('hold 95 % of the leaves’ true rates and are nearer to them than raw ones or ones drawn to a common mean', () => {
    let held = 0
    let leaves = 0
    let [nested, raw, flat] = [0, 0, 0]
    for (let round = 0; round < 12; round++) {
      const { nodes, truths } = createTree(`tree ${round}`)
      const rates = shrinkNestedRates(nodes)
      const leafNodes = nodes.filter(({ id }) => truths.has(id))
      const law = fitBetaBinomial(leafNodes)
      for (const node of leafNodes) {
        const truth = truths.get(node.id)!
        const { rate, low, high } = rates.get(node.id)!
        if (low <= truth && truth <= high) held++
        leaves++
        nested += (rate - truth) ** 2
        raw += (node.events / node.trials - truth) ** 2
        flat += (shrunkRate(node, law).rate - truth) ** 2
      }
    }
    expect(held / leaves).toBeGreaterThan(0.925)
    expect(held / leaves).toBeLessThan(0.975)
    expect(nested).toBeLessThan(0.5 * raw)
    expect(nested).toBeLessThan(0.8 * flat)
  })

  it('is between its parent’s rate and its own, whatever the order of the nodes', () => {
    const counts = fc
      .tuple(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([trials, part]) => ({ trials, events: Math.floor(trials * part ** 3) }))
    const tree = fc.array(fc.tuple(counts, fc.nat()), { minLength: 1, maxLength: 25 }).map((all) =>
      all.map(([count, above], at): RateNode => {
        const id = `n${at}`
        return at === 0 ? { id, ...count } : { id, parent: `n${above % at}`, ...count }
      }),
    )
    fc.assert(
      fc.property(tree, (nodes) => {
        const rates = shrinkNestedRates(nodes)
        expect(rates.size).toBe(nodes.length)
        for (const { id, parent, events, trials } of nodes) {
          const { rate, low, high } = rates.get(id)!
          expect(low).toBeGreaterThanOrEqual(0)
          expect(low).toBeLessThanOrEqual(rate)
          expect(high).toBeGreaterThanOrEqual(rate)
          expect(high).toBeLessThanOrEqual(1)
          if (parent === undefined) continue
          const ends = [rates.get(parent)!.rate, events / trials]
          expect(rate).toBeGreaterThanOrEqual(Math.min(...ends) * (1 - 1e-12))
          expect(rate).toBeLessThanOrEqual(Math.max(...ends) * (1 + 1e-12))
        }
        const turned = shrinkNestedRates([...nodes].reverse())
        for (const [id, { rate }] of rates) expect(turned.get(id)!.rate / rate).toBeCloseTo(1, 4)
      }),
      { numRuns: 60 },
    )
  })

  it('segments that do not differ have their parent’s rate and its interval', () => {
    const children = ['a', 'b', 'c'].map((id) => ({ id, parent: 'all', events: 20, trials: 1000 }))
    const rates = shrinkNestedRates([{ id: 'all', events: 60, trials: 3000 }, ...children])
    for (const { id } of children) {
      expect(rates.get(id)!.rate).toBeCloseTo(0.02, 12)
      expect(rates.get(id)!.low).toBeCloseTo(rates.get('all')!.low, 12)
      expect(rates.get(id)!.high).toBeCloseTo(rates.get('all')!.high, 12)
    }
  })

  it('a segment without trials has its parent’s rate, one without events never 0', () => {
    const rates = shrinkNestedRates([
      { id: 'all', events: 100, trials: 10_000 },
      { id: 'much', parent: 'all', events: 100, trials: 2000 },
      { id: 'empty', parent: 'all', events: 0, trials: 0 },
      { id: 'none', parent: 'all', events: 0, trials: 8000 },
    ])
    expect(rates.get('empty')!.rate).toBeCloseTo(0.01, 12)
    expect(rates.get('much')!.rate).toBeGreaterThan(0.045)
    // Half an event at its parent's rate is the least a parent counts for.
    expect(rates.get('none')!.rate).toBeGreaterThanOrEqual(0.01 * (0.5 / 80.5) * (1 - 1e-9))
    expect(rates.get('none')!.rate).toBeLessThan(0.001)
  })

  it('a root without events has half of one', () => {
    const rates = shrinkNestedRates([{ id: 'all', events: 0, trials: 999 }])
    expect(rates.get('all')).toMatchObject({ rate: 0.0005, low: 0 })
    expect(shrinkNestedRates([]).size).toBe(0)
  })

  it('refuses a tree that is none', () => {
    const root = { id: 'all', events: 1, trials: 10 }
    const refused: readonly (readonly RateNode[])[] = [
      [root, root],
      [root, { id: 'a', parent: 'gone', events: 0, trials: 1 }],
      [
        { id: 'a', parent: 'b', events: 0, trials: 1 },
        { id: 'b', parent: 'a', events: 0, trials: 1 },
      ],
      [{ id: 'all', events: 0, trials: 0 }],
      [{ id: 'all', events: 2, trials: 1 }],
    ]
    for (const nodes of refused) expect(() => shrinkNestedRates(nodes)).toThrow(RangeError)
  })
})
