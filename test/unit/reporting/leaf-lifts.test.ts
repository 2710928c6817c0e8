import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import type { CounterRow } from '../../../engine/ports/counters.ts'
import { assignedArms } from '../../../engine/reporting/compare-arms.ts'
import { type LeafOptions, leafLifts } from '../../../engine/reporting/leaf-lifts.ts'
import type { LeafRow } from '../../../engine/reporting/report.ts'
import { reportCampaign } from '../../../engine/reporting/report-campaign.ts'
import { reportText } from '../../../engine/reporting/report-text.ts'
import { shrunkLeafRates } from '../../../engine/reporting/shrunk-leaf-rates.ts'
import { widerSegments } from '../../../engine/reporting/wider-segments.ts'
import { memoryDocuments } from '../guard/memory-documents.ts'
import { CAMPAIGN, CONTROL, crowd, portsOf, row } from './traffic.ts'

const OPTIONS: LeafOptions = {
  goal: 'click',
  kFloor: 50,
  broadControlShare: 0.5,
  assignmentBroken: false,
  titleOf: (leaf) => leaf.toUpperCase(),
  widerOf: () => ['broad'],
  plannedPeople: () => 5000,
}

const lifts = (rows: readonly CounterRow[], options = OPTIONS) => leafLifts(rows, assignedArms(rows), options)

/** `people` of each arm in a leaf, with so many clickers. */
function leaf(id: string, people: number, narrow: number, control: number): CounterRow[] {
  return [
    ...crowd(`${id}n`, people, narrow, { leaf: id, segment: id }),
    ...crowd(`${id}c`, people, control, { ...CONTROL, leaf: id }),
  ]
}

function found(rows: readonly LeafRow[], id: string): LeafRow {
  const one = rows.find((each) => each.leaf === id)
  if (!one) throw new Error(`${id} is not there`)
  return one
}

