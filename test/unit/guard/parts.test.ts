import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectVolume, problemsOf } from '../../../engine/guard/expected-volume.ts'
import { hiddenLeaves, shownLeaves } from '../../../engine/guard/leaves.ts'
import { segmentationOf } from '../../../engine/guard/segmentation.ts'
import { servedPeople } from '../../../engine/guard/served-people.ts'
import { slotLevels, summariseLevels } from '../../../engine/guard/slot-levels.ts'
import { breakEvenOf, reasonsToRefuse } from '../../../engine/guard/verdict.ts'
import { gridTrees } from '../../../segments/grid-sums.ts'
import { createMatcher } from '../../../segments/match.ts'
import { resolveSegments } from '../../../segments/resolve.ts'
import { BROAD_ID } from '../../../segments/segment.ts'
import { CAMPAIGN, CATALOGUE, DOCUMENTS, populationOf, worldOf } from './world.ts'

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
    expect(problemsOf(volume, 49)).toContain('k-floor')
    expect(problemsOf(volume, 50)).not.toContain('k-floor')
    expect(problemsOf(volume, 299)).toContain('platform-minimum')
    expect(problemsOf(volume, 300)).toEqual(['starved'])
  })

  it('and the roll-up never disagree: a leaf lives from `peopleNeeded` people on', () => {
    const share = fc.double({ min: 0, max: 0.5, noNaN: true })
    fc.assert(
      fc.property(share, share, fc.integer({ min: 1, max: 90 }), (holdoutShare, broadControlShare, floor) => {
        const campaign = { ...CAMPAIGN, holdoutShare, broadControlShare, eventsPerLeafWeek: floor }
        const volume = expectVolume(campaign, 20_000, 20_000)
        expect(problemsOf(volume, volume.peopleNeeded)).toEqual([])
        expect(problemsOf(volume, volume.peopleNeeded - 1)).not.toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})

describe('break-even', () => {
  it('refuses from where narrow must work more than twice as well as broad (GUARD 3.3, step 1)', () => {
    const volume = expectVolume(CAMPAIGN, 20_000, 20_000)
    const before = segmentationOf([], 0n, volume, new Set())
    const codes = (lift: number) =>
      reasonsToRefuse([], { volume, before, breakEven: { ...breakEvenOf(volume), lift } }).map(
        ({ code }) => code,
      )
    expect(codes(2)).toEqual([])
    expect(codes(2.001)).toEqual(['BREAK_EVEN'])
    // A seventh of the people: (1 - 1/1.2) x 7 + 1/1.2 = 2.
    expect(breakEvenOf({ ...volume, peopleReached: 20_000 / 7 }).lift).toBeCloseTo(2, 12)
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
    const levels = slotLevels({ id: 'x', people: 1000 }, options, volume, undefined)
    expect(levels).toEqual([
      // 1,000 x 0.18 / 2 = 90 clicks an option, from 9,000 impressions.
      expect.objectContaining({ slot: 'headline', level: 'leaf', at: 'x', eventsPerOption: 90 }),
    ])
    expect(levels[0]!.detectableLift).toBeCloseTo(0.458, 2)
  })

  it('is the nearest wider node that has enough, else the campaign', () => {
    const leaf = byPeople[0]!
    const [level] = slotLevels(leaf, options, volume, tree)
    expect(leaf.people * 0.09).toBeLessThan(50)
    expect(level!.level).toBe('ancestor')
    const node = tree!.nodes.get(level!.at)!
    expect(node.people * 0.09).toBeGreaterThanOrEqual(50)
    // Told for its people down to a multiple of the k floor.
    expect(node.people % 50).toBeGreaterThan(0)
    expect(level!.eventsPerOption).toBeCloseTo((node.people - (node.people % 50)) * 0.09, 1)
    expect(leaf.id.startsWith(level!.at.split('/*')[0]!)).toBe(true)
    const [alone] = slotLevels(leaf, options, volume, undefined)
    expect(alone).toMatchObject({ level: 'campaign', at: 'broad' })
  })

  it('is nowhere when the whole campaign is too small for so many options', () => {
    const [level] = slotLevels(byPeople[0]!, new Map([['headline', 500]]), volume, tree)
    // 20,000 x 0.18 / 500 = 7.2
    expect(level).toMatchObject({ level: 'nowhere', at: 'broad', eventsPerOption: 7.2 })
  })

  it('no slot without a choice is listed', () => {
    expect(slotLevels({ id: 'x', people: 10 }, new Map([['button', 1]]), volume, undefined)).toEqual([])
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
      const problems = problemsOf(volume, people)
      const slots = slotLevels({ id, people }, options, volume, undefined)
      return { id, title: id, people, servedBroad: people < volume.kFloor, problems, slots }
    })
    const hidden = hiddenLeaves(leaves, [], volume)
    return {
      hidden,
      leaves: shownLeaves(
        leaves.sort((a, b) => b.people - a.people),
        volume,
        hidden,
      ),
      before: segmentationOf(leaves, 7n, volume, hidden),
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
