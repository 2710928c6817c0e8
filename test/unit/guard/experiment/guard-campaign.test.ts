import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDoor } from '../../../../core/schema.ts'
import { createStream } from '../../../../core/stream.ts'
import type { Campaign } from '../../../../engine/campaign/campaign.ts'
import { campaignExperiment } from '../../../../engine/guard/experiment/campaign-experiment.ts'
import type { Experiment, SegmentColumn } from '../../../../engine/guard/experiment/experiment.ts'
import {
  type CampaignGuard,
  CampaignGuardSchema,
  campaignRemarks,
  guardCampaign,
} from '../../../../engine/guard/experiment/guard-campaign.ts'
import { judgeExperiment } from '../../../../engine/guard/experiment/judge.ts'
import { leafLevels } from '../../../../engine/guard/experiment/leaf-levels.ts'
import type { CounterRow } from '../../../../engine/ports/counters.ts'
import { CAMPAIGN, CONTROL, portsOf, row } from '../../reporting/traffic.ts'
import { CATALOGUE, DOCUMENTS } from '../world.ts'

const SEGMENTS = { catalogue: CATALOGUE, documents: DOCUMENTS }

const leaves = (people: Readonly<Record<string, number>>): string[] =>
  Object.entries(people).flatMap(([leaf, count]) => Array.from({ length: count }, () => leaf))

/** People by value of a column. */
function sizes({ values, codes }: SegmentColumn): Record<string, number> {
  const found: Record<string, number> = {}
  for (const code of codes) found[values[code]!] = (found[values[code]!] ?? 0) + 1
  return found
}

const shown = (leafOf: readonly string[]) =>
  leafLevels(leafOf, SEGMENTS, 50).map((column) => [column.name, sizes(column)])

