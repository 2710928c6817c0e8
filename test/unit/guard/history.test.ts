import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDoor } from '../../../core/schema.ts'
import { examine } from '../../../engine/guard/check-campaign.ts'
import { CheckReportSchema } from '../../../engine/guard/check-report.ts'
import { checkText } from '../../../engine/guard/check-text.ts'
import { type HistorySource, summariseHistory } from '../../../engine/guard/history.ts'
import { ratesFrom } from '../../../engine/guard/history-rates.ts'
import type { CounterRow } from '../../../engine/ports/counters.ts'
import { gridTrees } from '../../../segments/grid-sums.ts'
import { loadFonts } from '../../../templates/fonts.ts'
import { crowd, row } from '../reporting/traffic.ts'
import { CAMPAIGN, populationOf, worldOf } from './world.ts'

const fonts = await loadFonts(fileURLToPath(new URL('../../../templates/fonts', import.meta.url)))
const population = populationOf(20_000)
const STATES = { ...CAMPAIGN, segments: [{ grid: 'states' }, 'complainers'] }
const world = worldOf(population, STATES)
const trees = gridTrees(world.segmented)
const given = { revision: 2, goal: 'click', kFloor: 50, trees } as const

type Used = Exclude<HistorySource, { without: string }>

function used(rows: readonly CounterRow[]): Used {
  const history = summariseHistory(rows, given)
  if ('without' in history) throw new Error(history.without)
  return history
}

/** People of one leaf, each shown the ad `impressions` times. */
function served(leaf: string, people: number, clicks: number, impressions = 10): CounterRow[] {
  return crowd(`${leaf} `, people, clicks, { leaf, segment: leaf, impressions })
}

describe('history of a campaign', () => {
  it('sums the narrow ads of other revisions by leaf, with days and revisions', () => {
    const rows = [
      ...served('states/CA', 100, 30),
      ...crowd('r3 ', 60, 6, { leaf: 'states/TX', segment: 'states/TX', revision: 3, day: '2026-11-09' }),
      // Of this revision, of broad control, of nobody's leaf: not counted.
      ...crowd('now ', 90, 90, { leaf: 'states/CA', revision: 2, day: '2026-12-24' }),
      ...crowd('control ', 90, 90, { leaf: 'states/CA', segment: 'broad', arm: 'broad-control' }),
      ...crowd('broad ', 90, 90, { leaf: null, segment: 'broad', arm: 'broad' }),
    ]
    expect(used(rows)).toEqual({
      fromDay: '2026-11-02',
      toDay: '2026-11-09',
      revisions: [1, 3],
      impressions: 1060,
      events: 36,
      groups: [
        { id: 'states/CA', people: 100, impressions: 1000, events: 30 },
        { id: 'states/TX', people: 60, impressions: 60, events: 6 },
      ],
    })
  })

  it('a group of too few people is counted in the next wider node, and never by itself', () => {
    const rows = [
      ...served('states/CA', 100, 20),
      ...served('states/OR', 30, 5),
      ...served('states/AK', 25, 2),
      ...served('states/NY', 20, 3),
      ...served('complainers', 49, 1),
    ]
    // Oregon and Alaska make the Pacific; New York goes up to everybody, where the complainers join it.
    expect(used(rows).groups).toEqual([
      { id: 'broad', people: 69, impressions: 690, events: 4 },
      { id: 'states/CA', people: 100, impressions: 1000, events: 20 },
      { id: 'states/pacific+', people: 55, impressions: 550, events: 7 },
    ])
    expect(used(rows.filter(({ leaf }) => leaf !== 'states/NY')).groups).toHaveLength(2)
  })

  it('never tells of fewer people than the k floor, nor loses more than those', () => {
    const leaf = fc.constantFrom(
      'states/CA',
      'states/OR',
      'states/NY',
      'states/TX',
      'states/ZZ',
      'complainers',
    )
    const visit = fc.record({ leaf, person: fc.option(fc.nat({ max: 400 })), clicks: fc.nat({ max: 1 }) })
    const crowds = fc.array(fc.record({ leaf, people: fc.nat({ max: 120 }), from: fc.nat({ max: 300 }) }))
    let found = 0
    fc.assert(
      fc.property(fc.array(visit), crowds, (visits, many) => {
        const rows = [
          ...visits.map(({ person, ...of }) =>
            row({ ...of, segment: of.leaf, person: person === null ? null : `p${person}` }),
          ),
          ...many.flatMap((of) =>
            Array.from({ length: of.people }, (_, at) =>
              row({ leaf: of.leaf, segment: of.leaf, person: `p${of.from + at}`, clicks: 1 }),
            ),
          ),
        ]
        const history = summariseHistory(rows, given)
        if ('without' in history) return
        found++
        for (const { people } of history.groups) expect(people).toBeGreaterThanOrEqual(50)
        const ids = history.groups.map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
        // Only what came up to everybody and was still too little is left out.
        const lost = rows.length - history.impressions
        expect(lost).toBeGreaterThanOrEqual(0)
        if (lost > 0) expect(ids).not.toContain('broad')
        const known = new Set(rows.flatMap(({ person }) => (person === null ? [] : [person])))
        for (const { people } of history.groups) expect(people).toBeLessThanOrEqual(known.size)
      }),
      { numRuns: 100 },
    )
    expect(found).toBeGreaterThan(20)
  })

  it('says why there is none', () => {
    const without = (rows: readonly CounterRow[]) =>
      (summariseHistory(rows, given) as { without: string }).without
    expect(without([])).toBe('no other revision has served narrow ads')
    expect(without(crowd('a', 90, 90, { simulated: true }))).toBe('what other revisions served was simulated')
    expect(without(served('states/CA', 90, 19))).toBe(
      'other revisions have brought fewer than the 20 clicks a rate needs',
    )
    expect(without(served('states/CA', 49, 49))).toContain('fewer than the 20 clicks')
    // Simulated traffic does not count beside real traffic either.
    const real = served('states/CA', 90, 30)
    expect(used([...real, ...crowd('sim', 900, 900, { simulated: true })])).toEqual(used(real))
  })
})

