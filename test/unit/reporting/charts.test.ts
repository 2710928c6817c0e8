import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { adUnitId } from '../../../engine/campaign/ad-unit-id.ts'
import type { Ledger } from '../../../engine/campaign/ledger.ts'
import type { CounterRow } from '../../../engine/ports/counters.ts'
import { reportCharts } from '../../../engine/reporting/charts/report-charts.ts'
import type { Report } from '../../../engine/reporting/report.ts'
import { reportCampaign } from '../../../engine/reporting/report-campaign.ts'
import { CAMPAIGN, CONTROL, portsOf, row } from './traffic.ts'

const HEADLINES = ['plain', 'warm', 'loud', 'a-very-long-name-of-a-headline-that-nobody-reads-to-its-end']
const BUTTONS = ['go', 'look']
const LEAVES = ['states/CA', 'states/NY', 'states/TX', 'states/WA', '<b>R&D</b> "lovers"']

const LEDGER: Ledger = {
  version: 1,
  campaign: 'spring',
  campaignKey: 7,
  segments: Object.fromEntries(['broad', ...LEAVES].map((leaf, at) => [leaf, at + 1])),
  locales: { 'en-US': 1 },
  placements: { 'iab-300x250': 1 },
  slots: { headline: 1, button: 2 },
  assets: {
    headline: Object.fromEntries(HEADLINES.map((name, at) => [name, at + 1])),
    button: Object.fromEntries(BUTTONS.map((name, at) => [name, at + 1])),
  },
}

const CHARTED = {
  ...CAMPAIGN,
  broadControlShare: 0.5,
  slots: [
    { slot: 'headline', default: 'plain', assets: HEADLINES.map((id) => ({ id, text: { en: id } })) },
    { slot: 'button', default: 'go', assets: BUTTONS.map((id) => ({ id, text: { en: id } })) },
  ],
}

/** People of every leaf and both arms over so many days; "warm" brings half as much again, narrow pays in two leaves. */
function traffic(days: number, people: number): CounterRow[] {
  const { next, integer } = createStream('charts')
  return Array.from({ length: days * people }, (_, at) => {
    const leaf = LEAVES[integer(LEAVES.length)]!
    const narrow = next() < 0.5
    const headline = HEADLINES[integer(HEADLINES.length)]!
    const button = BUTTONS[integer(BUTTONS.length)]!
    const segment = narrow ? leaf : 'broad'
    const adUnit = adUnitId(LEDGER, {
      segment,
      locale: 'en-US',
      placement: 'iab-300x250',
      choices: { headline, button },
    })
    const lift =
      narrow && (leaf === 'states/CA' || leaf.startsWith('<b>'))
        ? 2
        : narrow && leaf === 'states/NY'
          ? 0.5
          : 1
    const rate = 0.15 * lift * (headline === 'warm' ? 1.5 : 1)
    const day = `2026-11-${String(1 + (at % days)).padStart(2, '0')}`
    const part = { person: `p${at}`, leaf, segment, adUnit, day, clicks: next() < rate ? 1 : 0 }
    return row(narrow ? part : { ...part, ...CONTROL })
  })
}

async function chartsOf(
  days: number,
  people: number,
): Promise<{ report: Report; charts: ReturnType<typeof reportCharts> }> {
  const ports = portsOf(traffic(days, people), CHARTED, [['ledger', 'spring', LEDGER]])
  const report = await reportCampaign(ports, 'spring')
  return { report, charts: reportCharts(report) }
}

/** Every text of a chart with where it begins and ends, as wide as its font can be expected to make it. */
function textsOf(svg: string) {
  return [
    ...svg.matchAll(
      /<text x="([\d.-]+)" y="([\d.-]+)" font-size="(\d+)"[^>]*text-anchor="(\w+)"[^>]*>([^<]*)</g,
    ),
  ]
    .filter(([whole]) => !whole.includes('rotate'))
    .map(([, x, y, size, anchor, text]) => {
      const letters = text!.replace(/&\w+;/g, 'x')
      const width = [...letters].length * 0.6 * Number(size)
      const from = Number(x) - (anchor === 'end' ? width : anchor === 'middle' ? width / 2 : 0)
      return { from, to: from + width, y: Number(y), text: text! }
    })
}

describe('charts of a report', () => {
  it('say what was found in their titles', async () => {
    const { charts } = await chartsOf(20, 400)
    expect(charts.looks).toMatch(
      /<title>Narrow brings more clicks a person than broad: sure since 2026-11-\d\d/,
    )
    expect(charts.leaves).toContain(
      '<title>Narrow brings more clicks in 2 and fewer in 1 of 5 leaves that can be read',
    )
    expect(charts.elements).toMatch(/<title>"warm" \(headline\) brings \d\d % more clicks than its slot/)
  })

  it('hold all their texts inside, none on another', async () => {
    for (const [days, people] of [
      [20, 400],
      [1, 6000],
      [28, 150],
    ] as const) {
      const { charts } = await chartsOf(days, people)
      for (const [name, chart] of Object.entries(charts)) {
        const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(chart!)!
        const texts = textsOf(chart!)
        expect(texts.length).toBeGreaterThan(8)
        for (const { from, to, y, text } of texts) {
          expect(from, `${name}: ${text}`).toBeGreaterThanOrEqual(0)
          expect(to, `${name}: ${text}`).toBeLessThanOrEqual(Number(width))
          expect(y, `${name}: ${text}`).toBeLessThanOrEqual(Number(height) - 4)
        }
        for (const [at, a] of texts.entries()) {
          for (const b of texts.slice(at + 1)) {
            const apart = Math.abs(a.y - b.y) >= 11 || a.to <= b.from || b.to <= a.from
            expect(apart, `${name}: "${a.text}" and "${b.text}"`).toBe(true)
          }
        }
      }
    }
  })

  it('escape whatever a segment or option is called', async () => {
    const { charts } = await chartsOf(4, 1500)
    expect(charts.leaves).toContain('&lt;b&gt;R&amp;D&lt;/b&gt;')
    expect(charts.leaves).not.toContain('<b>')
  })

  it('are not there without enough data', async () => {
    const { charts } = await chartsOf(2, 40)
    expect(Object.values(charts)).toEqual([undefined, undefined, undefined])
  })
})