describe('the levels of leaves', () => {
  it('go from the widest attribute down its hierarchy to the leaf', () => {
    expect(
      shown(
        leaves({
          'usa/i0/CA/a1': 60,
          'usa/i0/CA/a2': 70,
          'usa/i0/OR/a1': 80,
          'usa/i0/TX/a1': 90,
          'usa/i1/CA/a1': 50,
        }),
      ),
    ).toEqual([
      ['interest', { i0: 300, i1: 50 }],
      ['interest, state (level 1 of 3)', { 'i0, West': 210, 'i0, South': 90, 'i1, West': 50 }],
      ['interest, state', { 'i0, California': 130, 'i0, Oregon': 80, 'i0, Texas': 90, 'i1, California': 50 }],
      [
        'segment',
        {
          'i0, California, a1': 60,
          'i0, California, a2': 70,
          'i0, Oregon, a1': 80,
          'i0, Texas, a1': 90,
          'i1, California, a1': 50,
        },
      ],
    ])
  })

  it('show no leaf under the k floor: its people go to the wider level, or to the smallest there is', () => {
    const states = { 'states/CA': 200, 'states/OR': 30, 'states/WA': 25, 'states/TX': 60 }
    expect(shown(leaves(states)).at(-1)).toEqual([
      'segment',
      { California: 200, 'Pacific, other': 55, Texas: 60 },
    ])
    expect(shown(leaves({ ...states, 'states/NY': 49 })).at(-1)).toEqual([
      'segment',
      { California: 200, Texas: 60, '(others)': 104 },
    ])
    expect(shown(leaves({ 'states/CA': 20, 'states/TX': 40 }))).toEqual([])
  })

  it('are nested, each value of each of them the k floor or more', () => {
    const ids = [
      'usa/i0/CA/a1',
      'usa/i0/CA/a2',
      'usa/i0/OR/*',
      'usa/i0/TX/a1',
      'usa/i1/*/*',
      'usa/*/*/*',
      'west',
      'gone',
    ]
    const counts = fc.tuple(...ids.map(() => fc.integer({ min: 0, max: 120 })))
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 90 }), (people, kFloor) => {
        const leafOf = leaves(Object.fromEntries(ids.map((id, at) => [id, people[at]!])))
        const columns = leafLevels(leafOf, SEGMENTS, kFloor)
        for (const [at, column] of columns.entries()) {
          expect(Math.min(...Object.values(sizes(column)))).toBeGreaterThanOrEqual(kFloor)
          const wider = columns[at - 1]
          if (!wider) continue
          const widerOf = new Map<number, number>()
          for (const [i, code] of column.codes.entries()) {
            expect(widerOf.get(code) ?? wider.codes[i]).toBe(wider.codes[i])
            widerOf.set(code, wider.codes[i]!)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('tell a remainder from its whole node, and rules from grids', () => {
    expect(shown(leaves({ 'usa/i0/CA/a1': 60, 'usa/i0/*/*': 70, west: 80, 'gone/by/now': 90 }))).toEqual([
      ['grid or rule', { usa: 130, '(others)': 170 }],
      ['rule', { usa: 130, west: 80, 'gone/by/now': 90 }],
      ['segment', { 'i0, other': 70, 'i0, California, a1': 60, west: 80, 'gone/by/now': 90 }],
    ])
  })
})

describe("a campaign's experiment", () => {
  const logs = (rows: readonly CounterRow[], part = {}) => ({
    rows,
    controlShares: new Map([
      [1, 0.1],
      [2, 0.5],
    ]),
    goal: 'click' as const,
    outcome: 'goal' as const,
    kFloor: 2,
    segments: SEGMENTS,
    ...part,
  })
  const crowd = (prefix: string, people: number, part: Partial<CounterRow>) =>
    Array.from({ length: people }, (_, at) => row({ person: `${prefix}${at}`, ...part }))
  const peopleOf = ({ arm, arms }: Experiment) => {
    const found: Record<string, number> = {}
    for (const code of arm) found[arms[code]!] = (found[arms[code]!] ?? 0) + 1
    return found
  }

  it('has a row a person who matched, by assigned arm, with the leaf of their first day', () => {
    const rows = [
      ...crowd('n', 4, { clicks: 1, valueMicros: 2_500_000 }),
      ...crowd('n', 1, { clicks: 2, day: '2026-11-01', leaf: 'states/OR' }),
      ...crowd('c', 3, CONTROL),
      ...crowd('broad', 5, { arm: 'broad', leaf: null }),
      ...crowd('held', 5, { arm: 'holdout' }),
      row({ person: null, clicks: 1 }),
    ]
    const { experiment, candidates, notes, revisions } = campaignExperiment(logs(rows))!
    expect(peopleOf(experiment)).toEqual({ 'broad-control': 3, narrow: 4 })
    expect([...experiment.propensity]).toEqual([0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9])
    expect(experiment.outcome).toMatchObject({ kind: 'count', sums: Float64Array.of(0, 0, 0, 3, 1, 1, 1) })
    expect(candidates[0]).toEqual([])
    expect([notes, revisions]).toEqual([[], [1]])
    const value = campaignExperiment(logs(rows, { outcome: 'value' }))!.experiment.outcome
    expect(value).toMatchObject({ kind: 'money', sums: Float64Array.of(0, 0, 0, 2.5, 2.5, 2.5, 2.5) })
    expect(campaignExperiment(logs(rows, { kFloor: 4 }))).toBeUndefined()
    expect(campaignExperiment(logs([]))).toBeUndefined()
  })

  it('leaves out, and tells, who switched arms and who was seen under other shares', () => {
    const rows = [
      ...crowd('n', 6, { revision: 2 }),
      ...crowd('c', 6, { ...CONTROL, revision: 2 }),
      ...crowd('old', 5, {}),
      ...crowd('n', 1, {}),
      ...crowd('both', 3, { revision: 2 }),
      ...crowd('both', 3, { ...CONTROL, revision: 2 }),
    ]
    const { experiment, notes, revisions } = campaignExperiment(logs(rows))!
    expect(peopleOf(experiment)).toEqual({ 'broad-control': 6, narrow: 5 })
    expect(new Set(experiment.propensity)).toEqual(new Set([0.5]))
    expect(revisions).toEqual([2])
    expect(notes).toEqual([
      '6 people were seen under other shares of broad control than the newest; they are left out',
      '3 people were in both arms; they are left out',
    ])
    expect(campaignExperiment(logs(rows, { kFloor: 5 }))!.notes[1]).toMatch(
      /^fewer than 5 people were in both/,
    )
  })
})

describe('the guard of a campaign', () => {
  const campaign: Campaign = { ...CAMPAIGN, broadControlShare: 0.5 }
  const ports = (rows: readonly CounterRow[]) =>
    portsOf(rows, campaign, [
      ['attributes', 'attributes', CATALOGUE],
      ['segment', 'states', DOCUMENTS.get('states')],
    ])
  /** Narrow helps in California and harms in Texas. */
  const people = (count: number): CounterRow[] => {
    const stream = createStream('campaign')
    return Array.from({ length: count }, (_, at) => {
      const state = at % 2 === 0 ? 'CA' : 'TX'
      const isNarrow = stream.next() < 0.5
      const rate = isNarrow ? (state === 'CA' ? 0.3 : 0.04) : 0.15
      return row({
        person: `p${at}`,
        leaf: `states/${state}`,
        ...(isNarrow ? {} : CONTROL),
        clicks: Number(stream.next() < rate),
      })
    })
  }

  it('gives narrow where it pays, and names the leaves where it loses', async () => {
    const guard = await guardCampaign(ports(people(4_000)), 'spring', {}, judgeExperiment)
    expect(() => createDoor('guard', CampaignGuardSchema)(guard, 'test')).not.toThrow()
    expect(guard).toMatchObject({
      verdict: 'SPLIT',
      campaign: 'spring',
      experiment: {
        treatment: 'assigned arm',
        outcome: 'clicks',
        broadArm: 'broad-control',
        broadArmNamed: true,
      },
    })
    const arms = Object.fromEntries(
      guard.actions.map(({ segment, arm }) => [Object.values(segment).at(-1), arm]),
    )
    expect(arms).toEqual({ California: 'narrow', Texas: 'broad-control' })
    expect(guard.losing).toMatchObject([
      { segment: 'Texas', people: 2_000, difference: { high: expect.any(Number) } },
    ])
    expect(guard.losing[0]!.difference.high).toBeLessThan(0)
    expect(campaignRemarks(guard)).toEqual([
      'campaign spring (revision 1): people who matched a narrow segment, by assigned arm',
      'Narrow loses in: Texas. Merge these into wider segments, or leave them to broad.',
    ])
  })

  it('says nothing of an arm under the k floor, and that nobody saw simulated ads', async () => {
    const rows = people(90).map((each) => ({ ...each, simulated: true }))
    const guard: CampaignGuard = await guardCampaign(
      ports(rows),
      'spring',
      { fromDay: '2026-11-01' },
      judgeExperiment,
    )
    expect(() => createDoor('guard', CampaignGuardSchema)(guard, 'test')).not.toThrow()
    expect(guard).toMatchObject({ verdict: 'UNREADABLE', simulated: true, from: '2026-11-01' })
    expect(guard.answer).toMatch(/fewer than 50 people/)
    expect(JSON.stringify(guard)).not.toMatch(/\b(9\d|4\d)\b(?!")/)
    expect(campaignRemarks(guard)).toContain('SIMULATED TRAFFIC: nobody saw these ads.')
  })

  it('is of a campaign there is, and of days there are', async () => {
    await expect(guardCampaign(ports([]), 'none', {}, judgeExperiment)).rejects.toThrow(/no campaign "none"/)
    await expect(guardCampaign(ports([]), 'spring', { toDay: 'monday' }, judgeExperiment)).rejects.toThrow(
      /guard: to: "monday" is not a day/,
    )
  })
})
