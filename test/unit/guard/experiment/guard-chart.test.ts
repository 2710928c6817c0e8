import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { guardChart } from '../../../../engine/guard/experiment/guard-chart.ts'
import type { GuardReport } from '../../../../engine/guard/experiment/guard-report.ts'
import { linearScale, logScale, wrapText } from '../../../../engine/reporting/svg-chart.ts'
import { readMarkup } from '../../templates/markup.ts'
import { candidate, SPLIT } from './reports.ts'

const BROAD: GuardReport = { ...SPLIT, verdict: 'BROAD', columns: [], actions: [] }

const count = (svg: string, pattern: RegExp) => [...svg.matchAll(pattern)].length

describe('the chart of a guard', () => {
  it('has the finding as its title, a mark of each kind a segmentation, the zero line and the choice', () => {
    const svg = guardChart(SPLIT)!
    const { textOf } = readMarkup(svg)
    expect(textOf('title')[0]).toBe(
      'Splitting by city gains +1.25 points held out; in-sample it looks like +1.31 points',
    )
    expect(textOf('title').slice(1)).toEqual([
      'city: 2 segments, in-sample +1.31 points, held out +1.25 points (+0.85 to +1.65)',
      'city, age: 14 segments, in-sample +1.72 points, held out +0.9 points (+0.4 to +1.4)',
      'age: 7 segments, in-sample +0.4 points, held out -0.2 points (-0.5 to +0.1)',
    ])
    for (const text of [
      'broad',
      'number of segments (log scale)',
      'percentage points of visit',
      "the guard's choice, guarded: city",
    ])
      expect(textOf('text')).toContain(text)
    // Three segmentations and the legend.
    expect(count(svg, /<polygon /g)).toBe(4)
    expect(count(svg, /r="5"/g)).toBe(4)
    expect(count(svg, /r="10"/g)).toBe(1)
  })

  it('marks broad where nothing is split', () => {
    const svg = guardChart(BROAD)!
    expect(readMarkup(svg).textOf('title')[0]).toBe('No split pays: mens for everybody')
    expect(count(svg, /r="10"/g)).toBe(0)
    expect(readMarkup(svg).textOf('text')).toContain("the guard's choice: broad, the zero line")
  })

  it('holds any text and stays in its frame, whatever the numbers', async () => {
    const hostile = `</text><script>alert(1)</script>&"'\u0000\ud800 ${'long '.repeat(80)}`
    const wild: GuardReport = {
      ...SPLIT,
      columns: [hostile],
      experiment: {
        ...SPLIT.experiment,
        broadArm: hostile,
        outcome: hostile,
        treatment: hostile,
        kind: 'money',
      },
      candidates: [
        candidate([], 1, [1e-9, -1e-9, 1e-9]),
        candidate([hostile], 900_000, [9e14, -9e14, 1e14], { decision: 'chosen' }),
      ],
    }
    const one = { ...BROAD, candidates: [candidate(['age'], 1, [0, 0, 0])] }
    const many = {
      ...BROAD,
      candidates: Array.from({ length: 64 }, (_, at) => candidate([`c${at}`], 2 + (at % 5), [at, -at, 1])),
    }
    for (const report of [wild, one, many]) {
      const svg = guardChart(report, 'USD')!
      const { tags, attribute } = readMarkup(svg)
      expect(tags.filter((tag) => /script/.test(tag))).toEqual([])
      expect(svg).not.toMatch(/NaN|Infinity|undefined/)
      for (const name of ['cx', 'x1', 'x2', 'x']) for (const at of attribute(name)) expectWithin(at, 880)
      for (const name of ['cy', 'y1', 'y2', 'y']) for (const at of attribute(name)) expectWithin(at, 540)
      expect(await sharp(Buffer.from(svg)).metadata()).toMatchObject({ width: 880, height: 540 })
    }
  })

  function expectWithin(at: string, end: number): void {
    expect(Number(at)).toBeGreaterThanOrEqual(0)
    expect(Number(at)).toBeLessThanOrEqual(end)
  }

  it('is not drawn where nothing was judged', () => {
    expect(guardChart({ ...BROAD, verdict: 'UNREADABLE', candidates: [] })).toBeUndefined()
  })
})

describe('scales', () => {
  it('have round ticks around what must fit', () => {
    const labels = (...values: number[]) => linearScale(values, [0, 100]).ticks.map(({ label }) => label)
    expect(labels(-0.9, 3.16)).toEqual(['-1', '0', '1', '2', '3', '4'])
    expect(labels(0, 0.013)).toEqual(['0', '0.002', '0.004', '0.006', '0.008', '0.010', '0.012', '0.014'])
    expect(labels(0)).toEqual(['-1.0', '-0.5', '0', '0.5', '1.0'])
    const scale = linearScale([0, 10], [100, 0])
    expect([scale.at(0), scale.at(10)]).toEqual([100, 0])
  })

  it('of powers have as many ticks as find room', () => {
    const labels = (...values: number[]) => logScale(values, [0, 700]).ticks.map(({ label }) => label)
    expect(labels(2, 938)).toEqual(['2', '5', '10', '20', '50', '100', '200', '500', '1,000'])
    expect(labels(1, 1e6)).toEqual(['1', '10', '100', '1,000', '10,000', '100,000', '1,000,000'])
    expect(labels(3)).toEqual(['2', '5'])
  })

  it('wrap texts, and cut what does not fit', () => {
    expect(wrapText('one two three', 60, 10, 2)).toEqual(['one two', 'three'])
    expect(wrapText('one two three four five', 60, 10, 2)).toEqual(['one two', 'three fou…'])
    expect(wrapText('unbreakably', 30, 10, 2)).toEqual(['unbr…'])
  })
})
