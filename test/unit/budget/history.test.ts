import { describe, expect, it } from 'vitest'
import { historyFrom } from '../../../engine/budget/history.ts'
import { effectNodes, endOf, leafTree } from '../../../engine/budget/leaf-tree.ts'
import { gridTrees } from '../../../segments/grid-sums.ts'
import { BROAD_ID } from '../../../segments/segment.ts'
import { CAMPAIGN, populationOf, worldOf } from '../guard/world.ts'
import { CONTROL, crowd, row } from '../reporting/traffic.ts'

const about = { goal: 'click', kFloor: 50, controlShare: 0.1 } as const

describe('history from counters', () => {
  it('is events and showings by leaf and arm, as assigned', () => {
    const history = historyFrom(
      [
        ...crowd('n', 900, 90),
        ...crowd('c', 100, 8, CONTROL),
        ...crowd('u', 60, 3, { leaf: null, arm: 'broad', segment: 'broad' }),
        ...crowd('h', 70, 0, { arm: 'holdout', segment: 'broad' }),
      ],
      about,
    )
    expect(history.leaves.get('states/CA')).toEqual({
      people: 1000,
      narrow: { events: 90, showings: 900 },
      control: { events: 8, showings: 100 },
    })
    expect(history).toMatchObject({
      unmatched: { events: 3, showings: 60 },
      people: 1060,
      impressions: 1060,
      goalEvents: 101,
      valuePerEventMicros: null,
      designEffect: expect.closeTo(1, 2),
      assignmentBroken: false,
      simulated: false,
      revisions: [1],
    })
  })

  it("counts a person's showings of one week as repeats, and those of two weeks not", () => {
    const twice = { impressions: 1, decisions: 1 }
    const week = crowd('n', 100, 0, { ...twice, day: '2026-11-02' })
    const same = historyFrom([...week, ...crowd('n', 100, 0, { ...twice, day: '2026-11-04' })], about)
    const next = historyFrom([...week, ...crowd('n', 100, 0, { ...twice, day: '2026-11-12' })], about)
    expect(same.leaves.get('states/CA')!.narrow.showings).toBeCloseTo(180, 9)
    expect(next.leaves.get('states/CA')!.narrow.showings).toBeCloseTo(200, 9)
    expect(same.impressions).toBe(200)
  })

  it('knows that events of one person come together', () => {
    const few = Array.from({ length: 200 }, (_, at) =>
      row({ person: `p${at}`, impressions: 20, clicks: at < 20 ? 10 : 0 }),
    )
    expect(historyFrom(few, about).designEffect).toBeGreaterThan(2)
  })

  it('leaves out arms under the k floor, people seen in both, and says when the assignment is broken', () => {
    const rows = [...crowd('n', 500, 50), ...crowd('c', 49, 20, CONTROL)]
    expect(historyFrom(rows, about).leaves.get('states/CA')!.control).toEqual({ events: 0, showings: 0 })
    const switched = [...crowd('n', 500, 50), ...crowd('n', 60, 60, CONTROL), ...crowd('c', 50, 1, CONTROL)]
    expect(historyFrom(switched, about)).toMatchObject({ people: 490, goalEvents: 1 })
    const broken = [...crowd('n', 500, 50), ...crowd('c', 200, 20, CONTROL)]
    expect(historyFrom(broken, about).assignmentBroken).toBe(true)
    expect(historyFrom(broken, { ...about, controlShare: null }).assignmentBroken).toBe(false)
  })

  it('finds the value of a goal event, and what was simulated', () => {
    const sold = { conversions: 1, valueMicros: 30_000_000 }
    const rows = [...crowd('n', 90, 6), ...crowd('m', 10, 4, { ...sold, simulated: true })]
    expect(historyFrom(rows, about)).toMatchObject({ valuePerEventMicros: 30_000_000, simulated: 'mixed' })
    const conversions = historyFrom(rows, { ...about, goal: 'conversion' })
    expect(conversions).toMatchObject({ goalEvents: 10, valuePerEventMicros: 30_000_000 })
    expect(historyFrom([], about)).toMatchObject({ people: 0, valuePerEventMicros: null, simulated: false })
  })
})

describe('the tree that leaves learn on', () => {
  const population = populationOf(4000)
  const { plan, segmented } = worldOf(population, { ...CAMPAIGN, segments: [{ grid: 'usa' }, 'complainers'] })
  const trees = gridTrees(segmented)
  const seen = (people: number) => ({
    people,
    narrow: { events: 1, showings: people },
    control: { events: 0, showings: 0 },
  })
  const treeOf = (leaves: Record<string, number>) =>
    leafTree(
      plan.segments,
      trees,
      { leaves: new Map(Object.entries(leaves).map(([id, people]) => [id, seen(people)])) },
      50,
    )
  const big = plan.segments.find(({ kind }) => kind === 'cell')!.id

  it('hangs cells on the nodes above them, rules on the root, and has every leaf once', () => {
    const tree = treeOf({})
    const parents = new Map(
      effectNodes(tree, () => undefined).map(({ id, parent }): [string, string | undefined] => [id, parent]),
    )
    expect(parents.get(endOf('complainers'))).toBe('all')
    const leaves = plan.segments.filter(({ id }) => id !== BROAD_ID)
    for (const { id } of leaves) {
      const steps = [endOf(id)]
      while (parents.get(steps.at(-1)!) !== undefined) steps.push(parents.get(steps.at(-1)!)!)
      expect(steps.at(-1)).toBe('all')
    }
    expect(tree.ends.length).toBe(leaves.length + 1)
    const children = new Map<string, number>()
    for (const parent of parents.values()) if (parent) children.set(parent, (children.get(parent) ?? 0) + 1)
    for (const { id } of tree.inner) expect(children.get(id)!, id).toBeGreaterThan(id === 'all' ? 0 : 1)
  })

  it('counts what fewer people than the k floor did one node wider', () => {
    const counted = (tree: ReturnType<typeof treeOf>, id: string) =>
      tree.ends.find((end) => end.id === id)?.counted?.people ?? 0
    expect(counted(treeOf({ [big]: 50 }), endOf(big))).toBe(50)
    const small = treeOf({ [big]: 49 })
    expect(counted(small, endOf(big))).toBe(0)
    const others = small.ends.filter(({ id }) => id.startsWith('other '))
    expect(others.map(({ counted: each }) => each!.people)).toEqual([49])
    expect(others[0]!.id).not.toBe('other all')
  })

  it('counts history of leaves that are gone where their people are now', () => {
    const [interest, state] = big.split('/').slice(1)
    const remainder = `usa/${interest}/${state}/*`
    const rolled = worldOf(population, {
      ...CAMPAIGN,
      segments: [{ grid: 'usa', leaves: [], remainders: [remainder] }],
    })
    const tree = leafTree(
      rolled.plan.segments,
      gridTrees(rolled.segmented),
      {
        leaves: new Map([
          [big, seen(60)],
          ['a rule of old', seen(70)],
        ]),
      },
      50,
    )
    const counted = new Map(tree.ends.map((end) => [end.id, end.counted?.people]))
    expect(counted.get(endOf(remainder))).toBe(60)
    expect(counted.get('other all')).toBe(70)
  })
})