describe('leaves', () => {
  const traffic = [
    ...leaf('wins', 400, 200, 100),
    ...leaf('loses', 300, 60, 150),
    ...leaf('same', 500, 100, 102),
    ...leaf('young', 90, 18, 18),
  ]

  it('are judged each by its own people, the largest first', () => {
    const { rows, losing, text } = lifts(traffic)
    expect(rows.map((each) => [each.leaf, each.verdict])).toEqual([
      ['same', 'unclear'],
      ['wins', 'wins'],
      ['loses', 'loses'],
      ['young', 'not-enough'],
    ])
    const { compared } = found(rows, 'wins')
    expect(compared!.difference.value).toBeCloseTo(0.25, 12)
    expect(compared!.lift!.value).toBeCloseTo(1, 12)
    expect(compared!.sequence.low).toBeLessThan(compared!.difference.low!)
    expect(compared!.sequence.low).toBeGreaterThan(0)
    expect(found(rows, 'loses').text).toBe('narrow loses here: merge it into broad')
    expect(losing).toEqual(['loses'])
    // 1,160 of 2,400 impressions would be half; 180 of 2,580 went to the leaf that is too young.
    expect(text).toContain('3 of 4 leaves can be read; 6.98 % of the spend went to the others.')
  })

  it('say how many more people are needed, by hand', () => {
    // Ten people to a hundred; 20 - 18 events at 648.5 of 2,581 a person are 8. Each arm gets half.
    expect(found(lifts(traffic).rows, 'young')).toMatchObject({
      needs: 20,
      text: 'not enough data: about 20 more people needed',
    })
  })

  it("have Benjamini and Hochberg's q over those compared: the smallest p times their number", () => {
    const compared = lifts(traffic).rows.flatMap((each) => (each.compared ? [each.compared] : []))
    const byP = compared.toSorted((a, b) => a.pValue - b.pValue)
    expect(byP).toHaveLength(3)
    expect(byP[0]!.qValue).toBeCloseTo(Math.min(3 * byP[0]!.pValue, 1.5 * byP[1]!.pValue), 15)
    expect(byP[1]!.qValue).toBeCloseTo(1.5 * byP[1]!.pValue, 15)
    expect(byP[2]!.qValue).toBe(byP[2]!.pValue)
  })

  it('rarely find what is not there, however many there are', () => {
    const runs = 60
    let wrong = 0
    for (let run = 0; run < runs; run++) {
      const { next } = createStream(`null ${run}`)
      const clickers = () => Array.from({ length: 120 }, next).filter((u) => u < 0.3).length
      const rows = Array.from({ length: 10 }, (_, at) => leaf(`l${at}`, 120, clickers(), clickers())).flat()
      if (lifts(rows).rows.some(({ verdict }) => verdict === 'wins' || verdict === 'loses')) wrong++
    }
    // About 5 %; without q-values it would be 1 - .95^10 = 40 %.
    expect(wrong / runs).toBeLessThan(0.13)
  })

  it('warn of one whose people did not fall into the arms as assigned', () => {
    const { rows } = lifts([
      ...traffic,
      ...crowd('bn', 600, 300, { leaf: 'bad', segment: 'bad' }),
      ...crowd('bc', 200, 40, { ...CONTROL, leaf: 'bad' }),
    ])
    expect(found(rows, 'bad')).toMatchObject({ verdict: 'broken', assignment: { broken: true } })
    expect(found(rows, 'wins').assignment).toMatchObject({ broken: false, qValue: 1 })
    expect(found(lifts(traffic, { ...OPTIONS, broadControlShare: null }).rows, 'wins').assignment).toBeNull()
    const all = lifts(traffic, { ...OPTIONS, assignmentBroken: true })
    expect(all.rows.map(({ verdict }) => verdict)).toEqual(['broken', 'broken', 'broken', 'not-enough'])
  })

  it('count segments by how even they are, and people whom none fits down to the floor', () => {
    const even = lifts([...leaf('a', 100, 30, 30), ...leaf('b', 100, 30, 30)])
    expect(even.effectiveSegments).toBeCloseTo(2, 12)
    const others = crowd('o', 130, 0, { arm: 'broad', segment: 'broad', leaf: null })
    // Shares .8 and .2: 1 / .68.
    const uneven = lifts([...leaf('a', 400, 30, 30), ...leaf('b', 100, 30, 30), ...others])
    expect(uneven.effectiveSegments).toBeCloseTo(1 / 0.68, 12)
    expect(uneven.unmatchedPeople).toBe(100)
    expect(lifts([])).toMatchObject({ rows: [], effectiveSegments: null, unreadableSpendShare: null })
  })

  it('take each person once a leaf, whatever their days and ads', () => {
    const twice = traffic.map((each) => ({ ...each, day: '2026-11-04', clicks: 0 }))
    const { rows } = lifts([...traffic, ...twice])
    expect(rows.map(({ compared }) => compared?.difference)).toEqual(
      lifts(traffic).rows.map(({ compared }) => compared?.difference),
    )
  })
})

describe('shrunk rates of leaves', () => {
  it('are nearer the truth than raw ones, and hold it nine times in ten where there is little to see', () => {
    let [raw, shrunk, held, all] = [0, 0, 0, 0]
    for (let run = 0; run < 10; run++) {
      const { next } = createStream(`rates ${run}`)
      const truths = new Map<string, number>()
      const leaves = Array.from({ length: 60 }, (_, at) => {
        const state = at % 6
        const id = `grid/${state}/${at}`
        // States differ by a factor of four, leaves of one by up to three.
        const truth = 0.02 * 1.32 ** state * (0.5 + next())
        truths.set(id, truth)
        const trials = 60 + Math.floor(800 * next())
        return { id, trials, events: Array.from({ length: trials }, next).filter((u) => u < truth).length }
      })
      const whole = {
        events: leaves.reduce((sum, { events }) => sum + events, 0),
        trials: leaves.reduce((sum, { trials }) => sum + trials, 0),
      }
      const rates = shrunkLeafRates(leaves, whole, (id) => [
        `${id.split('/').slice(0, 2).join('/')}/*`,
        'broad',
      ])
      for (const { id, events, trials } of leaves) {
        const truth = truths.get(id)!
        const { rate, low, high } = rates.get(id)!
        raw += (events / trials - truth) ** 2
        shrunk += (rate - truth) ** 2
        held += low <= truth && truth <= high ? 1 : 0
        all++
      }
    }
    expect(shrunk).toBeLessThan(0.7 * raw)
    expect(held / all).toBeGreaterThan(0.88)
  })

  it('come from the grid that the leaf is of: the nearest wider node first', async () => {
    const documents = memoryDocuments([
      [
        'attributes',
        'attributes',
        {
          attributes: [
            {
              name: 'state',
              dimension: 'geographic',
              scope: 'person',
              from: { field: 'state', aggregate: 'latest' },
              type: 'category',
              values: { west: {}, ca: { parent: 'west' }, or: { parent: 'west' } },
            },
            {
              name: 'hobby',
              dimension: 'behavioural',
              scope: 'person',
              from: { field: 'hobby', aggregate: 'top' },
              type: 'category',
            },
          ],
        },
      ],
      ['segment', 'grid', { name: 'grid', grid: { attributes: ['state', 'hobby'] } }],
    ])
    const widerOf = await widerSegments({ documents }, { segments: [{ grid: 'grid' }, 'runners'] })
    expect(widerOf('grid/ca/hiking')).toEqual(['grid/ca/*', 'grid/west+/*', 'broad'])
    expect(widerOf('grid/west+/*')).toEqual(['broad'])
    expect(widerOf('runners')).toEqual(['broad'])
    expect(widerOf('grid/ca')).toEqual(['broad'])
    expect((await widerSegments(portsOf([]), CAMPAIGN))('grid/ca/hiking')).toEqual(['broad'])
  })
})

