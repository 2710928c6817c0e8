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

  it('a remainder that cannot live takes its smallest sibling, then goes up, then into broad', () => {
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
      leaves: [{ id: 'CA/a', people: 80 }],
      remainders: [{ id: 'CA', people: 100 }],
      broadPeople: 27,
      merges: [
        { from: 'OR/a', into: 'OR', reason: '20 of 50' },
        { from: 'CA/c', into: 'CA', reason: '30 of 50' },
        { from: 'OR', into: 'root', reason: '22 of 50' },
        { from: 'CA/b', into: 'CA', reason: '30 of 50' },
      ],
    })
  })

  it('does not take a leaf out of another remainder, unless that joins first', () => {
    const nodes = [
      node('root', undefined, 0),
      node('west', 'root', 0),
      node('CA', 'west', 0),
      node('CA/a', 'CA', 55),
      node('CA/b', 'CA', 40),
      node('CA/c', 'CA', 20),
      node('OR', 'west', 10),
    ]
    const { leaves, remainders } = rollUp({ nodes }, floor(50))
    expect(leaves).toEqual([{ id: 'CA/a', people: 55 }])
    expect(remainders).toEqual([{ id: 'west', people: 70 }])
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
