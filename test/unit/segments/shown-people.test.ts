import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVERYBODY } from '../../../rules/rule.ts'
import type { GridTree } from '../../../segments/grid.ts'
import type { Segment } from '../../../segments/segment.ts'
import { shownPeople } from '../../../segments/shown-people.ts'

const segment = (id: string, people: number, kind: Segment['kind'] = 'cell'): Segment => ({
  id,
  title: id,
  rule: EVERYBODY,
  certain: {},
  kind,
  people,
})

/** A tree of nodes by their parents; its root is the parent that has none. */
function treeOf(parents: Readonly<Record<string, string>>): GridTree {
  const root = Object.values(parents).find((id) => parents[id] === undefined)!
  const wider = new Set(Object.values(parents))
  const nodes = new Map<string, GridTree['nodes'] extends ReadonlyMap<string, infer N> ? N : never>()
  const add = (id: string): void => {
    if (nodes.has(id)) return
    const parent = parents[id]
    if (parent !== undefined) add(parent)
    nodes.set(id, { id, parent, parts: [], kind: wider.has(id) ? 'wider' : 'cell', own: 0, people: 0 })
  }
  for (const id of Object.keys(parents)) add(id)
  const definition = { name: 'g', attributes: [], within: undefined, catalogue: { attributes: [] } }
  return { definition, root, nodes }
}

describe('shownPeople', () => {
  it('tells a segment under the floor as less than it', () => {
    const segments = [
      segment('broad', 900, 'broad'),
      segment('loyal', 49, 'rule'),
      segment('new', 50, 'rule'),
    ]
    expect(shownPeople(segments, [], 50)).toEqual([900, '<50', 50])
  })

  it('hides the smallest sibling under the same node of the tree, whatever the ids look like', () => {
    // 18-24 and 25-34 make 18-34+; by the text before the last slash 35-44 would be the smallest sibling.
    const tree = treeOf({
      'g/CA/18-24': 'g/CA/18-34+',
      'g/CA/25-34': 'g/CA/18-34+',
      'g/CA/18-34+': 'g/CA/*',
      'g/CA/35-44': 'g/CA/*',
      'g/OR/18-24': 'g/OR/*',
    })
    const segments = [
      segment('g/CA/18-24', 40),
      segment('g/CA/25-34', 300),
      segment('g/CA/35-44', 80),
      segment('g/OR/18-24', 70),
    ]
    expect(shownPeople(segments, [tree], 50)).toEqual(['<50', 'hidden', 80, 70])
  })

  it('no node of a grid has a single unknown under it, nor unknowns of few people together', () => {
    const sizes = fc.array(fc.nat({ max: 200 }), { minLength: 2, maxLength: 12 })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 2, max: 4 }), (people, width) => {
        const cells = people.map((count, i) => segment(`c${i}`, count))
        const parents = Object.fromEntries(cells.map(({ id }, i) => [id, `n${i % width}`]))
        for (let i = 0; i < width; i++) parents[`n${i}`] = 'root'
        const shown = shownPeople(cells, [treeOf(parents)], 50)
        for (const [i, each] of shown.entries()) if (typeof each === 'number') expect(each).toBe(people[i])
        for (const node of ['root', ...Array.from({ length: width }, (_, i) => `n${i}`)]) {
          const under = cells.filter(({ id }) => node === 'root' || parents[id] === node)
          const known = (at: (typeof cells)[number]) => typeof shown[cells.indexOf(at)] === 'number'
          const unknown = under.filter((each) => !known(each))
          if (unknown.length === 0 || under.every((each) => !known(each) || each.people === 0)) continue
          expect(unknown.length).toBeGreaterThan(1)
          expect(unknown.reduce((sum, each) => sum + each.people, 0)).toBeGreaterThanOrEqual(50)
        }
      }),
      { numRuns: 200 },
    )
  })
})