describe('leaves for people', () => {
  it('are twenty at most, each with its verdict, after the verdict over all', async () => {
    const rows = Array.from({ length: 23 }, (_, at) => leaf(`l${at}`, 120, 80, 40)).flat()
    const report = await reportCampaign(portsOf(rows, { ...CAMPAIGN, broadControlShare: 0.5 }), 'spring')
    const text = reportText(report)
    const lines = text.split('\n')
    expect(lines[1]).toMatch(/^Narrow brings more clicks a person than broad: \+100 %/)
    // 80 beside 40 of 120, in every leaf: lift +100 %, and people with a click are two in three.
    const told = lines.filter((line) => line.endsWith('narrow wins here'))
    expect(told).toHaveLength(20)
    expect(told[0]).toMatch(/^l0 +120 +120 +0\.67 : 0\.33 +\+100\.0 % \(/)
    expect(lines).toContain('and 3 more; --json has all')
    expect(lines).toContain('23 of 23 leaves can be read.')
  })
})

describe('small leaves', () => {
  const ports = (rows: readonly CounterRow[]) => portsOf(rows, { ...CAMPAIGN, broadControlShare: 0.5 })
  const numbers = async (rows: readonly CounterRow[]) => (await reportCampaign(ports(rows), 'spring')).leaves

  it('tell nothing: what is hidden may be shared out as one likes and nothing changes', async () => {
    const big = [...leaf('big', 400, 200, 100), ...leaf('next', 300, 100, 90)]
    const told = await numbers([...big, ...leaf('small', 17, 3, 5), ...leaf('guard', 83, 7, 9)])
    expect(found(told.rows, 'small')).toMatchObject({ narrowPeople: '<50', broadControlPeople: '<50' })
    expect(found(told.rows, 'guard')).toMatchObject({ narrowPeople: 'hidden', compared: null })
    expect(found(told.rows, 'guard').respondersShrunk).toBeNull()
    for (const [small, narrow, control] of [
      [3, 0, 1],
      [40, 10, 14],
    ] as const) {
      const others = [
        ...leaf('small', small, narrow, control),
        ...leaf('guard', 100 - small, 10 - narrow, 14 - control),
      ]
      expect(await numbers([...big, ...others])).toEqual(told)
    }
  })

  it('are hidden by segment too where the two tables together would tell who was in both arms', async () => {
    const big = [...leaf('a', 400, 200, 100), ...leaf('b', 300, 100, 90), ...leaf('c', 200, 40, 40)]
    // 60 people were in both arms: 55 of them matched a, 5 of them b.
    const both = ['a', 'b'].flatMap((id) =>
      Array.from({ length: id === 'a' ? 55 : 5 }, (_, at) => [
        row({ person: `${id}both${at}`, leaf: id, segment: id }),
        row({ person: `${id}both${at}`, ...CONTROL, leaf: id }),
      ]).flat(),
    )
    const report = await reportCampaign(ports([...big, ...both]), 'spring')
    const hiddenHere = report.leaves.rows.filter(({ narrowPeople }) => narrowPeople === 'hidden')
    expect(hiddenHere.map(({ leaf: id }) => id)).toEqual(['a', 'b'])
    expect(report.rows.filter(({ hidden }) => hidden).map(({ key }) => key)).toEqual(['a', 'b'])
  })
})
