import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDoor } from '../../../core/schema.ts'
import { type BudgetPlan, BudgetPlanSchema } from '../../../engine/budget/budget-plan.ts'
import type { LeafHistory } from '../../../engine/budget/history.ts'
import { makeBudgetPlan, type PlanInput } from '../../../engine/budget/make-plan.ts'
import { CAMPAIGN } from '../guard/world.ts'
import {
  CONTROL_SHARE,
  createStream,
  drawHistory,
  inputOf,
  NO_HISTORY,
  normal,
  type TrueLeaf,
  trueEvents,
} from './world.ts'

const door = createDoor('budget plan', BudgetPlanSchema)

function planOf(input: PlanInput): BudgetPlan {
  // Whatever is planned is what the schema says, also after JSON.
  return door(JSON.parse(JSON.stringify(makeBudgetPlan(input))), 'plan')
}

const leafOf = (plan: BudgetPlan, id: string) => plan.leaves.find((leaf) => leaf.id === id)!
const within = ({ low, high }: { low: number; high: number }, value: number) => low <= value && value <= high

function counted(
  people: number,
  [narrowEvents, narrowShowings]: readonly [number, number],
  [controlEvents, controlShowings]: readonly [number, number],
): LeafHistory {
  return {
    people,
    narrow: { events: narrowEvents, showings: narrowShowings },
    control: { events: controlEvents, showings: controlShowings },
  }
}

/** `count` leaves whose rates and lifts are drawn as a plan believes they may be. */
function worldFrom(seed: string, count: number, lift?: number) {
  const stream = createStream(seed)
  const root = Math.exp(0.25 * normal(stream) - 0.25 ** 2 / 2)
  const spread = 0.2 * Math.abs(normal(stream))
  const leaves = Array.from({ length: count }, (_, at): TrueLeaf => {
    const people = Math.round(800 * Math.exp(0.6 * normal(stream)))
    return {
      id: `l${at}`,
      people,
      broad: 0.02 * Math.exp(0.3 * normal(stream)),
      lift: lift ?? root * Math.exp(spread * normal(stream) - spread ** 2 / 2),
      showings: people * 2,
    }
  })
  return { leaves, history: drawHistory(stream, leaves) }
}

