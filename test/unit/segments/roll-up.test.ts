import { describe, expect, it } from 'vitest'
import { rollUp } from '../../../segments/roll-up.ts'

const floor = (least: number) => (_node: unknown, people: number) =>
  people >= least ? ({ ok: true } as const) : ({ ok: false, reason: `${people} of ${least}` } as const)

const node = (id: string, parent: string | undefined, own: number) => ({ id, parent, own })

describe('rollUp', () => {
  it('a starved leaf joins its parent’s remainder, with those who lack an attribute', () => {
    const nodes = [
      node('root', undefined, 0),
      node('CA', 'root', 40),
      node('CA/a', 'CA', 60),
      node('CA/b', 'CA', 30),
    ]
    expect(rollUp({ nodes }, floor(50))).toEqual({
      leaves: [{ id: 'CA/a', people: 60 }],
      remainders: [{ id: 'CA', people: 70 }],
      broadPeople: 0,
      merges: [{ from: 'CA/b', into: 'CA', reason: '30 of 50' }],
    })
  })

  it('what cannot live goes up, then into broad: no healthy leaf is given up for fewer people than it has', () => {
    const nodes = [
      node('root', undefined, 5),
      node('CA', 'root', 0),
      node('CA/a', 'CA', 80),
      node('CA/b', 'CA', 70),
      node('CA/c', 'CA', 30),
      node('OR', 'root', 2),
      node('OR/a', 'OR', 20),
    ]
    expect(rollUp({ nodes }, floor(50))).toEqual({
      leaves: [
        { id: 'CA/a', people: 80 },
        { id: 'CA/b', people: 70 },
      ],
      remainders: [],
      broadPeople: 57,
      merges: [
        { from: 'OR/a', into: 'OR', reason: '20 of 50' },
        { from: 'CA/c', into: 'CA', reason: '30 of 50' },
        { from: 'OR', into: 'root', reason: '22 of 50' },
        { from: 'CA', into: 'root', reason: '30 of 50' },
      ],
    })
  })

  it('goes no further up than to the first node that holds enough of them', () => {
    const nodes = [
      node('root', undefined, 0),
      node('west', 'root', 0),
      node('CA', 'west', 0),
      node('CA/a', 'CA', 80),
      node('CA/b', 'CA', 30),
      node('OR', 'west', 2),
      node('OR/a', 'OR', 20),
      node('WA', 'west', 0),
      node('WA/a', 'WA', 90),
    ]
    expect(rollUp({ nodes }, floor(50))).toMatchObject({
      leaves: [
        { id: 'CA/a', people: 80 },
        { id: 'WA/a', people: 90 },
      ],
      remainders: [{ id: 'west', people: 52 }],
      broadPeople: 0,
    })
  })

  describe('where floors differ', () => {
    const floors = (of: Readonly<Record<string, number>>) => (each: { id: string }, people: number) =>
      people >= (of[each.id] ?? 50)
        ? ({ ok: true } as const)
        : ({ ok: false, reason: `${people} people` } as const)

    it('a sibling of fewer people joins the remainder, and none of more', () => {
      const nodes = [
        node('root', undefined, 0),
        node('CA', 'root', 0),
        node('CA/a', 'CA', 80),
        node('CA/b', 'CA', 20),
        node('CA/c', 'CA', 40),
      ]
      expect(rollUp({ nodes }, floors({ 'CA/b': 10 }))).toEqual({
        leaves: [{ id: 'CA/a', people: 80 }],
        remainders: [{ id: 'CA', people: 60 }],
        broadPeople: 0,
        merges: [
          { from: 'CA/c', into: 'CA', reason: '40 people' },
          { from: 'CA/b', into: 'CA', reason: '40 people' },
        ],
      })
      expect(rollUp({ nodes }, floors({ 'CA/b': 10, CA: 70 }))).toMatchObject({
        leaves: [{ id: 'CA/a', people: 80 }],
        remainders: [],
        broadPeople: 60,
      })
    })

    it('none is taken out of another remainder, unless that joins first', () => {
      const nodes = [
        node('root', undefined, 0),
        node('west', 'root', 0),
        node('CA', 'west', 0),
        node('CA/a', 'CA', 15),
        node('CA/b', 'CA', 12),
        node('CA/c', 'CA', 5),
        node('OR', 'west', 30),
        node('OR/a', 'OR', 2),
      ]
      const { leaves, remainders } = rollUp({ nodes }, floors({ 'CA/a': 10, 'CA/b': 10, CA: 10, OR: 40 }))
      // 5 of CA take the 12 of CA/b; the 32 of the west that lack a leaf take those 17, and then CA/a.
      expect(leaves).toEqual([])
      expect(remainders).toEqual([{ id: 'west', people: 64 }])
    })
  })

  it('refuses nodes that are not one tree', () => {
    expect(() => rollUp({ nodes: [node('a', undefined, 1), node('b', undefined, 1)] }, floor(1))).toThrow(
      /one root/,
    )
    expect(() => rollUp({ nodes: [node('a', undefined, 1), node('b', 'c', 1)] }, floor(1))).toThrow(
      /do not hang/,
    )
  })
})
