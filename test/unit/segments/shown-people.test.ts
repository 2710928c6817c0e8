import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVERYBODY } from '../../../rules/rule.ts'
import type { Segment } from '../../../segments/segment.ts'
import { type ShownPeople, shownPeople } from '../../../segments/shown-people.ts'

const segment = (id: string, people: number, kind: Segment['kind'] = 'cell'): Segment => ({
  id,
  title: id,
  rule: EVERYBODY,
  certain: {},
  kind,
  people,
})

describe('shownPeople', () => {
  it('tells a segment under the floor as less than it', () => {
    const segments = [
      segment('broad', 900, 'broad'),
      segment('loyal', 49, 'rule'),
      segment('new', 50, 'rule'),
    ]
    expect(shownPeople(segments, 50)).toEqual([900, '<50', 50])
  })

  it('hides the smallest sibling of a single hidden cell, and of that cell only', () => {
    const segments = [
      segment('g/CA/18', 300),
      segment('g/CA/25', 40),
      segment('g/CA/35', 80),
      segment('g/OR/18', 70),
      segment('g/OR/25', 0),
    ]
    expect(shownPeople(segments, 50)).toEqual([300, '<50', 'hidden', 70, 0])
  })

  it('leaves no sum of siblings with a single unknown', () => {
    const sizes = fc.array(fc.nat({ max: 200 }), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(sizes, (people) => {
        const shown: readonly ShownPeople[] = shownPeople(
          people.map((count, i) => segment(`g/v${i}`, count)),
          50,
        )
        const unknown = shown.filter((each) => typeof each === 'string').length
        // A lone cell with people has no sibling to hide it.
        if (people.filter((count) => count > 0).length > 1) expect(unknown).not.toBe(1)
        for (const [i, each] of shown.entries()) if (typeof each === 'number') expect(each).toBe(people[i])
      }),
      { numRuns: 200 },
    )
  })
})