describe('rates from history', () => {
  const history = used([
    ...served('states/CA', 2000, 1000),
    ...served('states/OR', 100, 3),
    ...served('states/AL', 2000, 100),
    ...served('complainers', 200, 40),
  ])
  const rates = ratesFrom(history, trees, 0.01)

  it('are between what a leaf saw and what the next wider segment did', () => {
    expect(rates.overall).toBeCloseTo(1143 / 43_000, 4)
    expect(rates.rateOf('states/CA')).toBeCloseTo(0.05, 2)
    expect(rates.rateOf('states/AL')).toBeLessThan(0.0055)
    // Oregon had 0.3 %; its division, with California, 4.8 %.
    expect(rates.rateOf('states/OR')).toBeGreaterThan(0.003)
    expect(rates.rateOf('states/OR')).toBeLessThan(rates.rateOf('states/pacific+'))
    const told = rates.told('states/OR')!
    expect(told.at).toBe('states/OR')
    expect(told.low).toBeLessThan(told.value)
    expect(told.high).toBeGreaterThan(told.value)
  })

  it('of a leaf without any are those of the nearest wider node that has some', () => {
    expect(rates.told('states/WA')).toMatchObject({ at: 'states/pacific+' })
    expect(rates.told('states/FL')).toMatchObject({ at: 'states/south+' })
    expect(rates.told('states/NY')).toMatchObject({ at: 'states/*' })
    expect(rates.told('west')).toMatchObject({ at: 'broad', value: rates.overall })
  })

  it('are the baseline where there is no history', () => {
    const none = ratesFrom({ without: 'nothing yet' }, trees, 0.01)
    expect([none.overall, none.rateOf('states/CA'), none.told('states/CA')]).toEqual([0.01, 0.01, undefined])
  })

  it('decide in a check what a leaf expects, and which leaves starve; it says on what they stand', () => {
    const door = createDoor('check report', CheckReportSchema)
    const check = () => ({ ...examine(world.plan, world.segmented, fonts, history), atMs: 0 })
    const report = door(JSON.parse(JSON.stringify(check())), 'check')
    expect(check()).toEqual(report)
    expect(report.history).toEqual(history)
    expect(report.volume).toMatchObject({ baselineRate: 0.01, eventRate: rates.overall })
    const leaf = (id: string) => report.leaves.find((each) => each.id === id)!
    const [ca, al] = [leaf('states/CA'), leaf('states/AL')]
    for (const { eventsWeek, impressionsWeek, rate } of [ca, al]) {
      expect(eventsWeek! / (impressionsWeek! * rate!.value)).toBeCloseTo(1, 3)
    }
    // 50 clicks a week at 4.5 impressions a person and week: at 5 % 223 people, at 0.5 % over 2,000.
    expect(ca.problems).toEqual([])
    expect(al.people!).toBeGreaterThan(500)
    expect(al.problems).toEqual(['starved'])
    const text = checkText(report)
    expect(text).toContain('43,000 impressions and 1,143 clicks of narrow ads in revision 1, 2026-11-02 to')
    expect(text).toMatch(/California .*5\.0. %/)

    // The roll-up counts with the same rates: none of what it leaves is under the floor at its own rate.
    const rolled = worldOf(population, { ...STATES, segments: report.rollUp!.entries })
    const after = examine(rolled.plan, rolled.segmented, fonts, history)
    expect(after.reasons).toEqual([])
    expect(after.before).toEqual(report.rollUp!.after)
    expect(JSON.stringify(report.rollUp!.entries)).not.toContain('states/AL')
  })
})
