import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PolyadError } from '../../../core/errors.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import type { AdUnit } from '../../../engine/space/ad-unit.ts'
import { type Cover, type CoverRequest, coverSpace } from '../../../engine/space/cover/cover.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { arbitraryPlan } from './arbitrary-plan.ts'
import { bruteForce } from './brute-force.ts'
import { segmentOf, smallPlan, TALL, textAsset, WIDE } from './small-plan.ts'

/** Runs a search to its end; the task it told first comes back with it. */
function coverOf(plan: Plan, request: Partial<CoverRequest> = {}): Cover & { readonly units: AdUnit[] } {
  const steps = coverSpace(plan, { strength: 2, seed: '1', ...request })
  const first = steps.next()
  if (first.done || first.value.kind !== 'task') throw new Error('the task is told first')
  for (;;) {
    const { done, value } = steps.next()
    if (!done) continue
    expect(value).toMatchObject({
      combinations: first.value.combinations,
      leastUnits: first.value.leastUnits,
    })
    return { ...value, units: value.positions.map((rank) => createSpace(plan).unitAt(rank)) }
  }
}

/** Every combination of choices in `strength` dimensions that the units have, as texts. */
function combinationsOf(units: readonly AdUnit[], dimensions: readonly string[], strength: number) {
  const found = new Set<string>()
  for (const unit of units) {
    const { segment, locale, placement, choices } = unit
    const all: Record<string, string | undefined> = { ...choices, segment, locale, placement }
    const visit = (from: number, chosen: readonly string[]): void => {
      if (chosen.length === strength) found.add(chosen.join(' '))
      else {
        for (let at = from; at < dimensions.length; at++) {
          const name = dimensions[at]!
          visit(at + 1, [...chosen, `${name}=${all[name] ?? ''}`])
        }
      }
    }
    visit(0, [])
  }
  return found
}

/** Slots of so many options each, everything allowed. */
function freePlan(sizes: readonly number[]): Plan {
  return smallPlan({
    slots: sizes.map((size, at) => ({
      slot: `s${at}`,
      default: 'a0',
      assets: Array.from({ length: size }, (_, option) => textAsset(`a${option}`)),
    })),
  })
}

function slotsOf(plan: Plan): string[] {
  return plan.campaign.slots.map(({ slot }) => slot)
}

