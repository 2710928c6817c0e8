import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectVolume } from '../../../engine/guard/expected-volume.ts'
import { gridTrees } from '../../../engine/guard/leaves.ts'
import { segmentationOf } from '../../../engine/guard/segmentation.ts'
import { servedPeople } from '../../../engine/guard/served-people.ts'
import { slotLevels } from '../../../engine/guard/slot-levels.ts'
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

  it('effective segments count equal leaves in full and dwarfs hardly', () => {
    expect(segmentationOf([500, 500, 500, 500], 7n, volume).effectiveSegments).toBe(4)
    expect(segmentationOf([10_000, 1, 1, 1], 7n, volume).effectiveSegments).toBeCloseTo(1, 2)
    expect(segmentationOf([], 0n, volume)).toMatchObject({ leaves: 0, effectiveSegments: 0 })
  })

  it('the share that cannot be read is that of leaves under the event floor', () => {
    const found = segmentationOf([3000, 600, 400], 7n, volume)
    expect(found).toMatchObject({ starvedLeaves: 2, peopleInStarvedLeaves: 1000 })
    expect(found.unreadableBudgetShare).toBeCloseTo(0.25, 12)
    expect(segmentationOf([3000, 30], 7n, volume).peopleInStarvedLeaves).toBeNull()
  })
})
