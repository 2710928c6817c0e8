import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Plan } from '../../../engine/campaign/plan.ts'
import type { Node } from '../../../engine/space/diagram.ts'
import { type Part, partOf } from '../../../engine/space/part.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { certainValues, factsOf } from '../../../rules/certainty.ts'
import type { Rule, RuleJson } from '../../../rules/rule.ts'
import type { Segment } from '../../../segments/segment.ts'
import { arbitraryPlan } from './arbitrary-plan.ts'
import { arbitraryWhere, meets } from './arbitrary-where.ts'
import { segmentOf, smallPlan, TALL, textAsset, WIDE } from './small-plan.ts'

const COUNTED = ['segment', 'locale', 'placement']

function hasUnits(plan: Plan): boolean {
  try {
    return createSpace(plan).count > 0n
  } catch {
    return false
  }
}

/** Ranks of a part by its cursor, moved step by step. */
function ranksOf(part: Part): bigint[] {
  if (part.count === 0n) return []
  const cursor = part.cursor()
  const finder = part.rankFinder()
  cursor.seek(0n)
  const ranks = [finder.rankOf(cursor.values, 0)]
  for (let changed = cursor.next(); changed >= 0; changed = cursor.next()) {
    ranks.push(finder.rankOf(cursor.values, changed))
  }
  return ranks
}

function nodesUnder(root: Node, found = new Set<Node>()): Set<Node> {
  if (found.has(root)) return found
  found.add(root)
  for (const { child } of root.runs) nodesUnder(child, found)
  return found
}

describe('part', () => {
  it('has exactly the ad units that meet the rule, for any campaign and rule: count, ranks, positions, counts', () => {
    let cut = 0
    fc.assert(
      fc.property(arbitraryPlan.filter(hasUnits), arbitraryWhere, fc.nat(), (plan, ruleFor, any) => {
        const rule = ruleFor(plan)
        const space = createSpace(plan)
        const all = [...space.units(0n, space.count)]
        const expected = [...all.keys()].filter((rank) => meets(rule, all[rank]!, plan) === 1)
        const part = partOf(plan, rule)
        expect(part.count).toBe(BigInt(expected.length))
        expect(ranksOf(part).map(Number)).toEqual(expected)
        expect(part.isWhole).toBe(expected.length === all.length)

        const rank = any % (all.length + 1)
        const before = expected.filter((each) => each < rank).length
        expect(part.positionOf(BigInt(rank))).toBe(BigInt(before))
        const dimension = [...COUNTED, ...plan.campaign.slots.map(({ slot }) => slot)][any % 4]!
        const counts = new Map<string, bigint>()
        for (const each of expected) {
          const unit = all[each]!
          const value = COUNTED.includes(dimension)
            ? unit[dimension as 'segment']
            : (unit.choices[dimension] ?? '')
          counts.set(value, (counts.get(value) ?? 0n) + 1n)
        }
        const counted = [...part.countBy(dimension)].filter(([, count]) => count > 0n)
        expect(new Map(counted)).toEqual(counts)
        if (expected.length > 0 && expected.length < all.length) cut++
      }),
      { numRuns: 500 },
    )
    expect(cut).toBeGreaterThan(60)
  })

  it('jumps to the same ad units as it steps to', () => {
    fc.assert(
      fc.property(arbitraryPlan.filter(hasUnits), arbitraryWhere, (plan, ruleFor) => {
        const part = partOf(plan, ruleFor(plan))
        const cursor = part.cursor()
        const finder = part.rankFinder()
        const jumped = Array.from({ length: Number(part.count) }, (_, position) => {
          cursor.seek(BigInt(position))
          return finder.rankOf(cursor.values, 0)
        })
        expect(jumped).toEqual(ranksOf(part))
      }),
      { numRuns: 60 },
    )
  })

  it('costs by the diagram, not by the ad units: exact counts past 2^53, with the nodes below the rule shared', () => {
    const assets = Array.from({ length: 1000 }, (_, at) => textAsset(`a${at}`))
    const slots = Array.from({ length: 8 }, (_, at) => ({ slot: `s${at}`, default: 'a0', assets }))
    const plan = smallPlan({ segments: [segmentOf('broad'), segmentOf('ca', 'CA')], slots })
    const whole = partOf(plan, undefined)
    expect(whole.count).toBe(2n * 1000n ** 8n)
    const rule: RuleJson = {
      all: [
        { state: 'CA' },
        { any: [{ s1: { in: ['a1', 'a7', 'a999'] } }, { all: [{ s2: 'a3' }, { not: { s6: 'a5' } }] }] },
      ],
    }
    const part = partOf(plan, rule)
    // By inclusion and exclusion over slots 1, 2 and 6.
    const meeting = 3n * 1000n * 1000n + 1n * 999n * 1000n - 3n * 1n * 999n
    expect(part.count).toBe(meeting * 1000n ** 5n)
    expect(part.countBy('s6').get('a5')).toBe(3n * 1000n * 1000n ** 5n)
    const known = nodesUnder(whole.root)
    expect([...nodesUnder(part.root)].filter((node) => !known.has(node)).length).toBeLessThan(12)
    const last = part.count - 1n
    const cursor = part.cursor()
    cursor.seek(last)
    const rank = part.rankFinder().rankOf(cursor.values, 0)
    expect(createSpace(plan).unitAt(rank)).toMatchObject({
      segment: 'ca',
      choices: { s0: 'a999', s1: 'a999' },
    })
    expect(part.positionOf(rank)).toBe(last)
    expect(part.positionOf(rank + 1n)).toBe(part.count)
  })
})

