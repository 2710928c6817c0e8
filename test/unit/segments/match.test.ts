import { describe, expect, it } from 'vitest'
import { EVERYBODY, type Range, type Rule, type Values } from '../../../rules/rule.ts'
import { createMatcher } from '../../../segments/match.ts'
import type { Segment } from '../../../segments/segment.ts'

function segment(id: string, rule: Rule, people = 100): Segment {
  return { id, title: id, rule, certain: {}, kind: 'rule', people }
}

const idsMet = (segments: readonly Segment[], values: Values) =>
  createMatcher(segments)
    .match({ values })
    .map(({ id }) => id)

describe('the order of matched segments', () => {
  it('is fewest people first, then by id in text order, whatever the order they were given in', () => {
    const segments = [
      segment('b', EVERYBODY, 70),
      segment('wide', EVERYBODY, 500),
      segment('Z', EVERYBODY, 70),
      segment('narrow', EVERYBODY, 60),
      segment('a', EVERYBODY, 70),
    ]
    expect(idsMet(segments, {})).toEqual(['narrow', 'Z', 'a', 'b', 'wide'])
    expect(idsMet(segments.toReversed(), {})).toEqual(['narrow', 'Z', 'a', 'b', 'wide'])
  })
})

describe('ranges', () => {
  const within = (id: string, range: Range) => segment(id, { kind: 'range', attribute: 'age', range })
  const segments = [
    within('from 18', { gte: 18 }),
    within('over 18', { gt: 18 }),
    within('under 18', { lt: 18 }),
    within('to 18', { lte: 18 }),
    within('18 to 25', { gte: 18, lt: 25 }),
    within('nobody', { gt: 25, lt: 18 }),
    segment('just 18', { kind: 'in', attribute: 'age', values: [18] }),
    segment('not 18', { kind: 'not', of: { kind: 'in', attribute: 'age', values: [18] } }),
    segment('told', { kind: 'known', attribute: 'age' }),
    segment('not from 18', { kind: 'not', of: { kind: 'range', attribute: 'age', range: { gte: 18 } } }),
  ]

  it.each<[Values[string], string[]]>([
    [17.999, ['not 18', 'not from 18', 'told', 'to 18', 'under 18']],
    [18, ['18 to 25', 'from 18', 'just 18', 'to 18', 'told']],
    [24.5, ['18 to 25', 'from 18', 'not 18', 'over 18', 'told']],
    [25, ['from 18', 'not 18', 'over 18', 'told']],
    [Number.POSITIVE_INFINITY, ['from 18', 'not 18', 'over 18', 'told']],
    [Number.NEGATIVE_INFINITY, ['not 18', 'not from 18', 'told', 'to 18', 'under 18']],
    [Number.NaN, ['not 18', 'not from 18']],
    [undefined, ['not 18', 'not from 18']],
    ['18', ['not 18', 'not from 18', 'told']],
    [['18'], ['not 18', 'not from 18', 'told']],
    [[], ['not 18', 'not from 18']],
  ])('and single numbers are told apart at %s', (age, met) => {
    expect(idsMet(segments, { age })).toEqual(met.toSorted())
  })

  it('of zero take minus zero', () => {
    const zero = [segment('zero', { kind: 'in', attribute: 'age', values: [0] }), within('up', { gte: 0 })]
    expect(idsMet(zero, { age: -0 })).toEqual(['up', 'zero'])
  })
})

describe('sets', () => {
  const has = (...values: string[]): Rule => ({ kind: 'has', attribute: 'interests', values })
  const not = (of: Rule): Rule => ({ kind: 'not', of })
  const segments = [
    segment('tea', has('tea')),
    segment('tea or chess', has('tea', 'chess')),
    segment('tea and chess', { kind: 'all', of: [has('tea'), has('chess')] }),
    segment('three', { kind: 'all', of: [has('tea'), has('chess'), has('hiking')] }),
    segment('tea without chess', { kind: 'all', of: [has('tea'), not(has('chess'))] }),
    segment('neither', not(has('tea', 'chess'))),
    segment('any told', { kind: 'known', attribute: 'interests' }),
  ]
  it.each<[Values[string], string[]]>([
    [['tea'], ['any told', 'tea', 'tea or chess', 'tea without chess']],
    [
      ['chess', 'tea'],
      ['any told', 'tea', 'tea and chess', 'tea or chess'],
    ],
    [
      ['tea', 'tea', 'golf'],
      ['any told', 'tea', 'tea or chess', 'tea without chess'],
    ],
    [
      ['hiking', 'chess', 'tea'],
      ['any told', 'tea', 'tea and chess', 'tea or chess', 'three'],
    ],
    [['golf'], ['any told', 'neither']],
    [[], ['neither']],
    [undefined, ['neither']],
    ['tea', ['any told', 'neither']],
  ])('match by any item, by each of several, and by none: %j', (interests, met) => {
    expect(idsMet(segments, { interests })).toEqual(met)
  })
})

describe('an index', () => {
  it('keeps the bitmap of a value in four bytes for each 128 segments, and what differs', () => {
    const cells = (count: number) =>
      Array.from({ length: count }, (_, i) =>
        segment(`c${i}`, { kind: 'in', attribute: 'city', values: [`C${i}`] }),
      )
    const few = createMatcher(cells(1_000)).bytes
    const many = createMatcher(cells(4_000)).bytes
    // A bitmap for each of 4,000 values would be 2 MB.
    expect(many).toBeLessThan(700_000)
    expect(many / few).toBeLessThan(16)
    expect(idsMet(cells(4_000), { city: 'C3999' })).toEqual(['c3999'])
  })

  it('of no segment, and of those nobody can be in, matches nothing', () => {
    expect(idsMet([], { state: 'CA' })).toEqual([])
    expect(idsMet([segment('nobody', { kind: 'any', of: [] })], { state: 'CA' })).toEqual([])
  })
})
