import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import { combinationRules } from '../../../engine/campaign/combination-rules.ts'
import { createCopyTable } from '../../../engine/generate/copy-table.ts'
import { createAvailability } from '../../../engine/space/availability.ts'
import { conflictOver } from '../../../engine/space/conflict.ts'
import { findLeftOut } from '../../../engine/space/left-out.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { type SmallPlan, smallPlan, TALL, textAsset, WIDE } from './small-plan.ts'

/** A slot with a default and two more assets: a0, a1, a2 for the slot a. */
function three(slot: string) {
  return { slot, default: `${slot}0`, assets: [0, 1, 2].map((at) => textAsset(`${slot}${at}`)) }
}

/** The combinations of a campaign of the slots a, b and c, each as its digits: 012 is a0 b1 c2, - where a slot is absent. */
function combinations(rules: Omit<SmallPlan, 'slots'>, placement = 'wide'): string[] {
  const space = createSpace(smallPlan({ slots: [three('a'), three('b'), three('c')], ...rules }))
  return [...space.units(0n, space.count)]
    .filter((unit) => unit.placement === placement)
    .map(({ choices }) => ['a', 'b', 'c'].map((slot) => choices[slot]?.[1] ?? '-').join(''))
}

function all(keep: (a: string, b: string, c: string) => boolean): string[] {
  const digits = ['0', '1', '2']
  return digits.flatMap((a) =>
    digits.flatMap((b) => digits.filter((c) => keep(a, b, c)).map((c) => `${a}${b}${c}`)),
  )
}

describe('combination rules', () => {
  it('require: who meets all of "if" meets all of "use"', () => {
    const require = [{ if: { b: ['b1'] }, use: { a: ['a1', 'a2'], c: ['c1'] } }]
    expect(combinations({ require })).toEqual(all((a, b, c) => b !== '1' || (a !== '0' && c === '1')))
    const both = [{ if: { a: ['a1'], c: ['c1'] }, use: { b: ['b1'] } }]
    expect(combinations({ require: both })).toEqual(all((a, b, c) => a !== '1' || c !== '1' || b === '1'))
  })

  it('groups: assets are used together or not at all', () => {
    const groups = [{ name: 'g', assets: { a: ['a1'], b: ['b1', 'b2'], c: ['c1'] } }]
    expect(combinations({ groups })).toEqual(
      all((a, b, c) => [a === '1', b !== '0', c === '1'].every((used) => used === (a === '1'))),
    )
  })

  it('where a slot is absent: a term of exclude or "if" is not met, one of "use" or a group asks for nothing', () => {
    const world = { placements: [WIDE, TALL], absentIn: { b: ['tall'] } }
    const free = combinations(world, 'tall')
    expect(free).toHaveLength(9)
    const rules: Omit<SmallPlan, 'slots'>[] = [
      { exclude: [{ a: ['a1'], b: ['b0', 'b1', 'b2'] }] },
      { require: [{ if: { b: ['b0', 'b1', 'b2'] }, use: { a: ['a0'] } }] },
      { require: [{ if: { a: ['a1'] }, use: { b: ['b1'] } }] },
      { groups: [{ name: 'g', assets: { a: ['a1'], b: ['b1'] } }] },
    ]
    for (const rule of rules) {
      expect(combinations({ ...world, ...rule }, 'tall')).toEqual(free)
      expect(combinations({ ...world, ...rule }).length).toBeLessThan(27)
    }
    const groups = [{ name: 'g', assets: { a: ['a1'], b: ['b1'], c: ['c1'] } }]
    expect(combinations({ ...world, groups }, 'tall')).toEqual(
      free.filter((each) => (each[0] === '1') === (each[2] === '1')),
    )
  })

  it('an asset that is not allowed somewhere cannot be used to meet a requirement there', () => {
    const slots = [
      three('a'),
      { ...three('b'), assets: [textAsset('b0'), textAsset('b1', { when: { placement: 'tall' } })] },
    ]
    const require = [{ if: { a: ['a1'] }, use: { b: ['b1'] } }]
    const space = createSpace(smallPlan({ placements: [WIDE, TALL], slots, require }))
    expect(space.countBy('a')).toEqual(
      new Map([
        ['a0', 3n],
        ['a1', 1n],
        ['a2', 3n],
      ]),
    )
  })

  it('finds a smallest conflict, whatever other rules there are', () => {
    const conflict: NonNullable<Campaign['exclude']> = [
      { a: ['a0'], b: ['b0'] },
      { a: ['a0'], b: ['b1', 'b2'] },
      { a: ['a1', 'a2'] },
    ]
    const idle = { b: ['b1'], c: ['c2'] }
    fc.assert(
      fc.property(
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
        (spread, order) => {
          const exclude: NonNullable<Campaign['exclude']> = spread.map(() => idle)
          for (const at of order) exclude.splice((spread[at] ?? 0) % (exclude.length + 1), 0, conflict[at]!)
          const plan = smallPlan({ slots: [three('a'), three('b'), three('c')], exclude })
          const found = conflictOver(
            combinationRules(plan.campaign),
            [0, 1, 2].map(() => Int32Array.of(0, 1, 2)),
          )
          const pointers = exclude.flatMap((each, at) => (each === idle ? [] : [`/exclude/${at}`]))
          expect(found.map(({ pointer }) => pointer)).toEqual(pointers)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('says which rules conflict when they leave nothing', () => {
    const rules = {
      exclude: [{ c: ['c1'] }, { a: ['a0', 'a1', 'a2'], b: ['b1', 'b2'] }],
      require: [{ if: { a: ['a0', 'a1', 'a2'] }, use: { b: ['b1'] } }],
    }
    expect(() => combinations(rules)).toThrow(
      'segment broad, locale en-US, placement wide: these rules conflict and leave nothing: /exclude/1, /require/0',
    )
  })

  it('names assets that rules leave out everywhere, and no asset that is not allowed anyway', () => {
    const slots = [
      three('a'),
      {
        ...three('b'),
        assets: [textAsset('b0'), textAsset('b1'), textAsset('b2', { when: { locale: 'de-DE' } })],
      },
      three('c'),
    ]
    const plan = smallPlan({
      slots,
      exclude: [{ c: ['c2'], b: ['b1'] }, { a: ['a1'], b: ['b1'] }, { a: ['a2'] }],
      require: [{ if: { a: ['a1'] }, use: { b: ['b1'] } }],
    })
    const availability = createAvailability(plan, createCopyTable(plan))
    const told = [
      { slot: 'a', asset: 'a1', rules: ['/exclude/1', '/require/0'] },
      { slot: 'a', asset: 'a2', rules: ['/exclude/2'] },
    ]
    expect(findLeftOut(plan, createSpace(plan), availability, 20)).toEqual({ told, more: 0 })
    expect(findLeftOut(plan, createSpace(plan), availability, 1)).toEqual({ told: told.slice(0, 1), more: 1 })
  })
})
