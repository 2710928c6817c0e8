import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countBits } from '../../../core/bitmap.ts'
import { parseRule } from '../../../rules/parse.ts'
import type { Rule } from '../../../rules/rule.ts'
import { createGridTree, gridDefinition } from '../../../segments/grid.ts'
import { largeOverlaps, overlap, shownOverlaps } from '../../../segments/overlap.ts'
import { resolveSegments } from '../../../segments/resolve.ts'
import type { Segment } from '../../../segments/segment.ts'
import { recordArbitrary, ruleJsonArbitrary, VOCABULARY } from '../../property/arbitrary-rule.ts'
import { CATALOGUE, populationOf } from '../../property/population-of.ts'

// 100 people: 60 of California, the first 30 of them members; posts number them.
const population = populationOf(
  Array.from({ length: 100 }, (_, i) => ({
    values: { state: i < 60 ? 'CA' : 'OR', age: i % 2 ? 'young' : 'old', member: i < 30, posts: i },
  })),
)

function ruleSegment(id: string, rule: Rule): Segment {
  return { id, title: id, rule, certain: {}, kind: 'rule', people: countBits(population.evaluate(rule)) }
}
const upTo = (id: string, lt: number) =>
  ruleSegment(id, { kind: 'range', attribute: 'posts', range: { gte: 0, lt } })
const from = (id: string, gte: number) =>
  ruleSegment(id, { kind: 'range', attribute: 'posts', range: { gte, lt: 1000 } })

function grid(name: string, attributes: string[]) {
  const document = { name, grid: { attributes } }
  const input = {
    population,
    catalogue: CATALOGUE,
    documents: new Map([[name, document]]),
    entries: [{ grid: name }],
  }
  return {
    tree: createGridTree(population, gridDefinition(document, CATALOGUE)),
    cells: resolveSegments(input).slice(1),
  }
}

const pairs = (found: readonly { a: string; b: string }[]) => found.map(({ a, b }) => `${a} ${b}`)

describe('segments that are largely one', () => {
  it('are two rules of which one is half in the other, largest share first', () => {
    const segments = [upTo('forty', 40), upTo('sixty', 60), from('later', 20), from('last', 59)]
    expect(largeOverlaps(population, segments, [], 1)).toEqual([
      { a: 'forty', b: 'sixty', people: 40, containment: 1 },
      { a: 'later', b: 'last', people: 41, containment: 1 },
      { a: 'sixty', b: 'later', people: 40, containment: 40 / 60 },
      { a: 'forty', b: 'later', people: 20, containment: 0.5 },
    ])
  })

  it('are cells of two grids, never of one', () => {
    const states = grid('states', ['state'])
    const clubs = grid('clubs', ['state', 'member'])
    const both = [...states.cells, ...clubs.cells]
    expect(pairs(largeOverlaps(population, both, [states.tree, clubs.tree], 1))).toEqual([
      'states/CA clubs/CA/false',
      'states/CA clubs/CA/true',
      'states/OR clubs/OR/false',
    ])
    expect(largeOverlaps(population, clubs.cells, [clubs.tree], 1)).toEqual([])
  })

  it('are a rule and a cell only where they are nearly the same: a cell inside a wider rule is a part of it', () => {
    const { tree, cells } = grid('states', ['state'])
    const found = (rule: Segment) => pairs(largeOverlaps(population, [...cells, rule], [tree], 1))
    expect(found(upTo('nearly-all', 99))).toEqual(['states/CA nearly-all'])
    expect(found(upTo('all', 200))).toEqual(['states/CA all'])
    expect(found(upTo('most-of-california', 55))).toEqual(['states/CA most-of-california'])
    expect(found(upTo('some-of-california', 20))).toEqual([])
  })

  it('are told without numbers where these would tell of a few people, and not at all where a size is hidden', () => {
    const segments = [upTo('sixty', 60), upTo('almost', 57), upTo('few', 4)]
    expect(largeOverlaps(population, segments, [], 5)).toEqual([
      { a: 'sixty', b: 'almost', people: null, containment: null },
    ])
    expect(pairs(largeOverlaps(population, segments, [], 3))).toHaveLength(3)
  })

  it('have no number that the list of overlaps would not tell', () => {
    const rules = fc.array(ruleJsonArbitrary, { minLength: 2, maxLength: 12 })
    fc.assert(
      fc.property(rules, fc.array(recordArbitrary, { minLength: 10, maxLength: 80 }), (jsons, people) => {
        const some = populationOf(people)
        const segments = jsons.map((json, i): Segment => {
          const rule = parseRule(json, VOCABULARY, 'test')
          const size = countBits(some.evaluate(rule))
          return { id: `s${i}`, title: `s${i}`, rule, certain: {}, kind: 'rule', people: size }
        })
        const told = largeOverlaps(some, segments, [], 5)
        const shown = new Map(
          shownOverlaps(some, segments, [], 5).map((pair) => [`${pair.a} ${pair.b}`, pair]),
        )
        for (const { a, b, people: both, containment } of told) {
          const pair = shown.get(`${a} ${b}`)
          expect([both, containment]).toEqual([pair?.people ?? null, pair?.containment ?? null])
        }
        const large = overlap(some, segments).filter((pair) => pair.containment >= 0.5)
        const sizes = new Map(segments.map(({ id, people: size }) => [id, size]))
        const tellable = large.filter(({ a, b }) => sizes.get(a)! >= 5 && sizes.get(b)! >= 5)
        expect(pairs(told).sort()).toEqual(pairs(tellable).sort())
      }),
      { numRuns: 100 },
    )
  })
})
