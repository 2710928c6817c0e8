import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CounterRow } from '../../../engine/ports/counters.ts'
import { breakDown, HOUSE_AD } from '../../../engine/reporting/breakdown.ts'
import { elementReport } from '../../../engine/reporting/elements.ts'
import { reportCampaign } from '../../../engine/reporting/report-campaign.ts'
import { CONTROL, portsOf, row } from './traffic.ts'

const K = 6
const SEGMENTS = ['s1', 's2', 's3', 's4']
const DAYS = ['2026-11-02', '2026-11-03', '2026-11-04']

/** Rows of random people; a person keeps one arm, and a narrow one stays narrow. */
const traffic = fc
  .array(
    fc.record({
      person: fc.integer({ min: 0, max: 60 }),
      segment: fc.constantFrom(...SEGMENTS),
      day: fc.constantFrom(...DAYS),
      impressions: fc.integer({ min: 1, max: 3 }),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((parts) =>
    parts.map(({ person, segment, day, impressions }): CounterRow => {
      const at = { person: `p${person}`, day, impressions }
      if (person % 7 === 0) return row({ ...at, arm: 'holdout', segment: 'broad', adUnit: '' })
      if (person % 5 === 0) return row({ ...at, arm: 'broad', segment: 'broad', leaf: null })
      if (person % 3 === 0) return row({ ...at, ...CONTROL, leaf: segment })
      return row({ ...at, segment, leaf: segment })
    }),
  )

describe('a breakdown', () => {
  it('never hides the house ad for a small cell: it is a whole arm, which another breakdown shows', () => {
    const cell = (key: string, people: number, adUnit = 'x') =>
      Array.from({ length: people }, (_, at) => row({ person: `${key}${at}`, placement: key, adUnit }))
    const rows = breakDown([...cell('a', 5), ...cell('b', 90), ...cell('house', 10, '')], {
      goal: 'click',
      kFloor: K,
      keyOf: ({ adUnit, placement }) => (adUnit === '' ? HOUSE_AD : placement),
      titleOf: (key) => key,
      bySegment: false,
      onePrice: true,
    })
    expect(rows.map(({ key, people }) => [key, people])).toEqual([
      [HOUSE_AD, 10],
      ['a', '<6'],
      ['b', 'hidden'],
    ])
  })
})

describe('elements', () => {
  it('hide what the breakdown by the same slot hides, and tell no more of it together than the floor', () => {
    fc.assert(
      fc.property(traffic, (rows) => {
        const keyOf = ({ adUnit, day }: CounterRow) => (adUnit === '' ? HOUSE_AD : day)
        const options = { goal: 'click', kFloor: K } as const
        const { slots } = elementReport(rows, { ...options, slots: [{ slot: 'day', keyOf }] })
        const broken = breakDown(rows, {
          ...options,
          keyOf,
          titleOf: (key) => key,
          bySegment: false,
          onePrice: true,
        })
        const dark = slots[0]!.options.filter(({ hidden }) => hidden).map(({ option }) => option)
        expect(dark).toEqual(broken.filter(({ hidden }) => hidden).map(({ key }) => key))
        const ads = rows.filter(({ adUnit }) => adUnit !== '')
        const peopleOf = (keys: readonly string[]) =>
          new Set(ads.filter((each) => keys.includes(keyOf(each))).map(({ person }) => person)).size
        for (const each of slots[0]!.options) {
          if (each.hidden) continue
          expect(each.people).toBe(peopleOf([each.option]))
          expect(each.people).toBeGreaterThanOrEqual(K)
        }
        // Shares and events of shown options leave the hidden ones as a group.
        const isWholeHidden = slots[0]!.options.every(({ hidden }) => hidden)
        if (dark.length > 0 && !isWholeHidden) {
          expect(dark.length).toBeGreaterThan(1)
          expect(peopleOf(dark)).toBeGreaterThanOrEqual(K)
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('a report', () => {
  it.each(['segment', 'day'])('by %s gives no small cell away by subtraction', async (by) => {
    const campaign = (await portsOf([]).documents.read('campaign', 'spring'))!.body as Parameters<
      typeof portsOf
    >[1]
    await fc.assert(
      fc.asyncProperty(traffic, async (rows) => {
        const report = await reportCampaign(portsOf(rows, { ...campaign!, kFloor: K }), 'spring', { by })
        const keyOf = (each: CounterRow) =>
          by === 'day' ? each.day : each.adUnit === '' ? '(house ad)' : each.segment
        const counted = rows.filter((each) => !report.leftOut.includes(each.arm))
        const peopleOf = (keys: readonly string[]) =>
          new Set(counted.filter((each) => keys.includes(keyOf(each))).map((each) => each.person)).size

        const shownRows = report.rows.filter((each) => !each.hidden)
        for (const each of shownRows) expect(each.people).toBeGreaterThanOrEqual(K)
        const hidden = report.rows.filter((each) => each.hidden).map(({ key }) => key)
        // What subtraction from the totals leaves is all hidden cells together: never one, never under the floor.
        const shownImpressions = shownRows.reduce(
          (sum, each) => sum + (each.hidden ? 0 : each.impressions),
          0,
        )
        const left = report.totals.impressions - shownImpressions
        expect(left).toBe(
          counted
            .filter((each) => hidden.includes(keyOf(each)))
            .reduce((sum, each) => sum + each.impressions, 0),
        )
        if (hidden.length > 0) {
          expect(hidden.length).toBeGreaterThan(1)
          expect(peopleOf(hidden)).toBeGreaterThanOrEqual(K)
        }
        // The narrow arm's sum is known from the comparison: hidden segments must hide each other inside it.
        if (by === 'segment') expect(hidden.every((key) => SEGMENTS.includes(key))).toBe(true)
        // Leaves by arm: the sum of each arm is in the comparison, and the narrow one's parts are also by segment.
        const armPeople = (arm: CounterRow['arm'], leaves: readonly string[]) =>
          new Set(
            counted
              .filter((each) => each.arm === arm && leaves.includes(each.leaf ?? ''))
              .map((each) => each.person),
          ).size
        for (const [arm, told] of [
          ['narrow', 'narrowPeople'],
          ['broad-control', 'broadControlPeople'],
        ] as const) {
          const dark = report.leaves.rows
            .filter((each) => !/^\d+$/.test(each[told]) && armPeople(arm, [each.leaf]) > 0)
            .map(({ leaf }) => leaf)
          for (const each of report.leaves.rows) {
            if (!/^\d+$/.test(each[told])) continue
            expect(Number(each[told])).toBe(armPeople(arm, [each.leaf]))
            expect(Number(each[told])).toBeGreaterThanOrEqual(K)
          }
          if (dark.length > 0) {
            expect(dark.length).toBeGreaterThan(1)
            expect(armPeople(arm, dark)).toBeGreaterThanOrEqual(K)
          }
          if (by === 'segment' && arm === 'narrow') expect(dark.sort()).toEqual(hidden)
        }
        expect(report.leaves.unmatchedPeople % K).toBe(0)
        // Arms are shown too: none that is counted is small.
        for (const arm of ['narrow', 'broad-control', 'broad', 'holdout']) {
          const size = new Set(counted.filter((each) => each.arm === arm).map((each) => each.person)).size
          expect(size === 0 || size >= K).toBe(true)
        }
      }),
      { numRuns: 150 },
    )
  })
})