describe('what a plan expects', () => {
  it('is in its 95 % interval about 95 % of the time, and so is the difference to broad only', () => {
    const inside = { plan: 0, difference: 0, ads: 0, leaf: 0, leaves: 0 }
    const worlds = 80
    for (let at = 0; at < worlds; at++) {
      const { leaves, history } = worldFrom(`coverage ${at}`, 12)
      const plan = planOf(inputOf(leaves, history))
      const sum = (frequencyOf: (id: string) => number, shareOf: (id: string) => number) =>
        leaves.reduce(
          (total, leaf) => total + trueEvents(leaf, frequencyOf(leaf.id), plan.weeks, shareOf(leaf.id)),
          0,
        )
      // Leaves that get broad's ad share what is left of the showings among them.
      const narrow = plan.leaves.filter(({ ad }) => ad === 'narrow')
      const others = leaves.filter(({ id }) => leafOf(plan, id).ad === 'broad')
      const showings = (plan.budgetMicros / plan.costPerThousandMicros / plan.weeks) * 1000
      const given = narrow.reduce((total, { people, frequency }) => total + people! * frequency!, 0)
      const left =
        (showings - given) /
        Math.max(
          1,
          others.reduce((total, { people }) => total + people, 0),
        )
      const frequencyOf = (id: string) => leafOf(plan, id).frequency ?? left
      const shareOf = (id: string) => (leafOf(plan, id).ad === 'narrow' ? 1 - CONTROL_SHARE : 0)
      const evenly = showings / leaves.reduce((total, { people }) => total + people, 0)
      const truth = sum(frequencyOf, shareOf)
      const sameSplit = sum(frequencyOf, () => 0)
      const broadOnly = sum(
        () => evenly,
        () => 0,
      )
      inside.plan += Number(within(plan.plan.goalEvents, truth))
      inside.difference += Number(within(plan.planOverBroadOnly.goalEvents, truth - broadOnly))
      inside.ads += Number(within(plan.planOverSameSplit.goalEvents, truth - sameSplit))
      for (const { id, lift } of narrow) {
        inside.leaf += Number(within(lift!, leaves.find((leaf) => leaf.id === id)!.lift - 1))
        inside.leaves++
      }
    }
    // 400 worlds of these had 95.0, 94.0 and 92.3 %, and 94.2 % of leaves.
    for (const share of [inside.plan, inside.difference, inside.ads]) {
      expect(share, JSON.stringify(inside)).toBeGreaterThanOrEqual(72)
    }
    expect(inside.leaf / inside.leaves).toBeGreaterThan(0.91)
    expect(inside.leaf / inside.leaves).toBeLessThan(0.975)
  })

  it('without history is what broad only brings, and no leaf has a premium', () => {
    const { leaves } = worldFrom('none', 6)
    const plan = planOf(inputOf(leaves, new Map()))
    expect(plan.planOverBroadOnly.relative!.value).toBeCloseTo(0, 1)
    expect(within(plan.planOverBroadOnly.goalEvents, 0)).toBe(true)
    expect(['TEST', 'BROAD']).toContain(plan.verdict)
    expect(plan.warnings.join()).toContain('there is no history')
    expect(plan.biggerTest.atEstimate).toBeNull()
    // 500 dollars at 5 a thousand, at one click in a hundred, less for repeats.
    expect(plan.broadOnly.goalEvents.value).toBeLessThan(1000)
    expect(plan.broadOnly.goalEvents.value).toBeGreaterThan(500)
    const perPerson = plan.leaves.map(({ budgetMicros, people }) => budgetMicros! / people!)
    for (const each of perPerson) expect(each / perPerson[0]!).toBeCloseTo(1, 2)
  })

  it('with narrow as good as broad everywhere is not promised to be more', () => {
    let shown = 0
    let promised = 0
    for (let at = 0; at < 40; at++) {
      const { leaves, history } = worldFrom(`null ${at}`, 10, 1)
      const plan = planOf(inputOf(leaves, history))
      shown += Number(plan.verdict === 'NARROW')
      promised += plan.planOverSameSplit.relative!.value
    }
    // One-sided 2.5 % of 40 is 1; four or more would come about once in 60 such tests.
    expect(shown).toBeLessThanOrEqual(3)
    expect(Math.abs(promised / 40)).toBeLessThan(0.05)
  })

  it('shows leaves that only respond better to anything as steering, not as a gain of narrow ads', () => {
    const keen: TrueLeaf = { id: 'keen', people: 2000, broad: 0.08, lift: 1, showings: 40_000 }
    const cool: TrueLeaf = { id: 'cool', people: 2000, broad: 0.01, lift: 1, showings: 40_000 }
    const plan = planOf(inputOf([keen, cool], drawHistory(createStream('keen'), [keen, cool])))
    expect(plan.verdict).toBe('STEER')
    expect(within(plan.planOverSameSplit.goalEvents, 0)).toBe(true)
    expect(plan.planOverBroadOnly.goalEvents.low).toBeGreaterThan(0)
    expect(leafOf(plan, 'keen').budgetMicros).toBeGreaterThan(2 * leafOf(plan, 'cool').budgetMicros!)
    expect(plan.text).toContain('no gain of the narrow ads is shown')
  })
})

