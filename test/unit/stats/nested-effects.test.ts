import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { type EffectNode, fitNestedEffects } from '../../../stats/nested-effects.ts'
import { normal, poisson } from '../budget/world.ts'

const PRIOR = { rootRatio: 1, rootDeviation: 0.25, spreadScale: 0.2 }

function drawsOf(nodes: readonly EffectNode[], count: number, prior = PRIOR): Map<string, number[]> {
  const fit = fitNestedEffects(nodes, prior)
  const { next } = createStream('draws')
  const draws = new Map(fit.order.map((id): [string, number[]] => [id, []]))
  for (let at = 0; at < count; at++) {
    for (const [place, value] of fit.draw(next).entries()) draws.get(fit.order[place]!)!.push(value)
  }
  return draws
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('effects of a tree', () => {
  const flat = (ends: readonly [string, number, number][]): EffectNode[] => [
    { id: 'root', parent: undefined },
    ...ends.map(
      ([id, events, expected]): EffectNode => ({
        id,
        parent: 'root',
        evidence: { kind: 'count', events, expected },
      }),
    ),
  ]

  it('are those of the integral over root, spread and ends', () => {
    // By brute force on grids: p(spread) p(root) prod over ends of the integral of Poisson x normal.
    const ends = [
      ['a', 40, 25],
      ['b', 12, 20],
    ] as const
    const density = (x: number, at: number, sd: number) => Math.exp(-((x - at) ** 2) / 2 / sd ** 2) / sd
    const grid = (from: number, to: number, steps: number) =>
      Array.from({ length: steps }, (_, i) => from + ((to - from) * (i + 0.5)) / steps)
    let whole = 0
    let ratioOfA = 0
    for (const spread of grid(0, 0.7, 28)) {
      for (const root of grid(-0.9, 0.9, 45)) {
        let weight = density(spread, 0, PRIOR.spreadScale) * PRIOR.spreadScale
        weight *= density(root, -(PRIOR.rootDeviation ** 2) / 2, PRIOR.rootDeviation)
        let expectation = 0
        for (const [id, events, expected] of ends) {
          let mass = 0
          let first = 0
          for (const t of grid(-1.2, 1.2, 240)) {
            const likelihood = Math.exp(events * t - expected * Math.exp(t))
            const here = likelihood * density(t, root - spread ** 2 / 2, spread)
            mass += here
            first += here * Math.exp(t)
          }
          weight *= mass
          if (id === 'a') expectation = first / mass
        }
        whole += weight
        ratioOfA += weight * expectation
      }
    }
    const fit = fitNestedEffects(flat(ends.map(([...end]) => end)), PRIOR)
    const found = fit.ratios[fit.order.indexOf('a')]!
    // Laplace's approximation, with two ends of few events.
    expect(Math.abs(found / (ratioOfA / whole) - 1)).toBeLessThan(0.015)
    expect(found).toBeGreaterThan(1.05)
    expect(found).toBeLessThan(40 / 25)
  })

  it('draw as they expect', () => {
    const nodes = flat([
      ['a', 300, 200],
      ['b', 80, 100],
      ['c', 0, 0],
    ])
    const fit = fitNestedEffects(nodes, PRIOR)
    const draws = drawsOf(nodes, 20_000)
    for (const [place, id] of fit.order.entries()) {
      const drawn = mean(draws.get(id)!.map(Math.exp))
      expect(Math.abs(drawn / fit.ratios[place]! - 1), id).toBeLessThan(0.01)
    }
  })

  it('of an end without evidence are what its parent is expected to be: pooling promises nothing', () => {
    const fit = fitNestedEffects(
      flat([
        ['a', 500, 400],
        ['b', 700, 500],
        ['none', 0, 0],
      ]),
      PRIOR,
    )
    const [root, none] = ['root', 'none'].map((id) => fit.ratios[fit.order.indexOf(id)]!)
    expect(none).toBeCloseTo(root!, 10)
    const nothing = fitNestedEffects(flat([['none', 0, 0]]), PRIOR)
    for (const ratio of nothing.ratios) expect(ratio).toBeCloseTo(1, 10)
  })

  it('do not depend on the order of the nodes', () => {
    const nodes = flat([
      ['a', 30, 20],
      ['b', 8, 10],
      ['c', 3, 9],
    ])
    const [one, other] = [fitNestedEffects(nodes, PRIOR), fitNestedEffects([...nodes].reverse(), PRIOR)]
    expect(other.order).toEqual(one.order)
    expect(other.ratios).toEqual(one.ratios)
  })

  it('of a split do not see how well the end responds to anything, only to what', () => {
    const ratioAt = (rate: number, control: number) => {
      const fit = fitNestedEffects(
        [
          { id: 'root', parent: undefined },
          {
            id: 'end',
            parent: 'root',
            evidence: {
              kind: 'split',
              events: 300,
              trials: 900 / rate,
              otherEvents: control,
              otherTrials: 100 / rate,
            },
          },
        ],
        PRIOR,
      )
      return fit.ratios[1]!
    }
    expect(ratioAt(0.5, 30)).toBeCloseTo(ratioAt(0.01, 30), 10)
    expect(ratioAt(0.01, 20)).toBeGreaterThan(ratioAt(0.01, 30) + 0.1)
  })

  it('move with what was expected, as if the counts said so', () => {
    const nodes = flat([
      ['a', 4000, 4000],
      ['b', 4000, 4000],
    ])
    const fit = fitNestedEffects(nodes, PRIOR)
    const shifts = Float64Array.from(fit.order, (id) => (id === 'a' ? 0.2 : 0))
    const plain = fit.draw(createStream('one').next)
    const moved = fit.draw(createStream('one').next, shifts)
    const a = fit.order.indexOf('a')
    expect(moved[a]! - plain[a]!).toBeGreaterThan(0.1)
    expect(moved[a]! - plain[a]!).toBeLessThan(0.2)
  })

  it('are inside their 95 % intervals about 95 % of the time, with sparse splits two levels deep', () => {
    const stream = createStream('coverage of nested effects')
    let inside = 0
    let all = 0
    for (let world = 0; world < 60; world++) {
      const spread = Math.abs(normal(stream)) * PRIOR.spreadScale
      const root = PRIOR.rootDeviation * normal(stream) - PRIOR.rootDeviation ** 2 / 2
      const child = (of: number) => of - spread ** 2 / 2 + spread * normal(stream)
      const nodes: EffectNode[] = [{ id: 'root', parent: undefined }]
      const truth = new Map<string, number>([['root', root]])
      for (let group = 0; group < 4; group++) {
        const ofGroup = child(root)
        nodes.push({ id: `g${group}`, parent: 'root' })
        truth.set(`g${group}`, ofGroup)
        for (let end = 0; end < 6; end++) {
          const id = `g${group}e${end}`
          const t = child(ofGroup)
          const trials = 300 * Math.exp(normal(stream))
          const rate = 0.03 * Math.exp(normal(stream) / 3)
          truth.set(id, t)
          nodes.push({
            id,
            parent: `g${group}`,
            evidence: {
              kind: 'split',
              events: poisson(stream, trials * 0.9 * rate * Math.exp(t)),
              trials: trials * 0.9,
              otherEvents: poisson(stream, trials * 0.1 * rate),
              otherTrials: trials * 0.1,
            },
          })
        }
      }
      for (const [id, draws] of drawsOf(nodes, 400)) {
        const sorted = draws.sort((a, b) => a - b)
        const t = truth.get(id)!
        inside += Number(sorted[10]! <= t && t <= sorted[389]!)
        all++
      }
    }
    expect(inside / all).toBeGreaterThan(0.925)
    expect(inside / all).toBeLessThan(0.975)
  })

  it('want one tree with evidence at its ends', () => {
    const evidence = { kind: 'count', events: 1, expected: 1 } as const
    const fitting = (nodes: readonly EffectNode[]) => () => fitNestedEffects(nodes, PRIOR)
    expect(fitting([])).toThrow('one root')
    expect(
      fitting([
        { id: 'a', parent: undefined },
        { id: 'b', parent: 'c' },
      ]),
    ).toThrow('do not hang')
    expect(
      fitting([
        { id: 'a', parent: undefined, evidence },
        { id: 'b', parent: 'a', evidence },
      ]),
    ).toThrow('both evidence and children')
  })
})
