import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import { answerOnBroad } from '../../../engine/guard/answers.ts'
import { breakEvenOf } from '../../../engine/guard/break-even.ts'
import { expectVolume, problemsOf } from '../../../engine/guard/expected-volume.ts'
import { hiddenLeaves, shownLeaves } from '../../../engine/guard/leaves.ts'
import { segmentationOf } from '../../../engine/guard/segmentation.ts'
import { servedPeople } from '../../../engine/guard/served-people.ts'
import { slotLevels, summariseLevels } from '../../../engine/guard/slot-levels.ts'
import { reasonsToRefuse } from '../../../engine/guard/verdict.ts'
import { gridTrees } from '../../../segments/grid-sums.ts'
import { createMatcher } from '../../../segments/match.ts'
import { resolveSegments } from '../../../segments/resolve.ts'
import { BROAD_ID } from '../../../segments/segment.ts'
import { CAMPAIGN, CATALOGUE, DOCUMENTS, populationOf, worldOf } from './world.ts'

/** A click in a hundred, as the campaign says. */
const baseline = () => 0.01

describe('people served', () => {
  it('are those whom decisions would match: narrowest first, none under the k floor', () => {
    const population = populationOf(1500)
    const names = ['west', 'complainers', { grid: 'states' }, { grid: 'usa' }] as const
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }),
        fc.integer({ min: 1, max: 60 }),
        (entries, kFloor) => {
          const segments = resolveSegments({
            population,
            catalogue: CATALOGUE,
            documents: DOCUMENTS,
            entries,
          })
          const isOneGrid = entries.length === 1 && typeof entries[0] !== 'string'
          const served = servedPeople(population, segments, kFloor, isOneGrid)
          const alive = segments.filter(({ id, people }) => id !== BROAD_ID && people >= kFloor)
          const matcher = createMatcher(alive)
          const matched = new Map<string, number>()
          let anyone = 0
          for (let row = 0; row < population.people; row++) {
            const [first] = matcher.match({ values: population.valuesAt(row) })
            if (!first) continue
            anyone++
            matched.set(first.id, (matched.get(first.id) ?? 0) + 1)
          }
          expect(served.matched).toBe(anyone)
          for (const { id } of alive) expect(served.of.get(id), id).toBe(matched.get(id) ?? 0)
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('the floors of a leaf', () => {
  it('are met by exactly as many people as they say', () => {
    const volume = expectVolume({ ...CAMPAIGN, platforms: ['linkedin'] }, 20_000, 20_000)
    expect(problemsOf(volume, 49, 0.01)).toContain('k-floor')
    expect(problemsOf(volume, 50, 0.01)).not.toContain('k-floor')
    expect(problemsOf(volume, 299, 0.01)).toContain('platform-minimum')
    expect(problemsOf(volume, 300, 0.01)).toEqual(['starved'])
  })

  it('and the roll-up never disagree: a leaf lives from `peopleNeeded` people on', () => {
    const share = fc.double({ min: 0, max: 0.5, noNaN: true })
    fc.assert(
      fc.property(share, share, fc.integer({ min: 1, max: 90 }), (holdoutShare, broadControlShare, floor) => {
        const campaign = { ...CAMPAIGN, holdoutShare, broadControlShare, eventsPerLeafWeek: floor }
        const volume = expectVolume(campaign, 20_000, 20_000)
        expect(problemsOf(volume, volume.peopleNeeded, volume.eventRate)).toEqual([])
        expect(problemsOf(volume, volume.peopleNeeded - 1, volume.eventRate)).not.toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})

describe('break-even', () => {
  const whole = expectVolume(CAMPAIGN, 20_000, 20_000)
  const before = segmentationOf([], 0n, whole, new Set(), baseline)
  const campaignWith = (economics: Campaign['economics'], mode: Campaign['mode'] = 'tailored'): Campaign => ({
    ...CAMPAIGN,
    mode,
    ...(economics ? { economics } : {}),
  })
  const of = (campaign: Campaign, peopleInLeaves = 20_000) =>
    breakEvenOf(campaign, expectVolume(campaign, 20_000, peopleInLeaves))
  const codes = (breakEven: ReturnType<typeof of>) =>
    reasonsToRefuse([], { volume: whole, before, breakEven }).map(({ code }) => code)

  it('is that of FIELD 5.3, in both forms', () => {
    // v0 = 10, c0 = 5, c1 = 7, r = 0.2: +220 % reach-limited, +40 % budget-limited.
    const example = of(campaignWith({ revenuePerCost: 2, costRatio: 1.4 }, 'targeted'), 4000)
    expect(example).toMatchObject({ reach: 0.2, broadPays: true, signal: 'red', revenueFrom: 'stated' })
    expect(example.reachLimitedLift).toBeCloseTo(2.2, 12)
    expect(example.budgetLimitedLift).toBeCloseTo(0.4, 12)
    expect(codes(example)).toEqual(['BREAK_EVEN'])
  })

  it('of a tailored campaign charges a leaf its cost ratio alone, whatever the number of leaves', () => {
    expect(of(CAMPAIGN, 300)).toMatchObject({
      reach: 1,
      reachLimitedLift: 0,
      budgetLimitedLift: 0,
      revenuePerCost: 1.2,
      revenueFrom: 'assumed',
      signal: 'green',
    })
  })

  it('is green to +50 %, amber to +100 %, then red and refused (GUARD 3.3, step 1)', () => {
    const signals = [1.5, 1.51, 2, 2.01].map((costRatio) => of(campaignWith({ costRatio })))
    expect(signals.map(({ signal }) => signal)).toEqual(['green', 'amber', 'amber', 'red'])
    expect(signals.map(codes)).toEqual([[], [], [], ['BREAK_EVEN']])
    // A seventh of the people: (1 - 1/1.2) x 7 + 1/1.2 = 2.
    expect(of(campaignWith(undefined, 'targeted'), 20_000 / 7).reachLimitedLift).toBeCloseTo(1, 12)
    expect(codes(of(campaignWith(undefined, 'targeted'), 2800))).toEqual(['BREAK_EVEN'])
  })

  it('takes what a goal event is worth: 1 % of 1.00 are twice a price of 5 per thousand', () => {
    const valuePerGoal = { amountMicros: 1_000_000, currency: 'USD' }
    const found = of(campaignWith({ valuePerGoal }))
    expect(found.revenuePerCost).toBeCloseTo(2, 12)
    expect(found.revenueFrom).toBe('value-per-goal')
  })

  it('where broad does not pay there is no lift to earn what it earns; a price alone can still refuse', () => {
    for (const revenuePerCost of [0.5, 1]) {
      const found = of(campaignWith({ revenuePerCost }, 'targeted'), 200)
      expect(found).toMatchObject({ broadPays: false, reachLimitedLift: null, signal: 'green' })
    }
    expect(of(campaignWith({ revenuePerCost: 0.5, costRatio: 3 })).signal).toBe('red')
  })

  it('of a campaign that reaches nobody is red', () => {
    expect(of(campaignWith(undefined, 'targeted'), 0)).toMatchObject({
      reach: 0,
      reachLimitedLift: null,
      signal: 'red',
    })
  })
})

describe('a price of narrow impressions', () => {
  it('makes the budget buy as many fewer', () => {
    const volumeAt = (costRatio: number, peopleInLeaves: number) =>
      expectVolume({ ...CAMPAIGN, economics: { costRatio } }, 20_000, peopleInLeaves)
    // Everybody matches, nine in ten see narrow: 1 + 0.9 = 1.9 times the price.
    expect(volumeAt(2, 20_000).impressionsWeek).toBeCloseTo(100_000 / 1.9, 6)
    expect(volumeAt(2, 10_000).impressionsWeek).toBeCloseTo(100_000 / 1.45, 6)
    expect(volumeAt(2, 0).impressionsWeek).toBeCloseTo(100_000, 6)
    // To the nearest multiple of the k floor below: what the budget buys tells no small leaf.
    expect(volumeAt(2, 10_049)).toEqual(volumeAt(2, 10_000))
  })
})

describe('level at which a slot can be learnt', () => {
  const population = populationOf(20_000)
  const { segmented, plan } = worldOf(population)
  const [tree] = gridTrees(segmented)
  const volume = expectVolume(CAMPAIGN, population.people, population.people)
  // 0.045 clicks a person and week, four weeks: 0.18 a person.
  const options = new Map([
    ['headline', 2],
    ['button', 1],
  ])
  const byPeople = plan.segments.filter(({ id }) => id !== BROAD_ID).sort((a, b) => b.people - a.people)

  it('is the leaf when each option expects fifty events there', () => {
    const levels = slotLevels({ id: 'x', people: 1000 }, options, volume, undefined, baseline, 0.2)
    expect(levels).toEqual([
      // 1,000 x 0.18 / 2 = 90 clicks an option, from 9,000 impressions.
      expect.objectContaining({ slot: 'headline', level: 'leaf', at: 'x', eventsPerOption: 90 }),
    ])
    expect(levels[0]!.detectableLift).toBeCloseTo(0.458, 2)
  })

  it('is the nearest wider node that has enough, else the campaign', () => {
    const leaf = byPeople[0]!
    const [level] = slotLevels(leaf, options, volume, tree, baseline, 0.2)
    expect(leaf.people * 0.09).toBeLessThan(50)
    expect(level!.level).toBe('ancestor')
    const node = tree!.nodes.get(level!.at)!
    expect(node.people * 0.09).toBeGreaterThanOrEqual(50)
    // Told for its people down to a multiple of the k floor.
    expect(node.people % 50).toBeGreaterThan(0)
    expect(level!.eventsPerOption).toBeCloseTo((node.people - (node.people % 50)) * 0.09, 1)
    expect(leaf.id.startsWith(level!.at.split('/*')[0]!)).toBe(true)
    const [alone] = slotLevels(leaf, options, volume, undefined, baseline, 0.2)
    expect(alone).toMatchObject({ level: 'campaign', at: 'broad' })
  })

  it('is nowhere when the whole campaign is too small for so many options', () => {
    const [level] = slotLevels(byPeople[0]!, new Map([['headline', 500]]), volume, tree, baseline, 0.2)
    // 20,000 x 0.18 / 500 = 7.2
    expect(level).toMatchObject({ level: 'nowhere', at: 'broad', eventsPerOption: 7.2 })
  })

  it('no slot without a choice is listed', () => {
    const one = new Map([['button', 1]])
    expect(slotLevels({ id: 'x', people: 10 }, one, volume, undefined, baseline, 0.2)).toEqual([])
  })
})

describe('segmentation in numbers', () => {
  const volume = expectVolume(CAMPAIGN, 20_000, 20_000)
  const segmented = (sizes: readonly number[]) =>
    segmentationOf(
      sizes.map((people, at) => ({ id: `l${at}`, people })),
      7n,
      volume,
      new Set(),
      baseline,
    )

  it('effective segments count equal leaves in full and dwarfs hardly', () => {
    expect(segmented([500, 500, 500, 500]).effectiveSegments).toBe(4)
    expect(segmented([10_000, 1, 1, 1]).effectiveSegments).toBeCloseTo(1, 2)
    expect(segmented([])).toMatchObject({ leaves: 0, effectiveSegments: 0 })
  })

  it('the share that cannot be read is that of leaves under the event floor', () => {
    const found = segmented([3000, 600, 400])
    expect(found).toMatchObject({ starvedLeaves: 2, peopleInStarvedLeaves: 1000 })
    expect(found.unreadableBudgetShare).toBeCloseTo(0.25, 12)
    expect(segmented([3000, 30]).peopleInStarvedLeaves).toBeNull()
  })
})

describe('what a report tells of hidden leaves', () => {
  const volume = expectVolume({ ...CAMPAIGN, eventsPerLeafWeek: 30 }, 2_000, 2_000)
  const options = new Map([['headline', 2]])

  /** Everything a report prints of these leaves. */
  function told(sizes: readonly number[]) {
    const leaves = sizes.map((people, at) => {
      const id = `l${at}`
      return {
        id,
        title: id,
        people,
        matching: people,
        rate: undefined,
        versusBroad: answerOnBroad(volume, 0.2, people, 0.01),
        overlapsWith: [],
        servedBroad: people < volume.kFloor,
        problems: problemsOf(volume, people, 0.01),
        slots: slotLevels({ id, people }, options, volume, undefined, baseline, 0.2),
      }
    })
    const hidden = hiddenLeaves(leaves, [], volume)
    return {
      hidden,
      leaves: shownLeaves(
        leaves.sort((a, b) => b.people - a.people),
        volume,
        hidden,
      ),
      before: segmentationOf(leaves, 7n, volume, hidden, baseline),
      slots: summariseLevels(leaves, volume.kFloor, hidden),
    }
  }

  it('does not change when a person moves from one hidden leaf to another', () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 50, max: 300 })), {
      minLength: 3,
      maxLength: 9,
    })
    let moved = 0
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (before, one, other) => {
        const first = told(before)
        const hidden = [...first.hidden]
        fc.pre(hidden.length > 1)
        const [from, to] = [one, other].map((at) => Number(hidden[at % hidden.length]!.slice(1))) as [
          number,
          number,
        ]
        const after = before.slice()
        after[from]!--
        after[to]!++
        const second = told(after)
        // Where the person takes a leaf over a floor, that is told, as it must be.
        const floors = ({ leaves }: typeof first) =>
          JSON.stringify(
            leaves.map(({ id, people, problems, slots }) => [id, people === null, problems, slots.length]),
          )
        fc.pre(from !== to && after[from]! > 0 && floors(first) === floors(second))
        fc.pre(
          first.slots.every(({ levels }, at) =>
            levels.every((level, i) => level.leaves === second.slots[at]!.levels[i]?.leaves),
          ),
        )
        moved++
        const { slots: levels, ...rest } = first
        const { slots: levelsAfter, ...restAfter } = second
        expect(restAfter).toEqual(rest)
        expect(levelsAfter.map((each) => each.levels.map(({ medianLift }) => medianLift))).toEqual(
          levels.map((each) => each.levels.map(({ medianLift }) => medianLift)),
        )
      }),
      { numRuns: 200 },
    )
    expect(moved).toBeGreaterThan(50)
  })

  it('its order tells no size: a hidden leaf is not between two that are shown', () => {
    const { leaves } = told([300, 115, 115, 115, 30])
    expect(leaves.map(({ people }) => people)).toEqual([300, 115, 115, null, null])
    expect(leaves.slice(3).map(({ id }) => id)).toEqual(['l1', 'l4'])
  })

  it('in a targeted campaign the people reached give none away: they are the sum of the leaves that are served', () => {
    const leaves = [30, 100, 200].map((people, at) => ({ id: `l${at}`, people, servedBroad: people < 50 }))
    expect([...hiddenLeaves(leaves, [], { mode: 'tailored', kFloor: 50 })]).toEqual(['l0', 'l1'])
    expect([...hiddenLeaves(leaves, [], { mode: 'targeted', kFloor: 50 })]).toEqual(['l0', 'l1', 'l2'])
  })

  it('a sum over shown and hidden leaves is told down to a multiple of the k floor', () => {
    // 30 and its sibling 60 are hidden; 30 clicks a week at 0.45 a person need 67 people, so 30 and 60 starve: 90.
    const { before, slots } = told([30, 60, 200, 300])
    expect(before.peopleInStarvedLeaves).toBe(50)
    // The hidden ones count as two of 45: 590^2 / (2 x 45^2 + 200^2 + 300^2).
    expect(before.effectiveSegments).toBeCloseTo(590 ** 2 / (2 * 45 ** 2 + 200 ** 2 + 300 ** 2), 9)
    // 0.9 clicks a person and option within the flight: 60, 200 and 300 people are enough, 30 are not.
    expect(slots[0]!.levels[0]).toMatchObject({ level: 'leaf', leaves: 3, people: 550 })
  })
})