describe('a leaf', () => {
  const others = new Map(
    Array.from({ length: 8 }, (_, at) => [`o${at}`, counted(4000, [180, 9000], [20, 1000])]),
  )
  const people = (ids: readonly string[]) => ids.map((id) => ({ id, people: 1000 }))
  const planWith = (id: string, history: LeafHistory) =>
    planOf(inputOf(people([...others.keys(), id]), new Map([...others, [id, history]])))

  it('that wins gets more than others of its size', () => {
    const plan = planWith('winner', counted(4000, [540, 9000], [20, 1000]))
    const winner = leafOf(plan, 'winner')
    expect(plan.leaves[0]).toEqual(winner)
    expect(winner.budgetMicros).toBeGreaterThan(1.5 * leafOf(plan, 'o1').budgetMicros!)
    expect(winner.lift!.low).toBeGreaterThan(0.2)
    expect(winner.lift!.value).toBeGreaterThan(leafOf(plan, 'o1').lift!.value + 0.3)
    expect(winner.lift!.value).toBeLessThan(2)
  })

  it('with few people and lucky early clicks does not', () => {
    // 4 clicks of 30 showings where 0.6 were to be expected.
    const lucky = leafOf(planWith('lucky', counted(60, [4, 27], [0, 3])), 'lucky')
    const other = leafOf(planWith('lucky', counted(60, [4, 27], [0, 3])), 'o1')
    expect(lucky.rate!.value).toBeLessThan(2 * other.rate!.value)
    expect(lucky.budgetMicros).toBeLessThan(1.6 * other.budgetMicros!)
    expect(lucky.rate!.low).toBeLessThan(other.rate!.high)
    expect(lucky.cautiousBidMicros ?? 0).toBeLessThanOrEqual(other.bidMicros ?? 0)
  })

  it('for which narrow does worse gets the ad of broad', () => {
    const plan = planWith('worse', counted(40_000, [400, 90_000], [200, 10_000]))
    expect(leafOf(plan, 'worse')).toMatchObject({
      ad: 'broad',
      people: 1000,
      budgetMicros: 0,
      bidMicros: null,
    })
    expect(plan.warnings.join()).toContain('in one leaf narrow does worse')
  })

  it('equal to another gets an equal budget, to the cent', () => {
    const plan = planWith('o8', others.get('o0')!)
    const budgets = plan.leaves.map(({ budgetMicros }) => budgetMicros!)
    expect(Math.max(...budgets) - Math.min(...budgets)).toBeLessThanOrEqual(10_000)
  })

  it('under the k floor is told without a number, and its money cannot be had by subtraction', () => {
    const ids = [...others.keys()]
    const shown = planOf(inputOf(people(ids), others))
    const hiding = planOf({ ...inputOf(people(ids), others), hidden: new Set(['o3', 'o5']) })
    for (const id of ['o3', 'o5']) {
      const { id: _, title: __, ad, ...numbers } = leafOf(hiding, id)
      expect(ad).toBe('hidden')
      expect(new Set(Object.values(numbers))).toEqual(new Set([null]))
    }
    // What is left over is broad's and the hidden leaves' together.
    const own = leafOf(shown, 'o3').budgetMicros! + leafOf(shown, 'o5').budgetMicros!
    expect(hiding.rest.hiddenLeaves).toBe(2)
    expect(Math.abs(hiding.rest.broadMicros - shown.rest.broadMicros - own)).toBeLessThanOrEqual(20_000)
    expect(hiding.leaves.slice(-2).map(({ id }) => id)).toEqual(['o3', 'o5'])
  })
})

describe('money', () => {
  it('sums to the budget, broad keeps its share, and no leaf leaves its bounds', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.string(),
          count: fc.integer({ min: 1, max: 6 }),
          cents: fc.integer({ min: 1, max: 10_000_000_000 }),
          unmatched: fc.integer({ min: 0, max: 5000 }),
          holdoutShare: fc.constantFrom(0, 0.02, 0.2),
          broadControlShare: fc.constantFrom(0.05, 0.1, 0.3),
          mode: fc.constantFrom('tailored' as const, 'targeted' as const),
          frequencyCap: fc.option(fc.double({ min: 0.1, max: 20, noNaN: true }), { nil: undefined }),
        }),
        ({ seed, count, cents, unmatched, frequencyCap, ...shares }) => {
          const { leaves, history } = worldFrom(seed, count)
          const input = inputOf(leaves, history, {
            campaign: { ...CAMPAIGN, ...shares },
            budgetUnits: cents / 100,
            unmatched,
            ...(frequencyCap === undefined ? {} : { frequencyCap }),
          })
          const budget = { amountMicros: cents * 10_000, currency: 'USD' }
          const plan = planOf({ ...input, budget })
          const own = plan.leaves.reduce((sum, { budgetMicros }) => sum + budgetMicros!, 0)
          const { broadMicros, holdoutMicros, unspentMicros } = plan.rest
          expect(own + broadMicros + holdoutMicros + unspentMicros).toBe(budget.amountMicros)
          for (const micros of [broadMicros, ...plan.leaves.map(({ budgetMicros }) => budgetMicros!)]) {
            expect(micros % 10_000).toBe(0)
          }
          const spent = own + broadMicros
          const control = Math.max(0.1, shares.broadControlShare)
          expect(broadMicros).toBeGreaterThanOrEqual(control * spent - 10_000 * (count + 2))
          const narrow = plan.leaves.filter(({ ad }) => ad === 'narrow')
          const even = plan.frequency
          for (const { frequency } of narrow) {
            expect(frequency!).toBeGreaterThanOrEqual(0.4999 * even)
            expect(frequency!).toBeLessThanOrEqual(2.0001 * even)
            if (frequencyCap) expect(frequency!).toBeLessThanOrEqual(frequencyCap * 1.0001)
          }
          if (unspentMicros > 0) expect(frequencyCap).toBeDefined()
        },
      ),
      { numRuns: 25 },
    )
  })

  it('is not moved by what a goal event is worth; bids and outcomes are', () => {
    const { leaves, history } = worldFrom('worth', 4)
    const none = planOf(inputOf(leaves, history))
    const some = planOf(inputOf(leaves, history, { valuePerEventMicros: 3_000_000 }))
    expect(none).toMatchObject({ value: null, plan: { valueMicros: null } })
    expect(none.warnings.join()).toContain('no click came with a value')
    expect(some.value).toEqual({ perGoalEventMicros: 3_000_000, from: 'given' })
    for (const [at, leaf] of some.leaves.entries()) {
      expect(leaf.budgetMicros).toBe(none.leaves[at]!.budgetMicros)
      expect(none.leaves[at]!.bidMicros).toBeNull()
      expect(leaf.bidMicros! / (leaf.rate!.value * 3e9)).toBeCloseTo(1, 4)
      expect(leaf.cautiousBidMicros! / (leaf.rate!.low * 3e9)).toBeCloseTo(1, 4)
    }
    const history3 = { ...inputOf(leaves, history).history, valuePerEventMicros: 3_000_000 }
    expect(planOf(inputOf(leaves, history, { history: history3 })).value).toMatchObject({ from: 'history' })
  })

  it('that buys more than is worth it is told so', () => {
    const { leaves, history } = worldFrom('dear', 4)
    const plan = planOf(inputOf(leaves, history, { valuePerEventMicros: 10_000, budgetUnits: 1_000_000 }))
    expect(plan.warnings.join('; ')).toMatch(
      /it does not earn what it costs.*showings a person a week.*--audience/,
    )
    const wide = planOf(inputOf(leaves, history, { budgetUnits: 1_000_000, audience: 50_000_000 }))
    expect(wide.audience).toBe(50_000_000)
    expect(wide.frequency).toBeLessThan(5)
    expect(wide.warnings.join()).not.toContain('--audience')
  })
})

