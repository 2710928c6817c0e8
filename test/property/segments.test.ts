import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countBits, countBoth, emptyBitmap, orBitmaps } from '../../core/bitmap.ts'
import { compileRule } from '../../rules/compile.ts'
import { parseRule } from '../../rules/parse.ts'
import type { Rule, RuleJson } from '../../rules/rule.ts'
import { createClauseColumns } from '../../segments/clause-columns.ts'
import { createGridTree, gridDefinition } from '../../segments/grid.ts'
import { nodeRule, parseNodeId } from '../../segments/grid-node.ts'
import { createMatcher } from '../../segments/match.ts'
import { overlap, shownOverlaps } from '../../segments/overlap.ts'
import { resolveSegments } from '../../segments/resolve.ts'
import { rollUp } from '../../segments/roll-up.ts'
import type { Segment, SegmentDocument } from '../../segments/segment.ts'
import { recordArbitrary, ruleJsonArbitrary, VOCABULARY } from './arbitrary-rule.ts'
import { CATALOGUE, populationOf } from './population-of.ts'

const records = fc.array(recordArbitrary, { minLength: 1, maxLength: 80 })

/** Few sizes, so that many segments tie. */
const segmentsFrom = (rules: fc.Arbitrary<RuleJson>, maxLength: number): fc.Arbitrary<Segment[]> =>
  fc.array(fc.tuple(rules, fc.nat({ max: 5 })), { maxLength }).map((rows) =>
    rows.map(([json, people], i) => ({
      id: `s${i}`,
      title: `s${i}`,
      rule: parseRule(json, VOCABULARY, 'test'),
      certain: {},
      kind: 'rule' as const,
      people,
    })),
  )
const segmentsArbitrary = segmentsFrom(ruleJsonArbitrary, 70)

/** Rules that would take hundreds of conjunctions, and some that tell what is certain of everybody in them. */
const wideRuleArbitrary: fc.Arbitrary<RuleJson> = fc
  .tuple(
    ruleJsonArbitrary,
    fc.array(fc.array(ruleJsonArbitrary, { minLength: 3, maxLength: 4 }), { minLength: 4, maxLength: 5 }),
    fc.boolean(),
  )
  .map(([first, groups, negated]) => {
    const wide = groups.map((any) => ({ any }))
    return { all: [first, ...(negated ? wide.map((not) => ({ not })) : wide)] }
  })

