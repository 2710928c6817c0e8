import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RollUp, type RollUpNode, rollUp } from '../../segments/roll-up.ts'

/** A random tree as parents: node i hangs on an earlier node; node 0 is the root. Sizes are skewed to the small. */
const tree = fc
  .array(
    fc.record({
      parent: fc.nat(),
      own: fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 40 }), fc.constant(500)),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((rows) => [
    { id: 'n0', parent: undefined, own: 3 },
    ...rows.map(({ parent, own }, i) => ({ id: `n${i + 1}`, parent: `n${parent % (i + 1)}`, own })),
  ])

const floorOf = (floor: number) => (_node: RollUpNode, people: number) =>
  people >= floor ? ({ ok: true } as const) : ({ ok: false, reason: `${people} under ${floor}` } as const)

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

function segmentOfEachNode(nodes: readonly RollUpNode[], result: RollUp): Map<string, string> {
  const leaves = new Set(result.leaves.map(({ id }) => id))
  const remainders = new Set(result.remainders.map(({ id }) => id))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  return new Map(
    nodes.map((node) => {
      if (leaves.has(node.id)) return [node.id, node.id]
      let at: RollUpNode | undefined = node
      while (at && !remainders.has(at.id)) at = at.parent === undefined ? undefined : byId.get(at.parent)
      return [node.id, at ? at.id : 'broad']
    }),
  )
}

describe('roll-up of random trees', () => {
  it('leaves, remainders and the rest of broad partition the people, each with its exact count', () => {
    fc.assert(
      fc.property(tree, fc.nat({ max: 60 }), (nodes, floor) => {
        const result = rollUp({ nodes }, floorOf(floor))
        const counted = new Map<string, number>()
        const segments = segmentOfEachNode(nodes, result)
        for (const { id, own } of nodes) {
          counted.set(segments.get(id)!, (counted.get(segments.get(id)!) ?? 0) + own)
        }
        for (const { id, people } of [...result.leaves, ...result.remainders]) {
          expect(people).toBe(counted.get(id) ?? 0)
        }
        expect(result.broadPeople).toBe(counted.get('broad') ?? 0)
        const living = [...result.leaves, ...result.remainders].map(({ people }) => people)
        expect(sum(living) + result.broadPeople).toBe(sum(nodes.map(({ own }) => own)))
      }),
      { numRuns: 300 },
    )
  })

  it('none is under a floor', () => {
    fc.assert(
      fc.property(tree, fc.nat({ max: 60 }), (nodes, floor) => {
        const { leaves, remainders } = rollUp({ nodes }, floorOf(floor))
        for (const { people } of [...leaves, ...remainders]) expect(people).toBeGreaterThanOrEqual(floor)
      }),
      { numRuns: 300 },
    )
  })

  it('the order of the input changes nothing', () => {
    const shuffled = tree.chain((nodes) =>
      fc.tuple(fc.constant(nodes), fc.shuffledSubarray(nodes, { minLength: nodes.length })),
    )
    fc.assert(
      fc.property(shuffled, fc.nat({ max: 60 }), ([nodes, permuted], floor) => {
        expect(rollUp({ nodes: permuted }, floorOf(floor))).toEqual(rollUp({ nodes }, floorOf(floor)))
      }),
      { numRuns: 200 },
    )
  })

  it('where nobody lacks an attribute, raising the floor never adds a leaf', () => {
    fc.assert(
      fc.property(tree, fc.nat({ max: 60 }), fc.nat({ max: 30 }), (nodes, floor, more) => {
        const parents = new Set(nodes.map(({ parent }) => parent))
        const known = nodes.map((node) => (parents.has(node.id) ? { ...node, own: 0 } : node))
        const before = new Set(rollUp({ nodes: known }, floorOf(floor)).leaves.map(({ id }) => id))
        const after = rollUp({ nodes: known }, floorOf(floor + more)).leaves.map(({ id }) => id)
        for (const id of after) expect(before).toContain(id)
      }),
      { numRuns: 1000 },
    )
  })

  it('where no leaf starves nothing is merged, whatever people lack', () => {
    fc.assert(
      fc.property(tree, (nodes) => {
        const parents = new Set(nodes.map(({ parent }) => parent))
        const fed = nodes.map((node) => (parents.has(node.id) ? node : { ...node, own: node.own + 60 }))
        const { leaves, remainders, merges } = rollUp({ nodes: fed }, floorOf(60))
        expect(leaves.length).toBe(fed.filter(({ id }) => !parents.has(id)).length)
        expect({ remainders, merges }).toEqual({ remainders: [], merges: [] })
      }),
      { numRuns: 100 },
    )
  })
})
