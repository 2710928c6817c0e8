import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countBits } from '../../../core/bitmap.ts'
import { servedPeople } from '../../../engine/guard/served-people.ts'
import { starvedRules } from '../../../engine/guard/starved-rules.ts'
import type { Rule } from '../../../rules/rule.ts'
import type { Segment } from '../../../segments/segment.ts'
import { populationOf } from '../../property/population-of.ts'

const K_FLOOR = 2

const cases = fc.record({
  // Person i has the numbers in their list as ages; a segment is of those whose age is one of some.
  ages: fc.array(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 60 }),
  segments: fc.array(
    fc.record({
      ages: fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 6 }),
      isRule: fc.boolean(),
      needed: fc.integer({ min: K_FLOOR, max: 15 }),
    }),
    { minLength: 1, maxLength: 10 },
  ),
})

describe('rules that are starved', () => {
  it('are those that dropping one at a time, each time anew, drops', () => {
    let most = 0
    fc.assert(
      fc.property(cases, ({ ages, segments: asked }) => {
        const population = populationOf(ages.map((age) => ({ values: { state: String(age) } })))
        const segments = asked.map(({ ages: some }, at): Segment => {
          const rule: Rule = {
            kind: 'any',
            of: some.map((age) => ({ kind: 'in', attribute: 'state', values: [String(age)] })),
          }
          const people = countBits(population.evaluate(rule))
          return { id: `s${at}`, kind: 'rule', rule, people, certain: {} } as unknown as Segment
        })
        const neededAt = (id: string) => asked[Number(id.slice(1))]!.needed
        const isRule = new Set(
          segments.map(({ id }) => id).filter((id) => asked[Number(id.slice(1))]!.isRule),
        )
        // A rule under the k floor takes nobody from others, and is dropped before (roll-up-proposal.ts).
        const all = segments.filter(({ id, people }) => !isRule.has(id) || people >= K_FLOOR)

        const expected: string[] = []
        for (let left = all; ; ) {
          const { of } = servedPeople(population, left, K_FLOOR, false)
          const [smallest] = left
            .filter(({ id }) => isRule.has(id) && of.get(id)! < neededAt(id))
            .sort((a, b) => of.get(a.id)! - of.get(b.id)! || (a.id < b.id ? -1 : 1))
          if (!smallest) break
          expected.push(smallest.id)
          left = left.filter((segment) => segment !== smallest)
        }
        most = Math.max(most, expected.length)
        const dropped = starvedRules(population, all, isRule, { kFloor: K_FLOOR, neededAt })
        expect(dropped.map(({ id }) => id)).toEqual(expected)
      }),
      { numRuns: 300 },
    )
    expect(most).toBeGreaterThan(2)
  })
})