describe('the same input', () => {
  it('gives the same bytes in any order, and another revision another seed', () => {
    const { leaves, history } = worldFrom('order', 7)
    const plan = JSON.stringify(makeBudgetPlan(inputOf(leaves, history)))
    const turned = inputOf([...leaves].reverse(), new Map([...history].reverse()))
    const reversed = {
      ...turned,
      tree: { inner: turned.tree.inner, ends: [...turned.tree.ends].reverse() },
    }
    expect(JSON.stringify(makeBudgetPlan(reversed))).toBe(plan)
    const next = makeBudgetPlan({ ...inputOf(leaves, history), revision: 2 })
    expect(next.seed).not.toBe(JSON.parse(plan).seed)
  })
})

describe('a targeted campaign', () => {
  it('shows others nothing, so broad only reaches more people', () => {
    const { leaves, history } = worldFrom('targeted', 4, 1)
    const campaign = { ...CAMPAIGN, mode: 'targeted' as const }
    const plan = planOf(inputOf(leaves, history, { campaign, unmatched: 40_000, budgetUnits: 20_000 }))
    expect(plan.plan.peopleReached).toBeLessThan(plan.broadOnly.peopleReached / 2)
    expect(plan.verdict).not.toBe('NARROW')
    expect(plan.planOverBroadOnly.goalEvents.high).toBeLessThan(0)
  })
})

describe('a campaign that serves nobody narrow', () => {
  it('is broad, to the last number', () => {
    const { leaves, history } = worldFrom('nobody', 3)
    const input = inputOf(leaves, history, { unmatched: 100 })
    const plan = planOf({ ...input, leaves: input.leaves.map((leaf) => ({ ...leaf, servedBroad: true })) })
    expect(plan).toMatchObject({
      verdict: 'BROAD',
      planOverBroadOnly: { goalEvents: { value: 0, low: 0, high: 0 }, probability: 0 },
      rest: { broadMicros: input.budget.amountMicros },
    })
    const targeted = inputOf([], new Map(), { unmatched: 0 })
    expect(planOf(targeted).plan.goalEvents.value).toBe(0)
  })
})

describe('a broken assignment', () => {
  it('teaches nothing of narrow against broad', () => {
    const leaf: TrueLeaf = { id: 'l', people: 3000, broad: 0.02, lift: 2, showings: 50_000 }
    const history = drawHistory(createStream('broken'), [leaf])
    const input = inputOf([leaf], history)
    expect(planOf(input).verdict).toBe('NARROW')
    const broken = planOf({ ...input, history: { ...input.history, assignmentBroken: true } })
    expect(broken.verdict).not.toBe('NARROW')
    expect(broken.biggerTest.atEstimate).toBeNull()
    expect(broken.warnings.join()).toContain('did not fall into the arms')
    expect(NO_HISTORY.assignmentBroken).toBe(false)
  })
})