describe('a rule over ad units', () => {
  const ruled = (id: string, rule: Rule): Segment => ({
    ...segmentOf(id, 'CA'),
    id,
    rule,
    certain: certainValues(factsOf(rule)),
  })
  const is = (attribute: string, ...values: string[]): Rule => ({ kind: 'in', attribute, values })
  const plan: Plan = {
    ...smallPlan({
      segments: [
        segmentOf('broad'),
        segmentOf('ca', 'CA'),
        ruled('west', is('state', 'CA', 'OR')),
        ruled('not-ca', { kind: 'not', of: is('state', 'CA') }),
        ruled('adults', { kind: 'range', attribute: 'age', range: { gte: 18, lt: 25 } }),
      ],
      locales: ['en-US', 'es-US'],
      placements: [WIDE, TALL],
      slots: [
        {
          slot: 'headline',
          default: 'h0',
          assets: ['h0', 'h1', 'h2'].map((id) => textAsset(id, { text: { en: id, es: id } })),
        },
        {
          slot: 'offer',
          default: 'o0',
          assets: ['o0', 'o1'].map((id) => textAsset(id, { text: { en: id, es: id } })),
        },
        { slot: 'member', default: 'm0', assets: [textAsset('m0', { text: { en: 'm', es: 'm' } })] },
      ],
      absentIn: { offer: ['tall'] },
    }),
    attributes: { state: 'category', age: 'number', member: 'boolean' },
  }
  const segments = (rule: RuleJson) =>
    [...partOf(plan, rule).countBy('segment')].filter(([, count]) => count > 0n).map(([id]) => id)
  const count = (rule: RuleJson) => partOf(plan, rule).count
  const refusal = (rule: unknown) => {
    try {
      partOf(plan, rule as RuleJson)
    } catch (error) {
      return (error as Error).message
    }
    throw new Error('the rule was not refused')
  }

  it('takes of people only what is certain of a segment, in not too', () => {
    expect(segments({ state: { in: ['CA', 'OR'] } })).toEqual(['ca', 'west'])
    expect(segments({ 'segment.state': 'CA' })).toEqual(['ca'])
    expect(segments({ not: { state: 'CA' } })).toEqual(['not-ca'])
    expect(segments({ not: { state: { in: ['WA'] } } })).toEqual(['ca', 'west'])
    expect(segments({ age: { range: { gte: 18 } } })).toEqual(['adults'])
    expect(segments({ not: { segment: { in: ['broad', 'ca'] } } })).toEqual(['west', 'not-ca', 'adults'])
  })

  it('reads placements by id and size, and a slot that is not there as no value', () => {
    // A wide ad unit has 3 x 2 choices, a tall one 3: for 5 segments in 2 locales.
    expect(count({ placement: 'wide' })).toBe(60n)
    expect(count({ 'placement.width': 160 })).toBe(30n)
    expect(count({ 'placement.height': { range: { lt: 100 } } })).toBe(60n)
    expect(count({ 'placement.maxBytes': { known: true } })).toBe(60n)
    expect(count({ offer: { known: true } })).toBe(60n)
    expect(count({ offer: 'o1' })).toBe(30n)
    expect(count({ not: { offer: 'o1' } })).toBe(60n)
    expect(count({ all: [] })).toBe(90n)
    expect(count({ any: [] })).toBe(0n)
    expect(partOf(plan, { all: [{ locale: 'es-US' }, { offer: 'o1' }, { placement: 'tall' }] }).count).toBe(
      0n,
    )
  })

  it('refuses names that are not there, with the nearest', () => {
    expect(refusal({ headlin: 'h1' })).toBe(
      'rule: where: /headlin there is no attribute "headlin"; did you mean "headline"?',
    )
    expect(refusal({ all: [{ 'slots.headline': 'h1' }] })).toContain(
      '/all/0/slots.headline there is no attribute "slots.headline"; did you mean "slot.headline"?',
    )
    expect(refusal({ weather: 'rain' })).toContain(
      'there is segment, locale, placement, placement.width, placement.height',
    )
    expect(refusal({ headline: 'h9' })).toBe(
      'rule: where: there is no asset of headline "h9"; did you mean "h0"?',
    )
    expect(refusal({ not: { placement: { in: ['wide', 'talk'] } } })).toContain(
      'no placement "talk"; did you mean "tall"?',
    )
    expect(refusal({ locale: 'de' })).toContain('no locale "de"; there is en-US, es-US')
    expect(refusal({ segment: 'oregon' })).toContain('no segment "oregon"; there is broad, ca')
    expect(refusal({ headline: ['h1'] })).toContain('/headline')
    expect(refusal({ headline: { range: { gt: 1 } } })).toContain('only a number has a range')
  })

  it('refuses a name that is a slot and an attribute of people until it says which', () => {
    expect(refusal({ member: 'm0' })).toContain(
      'it is a slot and an attribute of people: write slot.member or segment.member',
    )
    expect(count({ 'slot.member': 'm0' })).toBe(90n)
    expect(segments({ 'segment.member': true })).toEqual([])
  })
})