describe('a covering set', () => {
  it('has every combination that enumeration finds, of ad units of the space, and no more rows than combinations', () => {
    let tried = 0
    fc.assert(
      fc.property(
        arbitraryPlan,
        fc.constantFrom<2 | 3>(2, 3),
        fc.infiniteStream(fc.boolean()),
        fc.string(),
        (plan, strength, named, seed) => {
          const all = ['segment', 'locale', 'placement', ...slotsOf(plan)]
          const chosen = all.filter(() => named.next().value)
          const over = chosen.length >= strength ? chosen : undefined
          let covered: ReturnType<typeof coverOf>
          try {
            covered = coverOf(plan, { strength, seed, ...(over && { over }) })
          } catch (error) {
            if (error instanceof PolyadError && error.code === 'SPACE_EMPTY') return
            throw error
          }
          tried++
          const dimensions = over ?? all.slice(1)
          const wanted = combinationsOf(bruteForce(plan), dimensions, strength)
          expect(combinationsOf(covered.units, dimensions, strength)).toEqual(wanted)
          expect(covered.positions.length).toBeLessThanOrEqual(wanted.size)
          expect(covered.positions.length).toBeGreaterThanOrEqual(covered.leastUnits)
          expect(new Set(covered.positions).size).toBe(covered.positions.length)
        },
      ),
      { numRuns: 300 },
    )
    expect(tried).toBeGreaterThan(50)
  })

  // Optimal but where a best known number is named: Colbourn's covering array tables.
  const PUBLISHED: readonly (readonly [string, 2 | 3, readonly number[], number])[] = [
    ['3^4', 2, repeat(4, 3), 9],
    ['3^7', 2, repeat(7, 3), 12],
    ['3^13', 2, repeat(13, 3), 15],
    ['2^100', 2, repeat(100, 2), 10],
    ['5 4 4 3 3 2 2', 2, [5, 4, 4, 3, 3, 2, 2], 20],
    ['3^4', 3, repeat(4, 3), 27],
    ['2^10', 3, repeat(10, 2), 12],
    ['4^6', 3, repeat(6, 4), 64],
    ['6 5 4 3 2', 3, [6, 5, 4, 3, 2], 120],
  ]
  for (const [name, strength, sizes, most] of PUBLISHED) {
    it(`of ${name} at strength ${strength} has ${most} rows`, () => {
      const plan = freePlan(sizes)
      const { units, positions, combinations, leastUnits } = coverOf(plan, { strength })
      expect(combinationsOf(units, slotsOf(plan), strength).size).toBe(combinations)
      expect(positions.length).toBe(most)
      expect(leastUnits).toBeLessThanOrEqual(most)
    })
  }

  it('is the same for the same seed, in rank order', () => {
    const plan = freePlan([5, 4, 4, 3, 3])
    const excluding = smallPlan({ slots: plan.campaign.slots, exclude: [{ s0: ['a0'], s1: ['a1', 'a2'] }] })
    const first = coverOf(excluding, { seed: 'spring' }).positions
    expect(coverOf(excluding, { seed: 'spring' }).positions).toEqual(first)
    expect(coverOf(excluding, { seed: 'autumn' }).positions).not.toEqual(first)
    expect([...first].sort((a, b) => Number(a - b))).toEqual(first)
    expect(first.slice(0, 6)).toMatchInlineSnapshot(`
      [
        0n,
        49n,
        62n,
        63n,
        87n,
        116n,
      ]
    `)
  })

  it('takes broad where it may, and the first segment of those that alone allow a choice', () => {
    const plan = smallPlan({
      segments: [segmentOf('broad'), segmentOf('oregon', 'OR'), segmentOf('california', 'CA')],
      slots: [
        {
          slot: 'headline',
          default: 'base',
          assets: [textAsset('base'), { ...textAsset('beach'), when: { state: 'CA' } }],
        },
        { slot: 'button', default: 'base', assets: [textAsset('base'), textAsset('buy')] },
      ],
      placements: [WIDE, TALL],
      absentIn: { button: ['tall'] },
    })
    const { units, leastUnits } = coverOf(plan)
    for (const { choices, segment } of units) {
      expect(segment).toBe(choices['headline'] === 'beach' ? 'california' : 'broad')
    }
    // Wide with two buttons and tall without, each with two headlines.
    expect(leastUnits).toBe(6)
    expect(units).toHaveLength(6)
    expect(coverOf(plan, { over: ['segment', 'headline'] }).units.map((unit) => unit.segment)).toEqual([
      'broad',
      'oregon',
      'california',
      'california',
    ])
  })

  it('is as small as its bound where exclusions leave orthogonal rows', () => {
    const plan = freePlan([6, 6, 5, 4])
    const excluding = smallPlan({
      slots: plan.campaign.slots,
      exclude: [
        { s0: ['a0'], s1: ['a1'] },
        { s0: ['a2'], s2: ['a0', 'a1'] },
      ],
    })
    const { positions, leastUnits } = coverOf(excluding)
    expect(leastUnits).toBe(35)
    expect(positions).toHaveLength(35)
  })

  it('says what is wrong with what was asked', () => {
    const plan = freePlan([2, 2])
    expect(() => coverOf(plan, { over: ['s0', 'colour'] })).toThrow(
      'there is no dimension "colour"; name some of segment, locale, placement, s0, s1',
    )
    expect(() => coverOf(plan, { strength: 3, over: ['s0', 's1', 's0'] })).toThrow(
      'covering set: over: combinations of 3 choices need at least 3 dimensions, not 2; name more of segment, ' +
        'locale, placement, s0, s1',
    )
    expect(() => coverOf(freePlan([200, 200, 200]), { strength: 3 })).toThrow(
      'a covering set over 8000000 combinations of 3 choices is beyond the limit of 5000000; cover fewer dimensions ' +
        '(--over), or combinations of 2 (--cover 2)',
    )
  })
})

function repeat(times: number, size: number): number[] {
  return new Array<number>(times).fill(size)
}