describe('match', () => {
  it.each<[string, fc.Arbitrary<Segment[]>, number]>([
    ['of all kinds', segmentsArbitrary, 200],
    ['too wide to be taken apart', segmentsFrom(wideRuleArbitrary, 8), 60],
  ])('gives what asking every segment gives, narrowest first: rules %s', (_kind, segmentsOf, numRuns) => {
    fc.assert(
      fc.property(segmentsOf, fc.array(recordArbitrary, { maxLength: 10 }), (segments, asked) => {
        const matcher = createMatcher(segments)
        for (const record of asked) {
          const expected = segments
            .filter(({ rule }) => compileRule(rule)(record))
            .sort((a, b) => a.people - b.people || (a.id < b.id ? -1 : 1))
          expect(matcher.match(record).map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
        }
      }),
      { numRuns },
    )
  })
})

describe('clause columns', () => {
  it('let a person match as the person’s mentions do', () => {
    fc.assert(
      fc.property(segmentsArbitrary, records, (segments, people) => {
        const population = populationOf(people)
        const clausesAt = createClauseColumns(population, segments)
        const { match } = createMatcher(segments)
        for (let row = 0; row < population.people; row++) {
          const values = population.valuesAt(row)
          const byMentions = match({ values, mentions: population.mentionValuesAt(row) })
          expect(match({ values, clauses: clausesAt(row) })).toEqual(byMentions)
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('overlap', () => {
  it('counts every pair as the bitmaps do', () => {
    fc.assert(
      fc.property(segmentsArbitrary, records, (segments, people) => {
        const population = populationOf(people)
        const found = overlap(population, segments)
        const bitmaps = segments.map(({ rule }) => population.evaluate(rule))
        const expected = segments.flatMap((a, i) =>
          segments.slice(i + 1).flatMap((b, j) => {
            const shared = countBoth(bitmaps[i]!, bitmaps[i + 1 + j]!)
            if (shared === 0) return []
            const [sizeA, sizeB] = [countBits(bitmaps[i]!), countBits(bitmaps[i + 1 + j]!)]
            return [
              {
                a: a.id,
                b: b.id,
                people: shared,
                jaccard: shared / (sizeA + sizeB - shared),
                containment: shared / Math.min(sizeA, sizeB),
              },
            ]
          }),
        )
        expect(found).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })
})

describe('overlaps that may be told', () => {
  it('share the floor, and tell of no smaller group beside it', () => {
    const people = Array.from({ length: 20 }, (_, i) => ({
      values: { state: i < 16 ? 'CA' : 'OR', ...(i >= 3 && i < 12 && { member: true }), posts: i },
    }))
    const population = populationOf(people)
    const segmentOf = (id: string, rule: Rule): Segment => {
      const size = countBits(population.evaluate(rule))
      return { id, title: id, rule, certain: {}, kind: 'rule', people: size }
    }
    const segments = [
      segmentOf('state', { kind: 'in', attribute: 'state', values: ['CA'] }),
      segmentOf('member', { kind: 'in', attribute: 'member', values: [true] }),
      segmentOf('early', { kind: 'range', attribute: 'posts', range: { gte: 0, lt: 14 } }),
    ]
    const pairs = (floor: number) =>
      shownOverlaps(population, segments, [], floor).map(({ a, b }) => `${a} ${b}`)
    // 16 of the state, 9 members all in it, 14 early all in it: 2 of the state are not early, 5 of the early no members.
    expect(pairs(2)).toEqual(['state member', 'state early', 'member early'])
    expect(pairs(3)).toEqual(['state member', 'member early'])
    expect(pairs(6)).toEqual(['state member'])
    expect(pairs(10)).toEqual([])
  })
})

const GRID: SegmentDocument & { grid: unknown } = {
  name: 'g',
  grid: { attributes: ['state', 'age', 'member'] },
}
const WITHIN: SegmentDocument & { grid: unknown } = {
  name: 'g',
  grid: { attributes: ['state', 'age'], within: { posts: { range: { gte: 0 } } } },
}

describe('a grid', () => {
  it('every node of its tree has exactly the people who meet its rule', () => {
    fc.assert(
      fc.property(fc.constantFrom(GRID, WITHIN), records, (document, people) => {
        const population = populationOf(people)
        const definition = gridDefinition(document as never, CATALOGUE)
        const tree = createGridTree(population, definition)
        for (const node of tree.nodes.values()) {
          expect(node.people).toBe(countBits(population.evaluate(nodeRule(definition, node.parts))))
          expect(parseNodeId(definition, node.id)).toEqual(node.parts)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('rolled up, its leaves and remainders are apart, counted exactly, and under no floor', () => {
    fc.assert(
      fc.property(fc.constantFrom(GRID, WITHIN), records, fc.nat({ max: 12 }), (document, people, floor) => {
        const population = populationOf(people)
        const tree = createGridTree(population, gridDefinition(document as never, CATALOGUE))
        const rolled = rollUp({ nodes: tree.nodes.values() }, (_node, size) =>
          size >= floor ? { ok: true } : { ok: false, reason: 'small' },
        )
        const [broad, ...segments] = resolveSegments({
          population,
          catalogue: CATALOGUE,
          documents: new Map([['g', document]]),
          entries: [
            {
              grid: 'g',
              leaves: rolled.leaves.map(({ id }) => id),
              remainders: rolled.remainders.map(({ id }) => id),
            },
          ],
        })
        expect(broad!.kind).toBe('broad')
        const told = new Map([...rolled.leaves, ...rolled.remainders].map(({ id, people: n }) => [id, n]))
        expect(segments.length).toBe(told.size)
        let covered = emptyBitmap(population.people)
        let total = 0
        for (const segment of segments) {
          const members = population.evaluate(segment.rule)
          expect(segment.people).toBe(countBits(members))
          expect(segment.people).toBe(told.get(segment.id))
          expect(segment.people).toBeGreaterThanOrEqual(Math.max(1, floor))
          covered = orBitmaps(covered, members)
          total += segment.people
        }
        expect(countBits(covered)).toBe(total)
        expect(total + rolled.broadPeople).toBe(tree.nodes.get(tree.root)!.people)
      }),
      { numRuns: 150 },
    )
  })
})
