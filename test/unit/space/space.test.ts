import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PolyadError } from '../../../core/errors.ts'
import { createStream } from '../../../core/stream.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import type { AdUnit } from '../../../engine/space/ad-unit.ts'
import { compileSpace, createSpace, type Space } from '../../../engine/space/space.ts'
import { arbitraryPlan } from './arbitrary-plan.ts'
import { bruteForce } from './brute-force.ts'
import { segmentOf, smallPlan, TALL, textAsset, WIDE } from './small-plan.ts'

/** The space, or undefined when the plan is refused for an empty cell. */
function spaceUnlessEmpty(plan: Plan): Space | undefined {
  try {
    return createSpace(plan)
  } catch (error) {
    if (error instanceof PolyadError && error.code === 'SPACE_EMPTY') return undefined
    throw error
  }
}

describe('space', () => {
  it('enumerates what plain loops enumerate, in the same order, and refuses exactly where a cell is empty', () => {
    let compared = 0
    fc.assert(
      fc.property(arbitraryPlan, (plan) => {
        const expected = bruteForce(plan)
        const cells = new Set(expected.map((unit) => `${unit.segment} ${unit.locale} ${unit.placement}`))
        const hasEmptyCell =
          cells.size < plan.segments.length * plan.campaign.locales.length * plan.placements.length
        const space = spaceUnlessEmpty(plan)
        expect(space === undefined).toBe(hasEmptyCell)
        if (!space) return
        compared++
        expect(space.count).toBe(BigInt(expected.length))
        expect(JSON.stringify([...space.units(0n, space.count)])).toBe(JSON.stringify(expected))
        const { segment, locale, placement } = expected[Math.floor(expected.length / 2)]!
        const { from, to } = space.ranksOf({ segment, locale, placement })!
        const inCell = (unit: AdUnit) =>
          unit.segment === segment && unit.locale === locale && unit.placement === placement
        expect(JSON.stringify([...space.units(from, to)])).toBe(JSON.stringify(expected.filter(inCell)))
        expect(space.ranksOf({ segment: 'nobody', locale, placement })).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
    expect(compared).toBeGreaterThan(1000)
  })

  it('is tried on campaigns in which every kind of rule leaves something out', () => {
    const telling = { exclude: 0, require: 0, groups: 0 }
    for (const plan of fc.sample(arbitraryPlan, { numRuns: 400, seed: 1 })) {
      const count = spaceUnlessEmpty(plan)?.count ?? 0n
      for (const kind of ['exclude', 'require', 'groups'] as const) {
        const without = bruteForce({ ...plan, campaign: { ...plan.campaign, [kind]: [] } })
        if (count > 0n && BigInt(without.length) > count) telling[kind]++
      }
    }
    for (const campaigns of Object.values(telling)) expect(campaigns).toBeGreaterThan(10)
  })

  it('ranks what it unranks, counts what it has, and leaves out what it does not have', () => {
    fc.assert(
      fc.property(arbitraryPlan, (plan) => {
        const space = spaceUnlessEmpty(plan)
        if (!space) return
        const units = [...space.units(0n, space.count)]
        for (const [rank, unit] of units.entries()) {
          expect(space.unitAt(BigInt(rank))).toEqual(unit)
          expect(space.rankOf(unit)).toBe(BigInt(rank))
        }
        const dimensions = ['segment', 'locale', 'placement', ...plan.campaign.slots.map(({ slot }) => slot)]
        for (const dimension of dimensions) {
          const counts = space.countBy(dimension)
          expect([...counts.values()].reduce((sum, each) => sum + each, 0n)).toBe(space.count)
          for (const [name, count] of counts) {
            const having = units.filter((unit) => named(unit, dimension) === name)
            expect(count).toBe(BigInt(having.length))
          }
        }
        const made = new Set(units.map((unit) => JSON.stringify(unit)))
        for (const unit of bruteForce({
          ...plan,
          campaign: { ...plan.campaign, exclude: [], require: [], groups: [] },
        })) {
          if (!made.has(JSON.stringify(unit))) expect(space.rankOf(unit)).toBeUndefined()
        }
      }),
      { numRuns: 300 },
    )
  })

  it('starts a window anywhere', () => {
    const plan = smallPlan({
      slots: [threeTexts('a'), threeTexts('b'), threeTexts('c')],
      exclude: [{ a: ['a1'], c: ['c2'] }],
    })
    const space = createSpace(plan)
    const all = [...space.units(0n, space.count)]
    for (let from = 0; from < all.length; from += 2) {
      expect([...space.units(BigInt(from), BigInt(from + 1))]).toEqual([all[from]])
      expect([...space.units(BigInt(from), space.count)]).toEqual(all.slice(from))
    }
    expect(() => space.unitAt(space.count)).toThrow('outside the number line')
    expect(() => [...space.units(0n, space.count + 1n)]).toThrow('outside the number line')
  })

  it('does not know a unit of an unknown slot, asset or segment', () => {
    const space = createSpace(smallPlan({ slots: [threeTexts('a')] }))
    const unit = space.unitAt(0n)
    expect(space.rankOf({ ...unit, choices: { a: 'a9' } })).toBeUndefined()
    expect(space.rankOf({ ...unit, choices: {} })).toBeUndefined()
    expect(space.rankOf({ ...unit, segment: 'nobody' })).toBeUndefined()
    expect(space.rankOf({ ...unit, choices: { ...unit.choices, old: 'x' } })).toBeUndefined()
    expect(space.rankOf({ ...unit, choices: { ...unit.choices, old: undefined } })).toBe(0n)
  })

  it('counts exactly past 2^53', () => {
    const slots = Array.from({ length: 10 }, (_, at) => ({
      slot: `s${at}`,
      default: 'a0',
      assets: Array.from({ length: 100 }, (_, asset) => textAsset(`a${asset}`)),
    }))
    const space = createSpace(smallPlan({ slots, exclude: [{ s0: ['a1'], s4: ['a2'], s9: ['a3'] }] }))
    expect(space.count).toBe(100n ** 10n - 100n ** 7n)
    const stream = createStream('ranks past 2^53')
    const edges = [0n, 1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, space.count - 1n]
    const drawn = Array.from({ length: 500 }, () => {
      const high = BigInt(stream.integer(2 ** 31))
      return ((high << 31n) + BigInt(stream.integer(2 ** 31))) * 21n
    })
    const cursor = space.cursor()
    for (const rank of [...edges, ...drawn]) {
      const at = rank % space.count
      expect(space.rankOf(space.unitAt(at))).toBe(at)
      if (at + 1n === space.count) continue
      cursor.seek(at)
      cursor.next()
      const moved = [...cursor.values]
      cursor.seek(at + 1n)
      expect([...cursor.values]).toEqual(moved)
    }
    expect(space.countBy('s9').get('a3')).toBe(100n ** 9n - 100n ** 7n)
  })

  it('names the rules that leave a cell empty', () => {
    const plan = smallPlan({
      placements: [WIDE, TALL],
      slots: [threeTexts('a'), threeTexts('b')],
      absentIn: { b: ['tall'] },
      exclude: [{ a: ['a0', 'a1'], b: ['b0'] }, { a: ['a0', 'a1', 'a2'] }],
    })
    expect(() => createSpace(plan)).toThrow(
      'segment broad, locale en-US, placement wide: /exclude/1 leaves everything out',
    )
  })

  it('refuses a default whose copy not every segment can fill', () => {
    const plan = smallPlan({
      segments: [segmentOf('broad'), segmentOf('californians', 'CA')],
      slots: [{ slot: 'a', default: 'here', assets: [{ id: 'here', text: { en: 'Hi {{state}}' } }] }],
    })
    expect(() => createSpace(plan)).toThrow('/slots/0/default: the copy of "here" cannot be rendered')
  })

  it('lists a condition that some segment leaves open, broad aside', () => {
    const older = { id: 'older', text: { en: 'x' }, when: { age: { range: { gte: 65 } } } }
    const plan = smallPlan({
      segments: [segmentOf('broad'), segmentOf('ca', 'CA'), segmentOf('or', 'OR')],
      slots: [{ slot: 'a', default: 'base', assets: [textAsset('base'), older] }],
    })
    expect(createSpace(plan).undecided).toEqual([{ slot: 'a', asset: 'older', segments: 2, example: 'ca' }])
    expect(createSpace(plan).countBy('a').get('older')).toBe(0n)
  })

  it('refuses a diagram past its limit, naming the rules that grow it', () => {
    const slots = Array.from({ length: 12 }, (_, at) => threeTexts(`s${at}`))
    // Each rule joins a slot of the first half with one of the second, so all of them are open in the middle.
    const exclude = Array.from({ length: 6 }, (_, at) => ({
      [`s${at}`]: [`s${at}1`],
      [`s${at + 6}`]: [`s${at + 6}1`],
    }))
    const plan = smallPlan({ slots, exclude })
    expect(() => compileSpace(plan, 50)).toThrow(/more than 50 diagram nodes.*\/exclude\//)
    expect(compileSpace(plan, 2_000_000).count).toBe((9n - 1n) ** 6n)
  })

  it('names the requirements, groups or conditions that grow it, whichever do it most', () => {
    const slots = Array.from({ length: 12 }, (_, at) => threeTexts(`s${at}`))
    const pairs = [0, 1, 2, 3, 4, 5].map((at) => [`s${at}`, `s${at + 6}`] as const)
    const require = pairs.map(([a, b]) => ({ if: { [a]: [`${a}1`] }, use: { [b]: [`${b}1`, `${b}2`] } }))
    const groups = pairs.map(([a, b], at) => ({ name: `g${at}`, assets: { [a]: [`${a}1`], [b]: [`${b}1`] } }))
    expect(() => compileSpace(smallPlan({ slots, require }), 60)).toThrow(/grow it most: .*\/require\/\d/)
    expect(() => compileSpace(smallPlan({ slots, groups }), 60)).toThrow(
      /grow it most: .*\/groups\/\d \(g\d\)/,
    )
    expect(compileSpace(smallPlan({ slots, require }), 20_000).count).toBe((9n - 1n) ** 6n)
    expect(compileSpace(smallPlan({ slots, groups }), 20_000).count).toBe((1n + 4n) ** 6n)

    const apart = Array.from({ length: 40 }, (_, at) => segmentOf(`seg-${at}`, `S${at}`))
    const assets = [
      textAsset('base'),
      ...apart.map((_, at) => textAsset(`a${at}`, { when: { state: `S${at}` } })),
    ]
    const byState = smallPlan({
      segments: [segmentOf('broad'), ...apart],
      slots: [threeTexts('top'), { slot: 'last', default: 'base', assets }],
      exclude: [{ top: ['top1'], last: ['a1'] }],
    })
    expect(() => compileSpace(byState, 60)).toThrow(/grow it most: "when" of the assets/)
  })

  it('counts what must be remembered of many open rules, not nodes alone', () => {
    const slots = Array.from({ length: 12 }, (_, at) => threeTexts(`s${at}`))
    const exclude = Array.from({ length: 900 }, () => ({ s0: ['s01'], s11: ['s111'] }))
    const plan = smallPlan({ slots, exclude })
    expect(() => compileSpace(plan, 400)).toThrow(/more than 400 diagram nodes/)
    expect(compileSpace(plan, 2_000).count).toBe(3n ** 12n - 3n ** 10n)
  })

  it('shares what is equal: 10,000 segments with 5 conditions need a run each and little more', () => {
    const states = Array.from({ length: 10_000 }, (_, at) => segmentOf(`seg-${at}`, `S${at % 5}`))
    const slots = Array.from({ length: 6 }, (_, at) => ({
      slot: `s${at}`,
      default: 'base',
      assets: [
        textAsset('base'),
        ...Array.from({ length: 5 }, (_, state) => textAsset(`x${state}`, { when: { state: `S${state}` } })),
      ],
    }))
    const plan = smallPlan({ segments: [segmentOf('broad'), ...states], slots, placements: [WIDE, TALL] })
    expect(compileSpace(plan, 10_500).count).toBe(2n * (1n + 10_000n * 2n ** 6n))
  })
})

function threeTexts(slot: string) {
  return { slot, default: `${slot}0`, assets: [0, 1, 2].map((at) => textAsset(`${slot}${at}`)) }
}

function named(unit: ReturnType<Space['unitAt']>, dimension: string): string {
  if (dimension === 'segment' || dimension === 'locale' || dimension === 'placement') return unit[dimension]
  return unit.choices[dimension] ?? ''
}
