import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PolyadError } from '../../../core/errors.ts'
import { createStream } from '../../../core/stream.ts'
import { EVEN_WEIGHTS, type Weights } from '../../../engine/allocation/weights.ts'
import { createSpace, type Space } from '../../../engine/space/space.ts'
import { arbitraryPlan } from './arbitrary-plan.ts'
import { smallPlan, textAsset } from './small-plan.ts'

const CELL = { segment: 'broad', locale: 'en-US', placement: 'wide' }

const plan = smallPlan({
  slots: ['a', 'b'].map((slot) => ({
    slot,
    default: `${slot}0`,
    assets: [0, 1, 2].map((at) => textAsset(`${slot}${at}`)),
  })),
  exclude: [{ a: ['a1'], b: ['b0', 'b1'] }, { a: ['a2'] }],
})

const weights: Weights = {
  version: 7,
  weight: (_slot, asset) => ({ a0: 1, a1: 3, a2: 50, b0: 4, b1: 0, b2: 4 })[asset ?? ''] ?? 1,
  floor: 0.05,
}

function product(numbers: Iterable<number>): number {
  return [...numbers].reduce((result, each) => result * each, 1)
}

describe('choose', () => {
  it('draws each ad unit as often as its propensity says, and never one that is excluded', () => {
    const draws = 20_000
    const stream = createStream('choose')
    const seen = new Map<string, { times: number; propensity: number }>()
    for (let draw = 0; draw < draws; draw++) {
      const chosen = createSpace(plan).choose(stream, CELL, weights)!
      const key = JSON.stringify(chosen.unit.choices)
      const row = seen.get(key) ?? { times: 0, propensity: product(Object.values(chosen.propensities)) }
      row.times++
      seen.set(key, row)
    }
    // a1 leaves only b2; b1 has weight 0 and lives on the floor.
    expect(new Set(seen.keys())).toEqual(
      new Set(
        [...createSpace(plan).units(0n, createSpace(plan).count)].map((unit) => JSON.stringify(unit.choices)),
      ),
    )
    let total = 0
    for (const { times, propensity } of seen.values()) {
      total += propensity
      const deviation = Math.sqrt(draws * propensity * (1 - propensity))
      expect(Math.abs(times - draws * propensity)).toBeLessThan(4 * deviation)
    }
    expect(total).toBeCloseTo(1, 12)
    // By hand: a0 0.05 + 0.9 * 1/4; b0 0.05 + 0.85 * 4/8.
    const byHand = seen.get(JSON.stringify({ a: 'a0', b: 'b0' }))!.propensity
    expect(byHand).toBeCloseTo(0.275 * 0.475, 12)
  })

  it('sums to 1 over the units of a cell, for any campaign', () => {
    fc.assert(
      fc.property(arbitraryPlan, fc.string(), (any, seed) => {
        let space: Space
        try {
          space = createSpace(any)
        } catch (error) {
          if (error instanceof PolyadError && error.code === 'SPACE_EMPTY') return
          throw error
        }
        const unit = space.unitAt(space.count - 1n)
        const ofCell = [...space.units(0n, space.count)].filter(
          (each) =>
            each.segment === unit.segment && each.locale === unit.locale && each.placement === unit.placement,
        )
        const propensities = new Map<string, number>()
        const stream = createStream(seed)
        // Enough draws that a cell of a few dozen units is covered; what is missing only lowers the sum.
        for (let draw = 0; draw < 300; draw++) {
          const chosen = space.choose(stream, unit, EVEN_WEIGHTS)!
          expect(space.rankOf(chosen.unit)).toBeDefined()
          propensities.set(JSON.stringify(chosen.unit.choices), product(Object.values(chosen.propensities)))
        }
        const sum = [...propensities.values()].reduce((total, each) => total + each, 0)
        expect(sum).toBeLessThan(1 + 1e-9)
        if (propensities.size === ofCell.length) expect(sum).toBeCloseTo(1, 9)
      }),
      { numRuns: 60 },
    )
  })

  it('draws none that is taken while there is another, as often as its propensity says', () => {
    const space = createSpace(plan)
    const units = [...space.units(0n, space.count)]
    // a1 leaves only b2: with that taken, a1 leads nowhere.
    const taken = units.filter(({ choices }) => choices['a'] === 'a1' || choices['b'] === 'b0')
    const others = units.filter((unit) => !taken.includes(unit))
    const stream = createStream('taken')
    const draws = 5_000
    const seen = new Map<string, { times: number; propensity: number }>()
    for (let draw = 0; draw < draws; draw++) {
      const chosen = space.choose(stream, CELL, weights, [...taken, ...taken])!
      const key = JSON.stringify(chosen.unit.choices)
      const propensity = product(Object.values(chosen.propensities))
      seen.set(key, { times: (seen.get(key)?.times ?? 0) + 1, propensity })
    }
    expect([...seen.keys()].sort()).toEqual(others.map(({ choices }) => JSON.stringify(choices)).sort())
    let total = 0
    for (const { times, propensity } of seen.values()) {
      total += propensity
      const deviation = Math.sqrt(draws * propensity * (1 - propensity))
      expect(Math.abs(times - draws * propensity)).toBeLessThan(4 * deviation + 1e-9)
    }
    expect(total).toBeCloseTo(1, 12)

    const one = units.slice(1)
    expect(space.choose(stream, CELL, weights, one)!.unit).toEqual(units[0])
    expect(units).toContainEqual(space.choose(stream, CELL, weights, units)!.unit)
    const elsewhere = units.map((unit) => ({ ...unit, locale: 'es-MX' }))
    const free = space.choose(createStream('same'), CELL, weights)
    expect(space.choose(createStream('same'), CELL, weights, elsewhere)).toEqual(free)
  })

  it('is even when every weight is 0, and when options are too many for the floor', () => {
    const space = createSpace(plan)
    for (const each of [
      { version: 1, weight: () => 0, floor: 0 },
      { version: 1, weight: weights.weight, floor: 0.9 },
    ]) {
      const { propensities } = space.choose(createStream('even'), CELL, each)!
      expect(propensities['a']).toBe(0.5)
    }
  })

  it('knows no cell that the revision does not have', () => {
    const stream = createStream('none')
    expect(createSpace(plan).choose(stream, { ...CELL, segment: 'nobody' }, EVEN_WEIGHTS)).toBeUndefined()
    expect(createSpace(plan).choose(stream, { ...CELL, locale: 'de-DE' }, EVEN_WEIGHTS)).toBeUndefined()
  })
})
