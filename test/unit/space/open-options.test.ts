import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import { type ClosedOptions, drawOpen } from '../../../engine/space/open-options.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { withoutAssets } from '../../../engine/space/without-assets.ts'
import { smallPlan, textAsset } from './small-plan.ts'

const slots: Campaign['slots'] = ['a', 'b', 'c'].map((slot) => ({
  slot,
  default: `${slot}1`,
  assets: [1, 2, 3].map((i) => textAsset(`${slot}${i}`)),
}))
const plan = smallPlan({ slots, exclude: [{ a: ['a2'], c: ['c3'] }] })
const space = createSpace(plan)
const cell = { segment: 'broad', locale: 'en-US', placement: 'wide' }
const weights = {
  version: 1,
  floor: 0.05,
  weight: (_slot: string, asset: string | undefined) => Number(asset?.slice(1) ?? 1),
}
const nothing: ClosedOptions = { asset: () => false, combination: () => false }
const textOf = (choices: Readonly<Record<string, string | undefined>>) =>
  `${choices['a']} ${choices['b']} ${choices['c']}`
const units = [...space.units(0n, space.count)].map(({ choices }) => textOf(choices))

/** Closes some assets, and some whole ad units at their last slot. */
function closing(assets: readonly string[], whole: readonly string[]): ClosedOptions {
  return {
    asset: (_slot, asset) => assets.includes(asset!),
    combination: (slot, asset, choices) => slot === 'c' && whole.includes(textOf({ ...choices, c: asset })),
  }
}

/** The distribution of what is open, worked out by hand: each slot among the options that lead to an open unit. */
function expected(open: readonly string[]): Map<string, number> {
  const result = new Map<string, number>()
  for (const unit of open) {
    const parts = unit.split(' ')
    let probability = 1
    for (let level = 0; level < 3; level++) {
      const before = parts.slice(0, level).join(' ')
      const options = [
        ...new Set(open.filter((each) => each.startsWith(before)).map((each) => each.split(' ')[level]!)),
      ]
      const total = options.reduce((sum, option) => sum + Number(option.slice(1)), 0)
      const floor = Math.min(0.05, 1 / options.length)
      probability *= floor + ((1 - floor * options.length) * Number(parts[level]!.slice(1))) / total
    }
    result.set(unit, probability)
  }
  return result
}

describe('drawOpen', () => {
  it('draws as Space.choose does where nothing is closed', () => {
    for (let i = 0; i < 50; i++) {
      const drawn = drawOpen(createStream(`${i}`), space.cellNode(cell)!, 'broad', slots, weights, nothing)
      const chosen = space.choose(createStream(`${i}`), cell, weights)!
      expect(drawn).toEqual({ choices: chosen.unit.choices, propensities: chosen.propensities })
    }
  })

  it('draws only what is open, with exact propensities, whatever is closed', () => {
    const someAssets = fc.subarray(
      slots.flatMap(({ assets }) => assets.map(({ id }) => id)),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(someAssets, fc.subarray(units, { maxLength: 8 }), fc.integer(), (assets, whole, seed) => {
        const open = units.filter(
          (unit) => !whole.includes(unit) && !unit.split(' ').some((part) => assets.includes(part)),
        )
        const distribution = expected(open)
        const stream = createStream(`${seed}`)
        const closed = closing(assets, whole)
        for (let i = 0; i < 30; i++) {
          const drawn = drawOpen(stream, space.cellNode(cell)!, 'broad', slots, weights, closed)
          expect(drawn === undefined).toBe(open.length === 0)
          if (!drawn) return
          const unit = textOf(drawn.choices)
          const product = Object.values(drawn.propensities).reduce((all, each) => all * each, 1)
          expect(open).toContain(unit)
          expect(product).toBeCloseTo(distribution.get(unit)!, 12)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('draws as often as it says', () => {
    const closed = closing(['b2'], ['a1 b1 c1', 'a1 b1 c2'])
    const open = units.filter((unit) => !unit.includes('b2') && !['a1 b1 c1', 'a1 b1 c2'].includes(unit))
    const distribution = expected(open)
    expect([...distribution.values()].reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12)
    const stream = createStream('often')
    const seen = new Map<string, number>()
    const draws = 20_000
    for (let i = 0; i < draws; i++) {
      const unit = textOf(drawOpen(stream, space.cellNode(cell)!, 'broad', slots, weights, closed)!.choices)
      seen.set(unit, (seen.get(unit) ?? 0) + 1)
    }
    for (const [unit, probability] of distribution) {
      const sd = Math.sqrt((probability * (1 - probability)) / draws)
      expect(Math.abs((seen.get(unit) ?? 0) / draws - probability)).toBeLessThan(4.5 * sd)
    }
  })

  it('passes over a slot whose options are all closed without trying every combination above it', () => {
    const many: Campaign['slots'] = Array.from({ length: 9 }, (_, level) => ({
      slot: `s${level}`,
      default: `s${level}-0`,
      assets: Array.from({ length: 10 }, (_, i) => textAsset(`s${level}-${i}`)),
    }))
    const wide = createSpace(smallPlan({ slots: many }))
    let asked = 0
    const closed = {
      ...nothing,
      asset: (slot: string) => {
        asked++
        return slot === 's8'
      },
    }
    expect(
      drawOpen(createStream('wide'), wide.cellNode(cell)!, 'broad', many, weights, closed),
    ).toBeUndefined()
    expect(asked).toBeLessThan(500)
  })
})

describe('withoutAssets', () => {
  it('is the ad units without them, and nothing where no other is left', () => {
    const rest = withoutAssets(plan, (slot, asset) => slot === 'a' && asset !== 'a2')
    expect(rest.count).toBe(BigInt(units.filter((unit) => unit.startsWith('a2')).length))
    expect(withoutAssets(plan, (slot) => slot === 'b').count).toBe(0n)
    expect(
      space.cellNode(
        cell,
        withoutAssets(plan, (slot) => slot === 'b'),
      ),
    ).toBeUndefined()
  })
})
