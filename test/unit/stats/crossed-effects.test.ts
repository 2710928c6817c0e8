import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { type CrossedCell, type CrossedLayout, fitCrossedEffects } from '../../../stats/crossed-effects.ts'
import { normalQuantile } from '../../../stats/normal.ts'

/** A root, `groups` under it and `ends` under each of these. */
function treeOf(groups: number, ends: number) {
  const parents = [-1, ...Array.from({ length: groups }, () => 0)]
  const places: number[] = []
  for (let group = 1; group <= groups; group++) {
    for (let end = 0; end < ends; end++) {
      places.push(parents.length)
      parents.push(group)
    }
  }
  return { parents, places }
}

const PRIOR = { rate: 0.02, usualDeviation: 0.3, spreadScale: 0.25 }

/** Events as often as expected, to the nearest fraction: what a fit should give back whole. */
function exactly(trials: number, rate: number): { trials: number; events: number } {
  return { trials, events: trials * rate }
}

describe('fitCrossedEffects', () => {
  it('finds effects of two factors that were shown together unevenly, and blames neither for the other', () => {
    const { parents, places } = treeOf(2, 2)
    const first = [0.8, 1, 1.25]
    const second = [1, 2]
    const cells: CrossedCell[] = places.flatMap((place) =>
      first.flatMap((a, at) =>
        second.map((b, other): CrossedCell => {
          // The best of the first factor is mostly shown with the worse of the second.
          const trials = at === 2 ? [90_000, 10_000][other]! : [20_000, 80_000][other]!
          return { place, levels: [at, other], ...exactly(trials, 0.02 * a * b) }
        }),
      ),
    )
    const factors = [
      { levels: 3, nested: true },
      { levels: 2, nested: false },
    ]
    const fit = fitCrossedEffects(cells, { ...PRIOR, parents, factors })
    const ratio = (factor: number, level: number, to: number, place = 0) =>
      Math.exp(fit.effect(factor, level, place).mean - fit.effect(factor, to, place).mean)
    expect(ratio(1, 1, 0)).toBeCloseTo(2, 1)
    expect(ratio(0, 2, 0)).toBeCloseTo(1.25 / 0.8, 1)
    for (const place of places) expect(ratio(0, 2, 1, place)).toBeCloseTo(1.25, 1)
  })

  it('draws a place with few trials to its parent, and lets one with many say its own', () => {
    const { parents, places } = treeOf(1, 2)
    const cell = (place: number, level: number, trials: number, rate: number): CrossedCell => ({
      place,
      levels: [level],
      ...exactly(trials, rate),
    })
    const [many, few] = places as [number, number]
    const fit = fitCrossedEffects(
      [
        cell(many, 0, 200_000, 0.02),
        cell(many, 1, 200_000, 0.03),
        cell(few, 0, 100, 0.03),
        cell(few, 1, 100, 0.02),
      ],
      { ...PRIOR, parents, factors: [{ levels: 2, nested: true }] },
    )
    const gap = (place: number) => fit.effect(0, 1, place).mean - fit.effect(0, 0, place).mean
    expect(gap(many)).toBeCloseTo(Math.log(1.5), 1)
    // By itself the few would say the opposite.
    expect(gap(few)).toBeGreaterThan(0.1)
    expect(fit.effect(0, 1, few).deviation).toBeGreaterThan(fit.effect(0, 1, many).deviation)
  })

  it('is told nothing by rates of places that all levels have alike, however they were shown', () => {
    const { parents, places } = treeOf(2, 3)
    const cells = places.flatMap((place, at): CrossedCell[] => {
      const rate = 0.005 * 2 ** at
      // Each place was shown mostly one level.
      return [0, 1].map((level) => ({
        place,
        levels: [level],
        ...exactly(level === at % 2 ? 50_000 : 5_000, rate),
      }))
    })
    const fit = fitCrossedEffects(cells, { ...PRIOR, parents, factors: [{ levels: 2, nested: true }] })
    expect(Math.abs(fit.effect(0, 0, 0).mean - fit.effect(0, 1, 0).mean)).toBeLessThan(0.03)
  })

  it('gives a level that nothing was seen of the mean of the others, unsure', () => {
    const { parents, places } = treeOf(1, 1)
    const place = places[0]!
    const cells: CrossedCell[] = [0.9, 1, 1.1].map((effect, level) => ({
      place,
      levels: [level],
      ...exactly(100_000, 0.02 * effect),
    }))
    const layout: CrossedLayout = { ...PRIOR, parents, factors: [{ levels: 4, nested: true }] }
    const unseen = fitCrossedEffects(cells, layout).effect(0, 3, place)
    expect(Math.exp(unseen.mean + unseen.deviation ** 2 / 2)).toBeCloseTo(1, 1)
    expect(unseen.deviation).toBeGreaterThan(0.15)
    // With nothing at all, every level is alike.
    const nothing = fitCrossedEffects([], layout)
    expect(nothing.effect(0, 0, 0)).toEqual(nothing.effect(0, 3, 0))
  })

  it('holds the truth nearly as often as it says, in simulated worlds drawn from its own prior', () => {
    const { parents, places } = treeOf(4, 5)
    const stream = createStream('crossed coverage')
    const normal = () => normalQuantile(stream.next() + 2 ** -33)
    let [held, counted] = [0, 0]
    for (let world = 0; world < 40; world++) {
      const levels = Array.from({ length: 4 }, () => 0.3 * normal())
      const truth = levels.map((level) => {
        const at = parents.map(() => level)
        for (let place = 1; place < parents.length; place++)
          at[place] = at[parents[place]!]! + 0.15 * normal()
        return at
      })
      const cells = places.flatMap((place) => {
        const base = 0.03 * Math.exp(0.4 * normal())
        return truth.map((at, level): CrossedCell => {
          const rate = base * Math.exp(at[place]!)
          let events = 0
          for (let trial = 0; trial < 800; trial++) events += Number(stream.next() < rate)
          return { place, levels: [level], trials: 800, events }
        })
      })
      const fit = fitCrossedEffects(cells, { ...PRIOR, parents, factors: [{ levels: 4, nested: true }] })
      for (const place of places) {
        const [a, b] = [fit.effect(0, 0, place), fit.effect(0, 1, place)]
        const error = a.mean - b.mean - (truth[0]![place]! - truth[1]![place]!)
        held += Number(Math.abs(error) < 1.645 * Math.hypot(a.deviation, b.deviation))
        counted++
      }
    }
    // Of 800 nine in ten would be the whole truth; without the adjustment for the base rates it is 0.77.
    expect(held / counted).toBeGreaterThan(0.83)
    expect(held / counted).toBeLessThan(0.95)
  })
})
