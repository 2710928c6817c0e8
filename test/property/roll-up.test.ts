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

/**
 * The rule taken literally: of all merges of segments that cannot live, and with nothing under them that cannot, the one
 * that moves the fewest people; again until all live.
 */
function cheapestFirst(nodes: readonly RollUpNode[], floorAt: ReadonlyMap<string, number>) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Set(nodes.map(({ parent }) => parent))
  const segments = new Set(nodes.map(({ id }) => id).filter((id) => !parents.has(id)))
  const above = (id: string): string[] => {
    const parent = byId.get(id)!.parent
    return parent === undefined ? [] : [parent, ...above(parent)]
  }
  const homeOf = (id: string) => [id, ...above(id)].find((at) => segments.has(at))
  const peopleOf = (id: string) => sum(nodes.filter((node) => homeOf(node.id) === id).map(({ own }) => own))
  let siblingsJoined = 0
  for (;;) {
    const failing = [...segments].filter((id) => peopleOf(id) < floorAt.get(id)!)
    const ready = failing.filter((id) => !failing.some((other) => above(other).includes(id)))
    const merges = ready.map((id) => {
      const [sibling] = [...segments]
        .filter((other) => above(other).find((at) => segments.has(at)) === id)
        .map((other) => ({ id: other, people: peopleOf(other) }))
        .sort((a, b) => a.people - b.people || (a.id < b.id ? -1 : 1))
      const people = peopleOf(id)
      return sibling && sibling.people <= people
        ? { from: sibling.id, into: undefined, people: sibling.people }
        : { from: id, into: byId.get(id)!.parent!, people }
    })
    const [cheapest] = merges.sort((a, b) => a.people - b.people || (a.from < b.from ? -1 : 1))
    if (!cheapest) break
    segments.delete(cheapest.from)
    if (cheapest.into === undefined) siblingsJoined++
    else if (byId.get(cheapest.into)!.parent !== undefined) segments.add(cheapest.into)
  }
  return { living: new Map([...segments].map((id) => [id, peopleOf(id)])), siblingsJoined }
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

  it('under one floor a leaf is merged only when it is under it: nobody moves who need not', () => {
    fc.assert(
      fc.property(tree, fc.nat({ max: 60 }), (nodes, floor) => {
        const parents = new Set(nodes.map(({ parent }) => parent))
        const fed = nodes.filter(({ id, own }) => !parents.has(id) && own >= floor).map(({ id }) => id)
        expect(rollUp({ nodes }, floorOf(floor)).leaves.map(({ id }) => id)).toEqual(fed.sort())
      }),
      { numRuns: 300 },
    )
  })

  it('is what comes of doing the cheapest merge there is, over and over, also where floors differ', () => {
    const floors = fc.array(fc.oneof(fc.nat({ max: 6 }), fc.integer({ min: 20, max: 200 })), {
      minLength: 5,
      maxLength: 41,
    })
    let siblingsJoined = 0
    fc.assert(
      fc.property(tree, floors, (nodes, least) => {
        const floorAt = new Map(nodes.map(({ id }, at) => [id, least[at % least.length]!]))
        const result = rollUp({ nodes }, (node, people) => floorOf(floorAt.get(node.id)!)(node, people))
        const expected = cheapestFirst(nodes, floorAt)
        siblingsJoined += expected.siblingsJoined
        const living = [...result.leaves, ...result.remainders].map(({ id, people }) => [id, people])
        expect(new Map(living as [string, number][])).toEqual(expected.living)
      }),
      { numRuns: 500 },
    )
    expect(siblingsJoined).toBeGreaterThan(5)
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
