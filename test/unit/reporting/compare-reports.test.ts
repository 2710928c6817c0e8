import { describe, expect, it } from 'vitest'
import { createDoor } from '../../../core/schema.ts'
import { createStream } from '../../../core/stream.ts'
import type { CounterRow } from '../../../engine/ports/counters.ts'
import { assignedArms, compareArms } from '../../../engine/reporting/compare-arms.ts'
import {
  type CompareQuery,
  compareCampaigns,
  compareReports,
} from '../../../engine/reporting/compare-reports.ts'
import { type ComparedReports, ComparedReportsSchema } from '../../../engine/reporting/compared-reports.ts'
import { comparedText } from '../../../engine/reporting/compared-text.ts'
import type { Report } from '../../../engine/reporting/report.ts'
import { reportCampaign } from '../../../engine/reporting/report-campaign.ts'
import { memoryDocuments } from '../guard/memory-documents.ts'
import { CAMPAIGN, CONTROL, crowd, portsOf, row } from './traffic.ts'

const door = createDoor('comparison', ComparedReportsSchema)
const HALVES = { ...CAMPAIGN, broadControlShare: 0.5 }
const AUTUMN = { ...HALVES, name: 'autumn', title: 'Autumn' }

function portsOfTwo(spring: readonly CounterRow[], autumn: readonly CounterRow[], other = AUTUMN) {
  const rows: Readonly<Record<string, readonly CounterRow[]>> = { spring, autumn }
  const { counters, clock } = portsOf([])
  return {
    clock,
    documents: memoryDocuments([
      ['campaign', 'spring', HALVES],
      ['campaign', 'autumn', other],
    ]),
    counters: {
      ...counters,
      rows: ({ campaign, ...days }: Parameters<typeof counters.rows>[0]) =>
        portsOf(rows[campaign]!).counters.rows({ campaign, ...days }),
    },
  }
}

async function compared(
  ports: Parameters<typeof compareCampaigns>[0],
  query: CompareQuery,
): Promise<ComparedReports> {
  return door(JSON.parse(JSON.stringify(await compareCampaigns(ports, 'spring', query))), 'comparison')
}

const strong = [...crowd('n', 400, 160), ...crowd('c', 400, 80, CONTROL)]
const weak = [...crowd('n', 400, 80), ...crowd('c', 400, 80, CONTROL)]

describe('two campaigns', () => {
  it('side by side: what narrow brings in each, the difference by hand, and that chance assigned nobody', async () => {
    const made = await compared(portsOfTwo(strong, weak), { other: 'autumn' })
    expect(made.kind).toBe('campaigns')
    const { value, low, high } = made.differenceOfDifferences!
    expect(value).toBeCloseTo(0.2, 12)
    // Each half-width is t x sqrt(p q / 399 + p q / 399), t = 1.9630 at 767 and 798 degrees of freedom.
    const half = 1.963 * Math.sqrt((0.24 + 0.16 + 0.16 + 0.16) / 399)
    expect(low).toBeCloseTo(0.2 - half, 4)
    expect(high).toBeCloseTo(0.2 + half, 4)
    expect(made.differenceOfLifts!.value).toBeCloseTo(1, 12)
    expect(made.differenceOfLifts!.low).toBeGreaterThan(0)
    expect(made.text).toMatch(
      /^Narrow brought more clicks a person over broad in the first .*: \+100 points of lift/,
    )
    expect(made.warnings[0]).toMatch(/^Nobody was assigned to one campaign or the other by chance/)
    expect(made.warnings[1]).toMatch(/^The same people may be in both campaigns/)
    const text = comparedText(made)
    expect(text).toContain('Spring (revision 1), against Autumn (revision 1)\nNarrow brought more')
    expect(text).toMatch(/\nlift +\+100 % \(\+60 % to \+156 %\) +\+0 %/)
    const turned = await compareCampaigns(portsOfTwo(weak, strong), 'spring', { other: 'autumn' })
    expect(turned.text).toMatch(/^Narrow brought fewer .*: -100 points/)
    const same = await compareCampaigns(portsOfTwo(weak, weak), 'spring', { other: 'autumn' })
    expect(same.text).toMatch(/^No difference between the two is shown/)
  })

  it('are not subtracted where one cannot be believed or counts something else', async () => {
    const few = [...crowd('n', 60, 3), ...crowd('c', 60, 2, CONTROL)]
    const skewed = [...crowd('n', 600, 160), ...crowd('c', 400, 80, CONTROL)]
    const withGoal = { ...AUTUMN, goal: { ...CAMPAIGN.goal, event: 'conversion' as const } }
    const cases = [
      [portsOfTwo(strong, few), /^No difference, since the second says: Not enough data/],
      [portsOfTwo(skewed, weak), /^No difference, since in the first people did not fall into the arms/],
      [portsOfTwo(strong, weak, withGoal), /^No difference: the goals differ \(clicks and conversions\)/],
    ] as const
    for (const [ports, text] of cases) {
      const made = await compared(ports, { other: 'autumn' })
      expect(made).toMatchObject({ differenceOfDifferences: null, differenceOfLifts: null })
      expect(made.text).toMatch(text)
    }
  })

  it('show every key of either, a hidden one as hidden', async () => {
    const tall = { placement: 'tall' }
    const made = await compared(
      portsOfTwo(
        [...strong, ...crowd('t', 80, 9, tall)],
        [...weak, ...crowd('s', 3, 1, { placement: 'small' })],
      ),
      { other: 'autumn', by: 'placement' },
    )
    expect(made.rows.map(({ key, first, second }) => [key, first?.hidden, second?.hidden])).toEqual([
      ['iab-300x250', false, true],
      ['tall', false, undefined],
      ['small', undefined, true],
    ])
  })

  it('of a known truth and the same people: the interval of the difference of lifts holds it 95 times of 100', async () => {
    const root = createStream('compare two campaigns')
    /** Everybody is in both, with arms drawn anew; half of them click three times as readily as the others. */
    const campaignOf = (name: string, market: number, narrowRate: number) => {
      const stream = root.fork(`${name} ${market}`)
      return Array.from({ length: 1_400 }, (_, at) => {
        const narrow = stream.next() < 0.5
        const rate = (narrow ? narrowRate : 0.2) * (at % 2 === 0 ? 1.5 : 0.5)
        const clicks = stream.next() < rate ? 1 : 0
        return row({ ...(narrow ? {} : CONTROL), person: `p${at}`, clicks })
      })
    }
    // What is drawn anew of the two reports is what their difference is made of.
    const ports = portsOfTwo(campaignOf('spring', 0, 0.3), campaignOf('autumn', 0, 0.25))
    const [spring, autumn] = [await reportCampaign(ports, 'spring'), await reportCampaign(ports, 'autumn')]
    const drawn = (report: Report, rows: readonly CounterRow[]): Report => {
      const expected = { price: HALVES.budget.costPerThousand, plannedPeople: 1_400 }
      return { ...report, comparison: compareArms(assignedArms(rows), report.goal, report.kFloor, expected) }
    }
    const markets = 200
    let held = 0
    for (let market = 0; market < markets; market++) {
      const { differenceOfLifts } = compareReports(
        drawn(spring, campaignOf('spring', market, 0.3)),
        drawn(autumn, campaignOf('autumn', market, 0.25)),
      )
      if (differenceOfLifts!.low <= 0.25 && 0.25 <= differenceOfLifts!.high) held++
    }
    // Three standard errors of 200 markets.
    expect(held / markets).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / markets))
  })
})

describe('two times of a campaign', () => {
  const early = strong.map((each) => ({ ...each, day: '2026-11-02' }))
  const late = weak.map((each) => ({ ...each, day: '2026-11-09' }))
  const ports = portsOfTwo([...early, ...late], [])

  it('are compared as two campaigns are, and days they share are told', async () => {
    const made = await compared(ports, { toDay: '2026-11-05', otherDays: { fromDay: '2026-11-06' } })
    expect(made.kind).toBe('periods')
    expect(made.differenceOfLifts!.value).toBeCloseTo(1, 12)
    expect(made.warnings.join('\n')).toMatch(/one time or the other by chance(.|\n)*keep their arm/)
    expect(made.warnings.join('\n')).not.toContain('share days')
    const sharing = await compared(ports, { toDay: '2026-11-05', otherDays: { fromDay: '2026-11-05' } })
    expect(sharing.warnings.at(-1)).toMatch(/^The two times share days/)
  })

  it('must be two', async () => {
    await expect(compared(ports, {})).rejects.toThrow(
      'it would be compared with itself; name another campaign',
    )
    await expect(compared(ports, { other: 'spring' })).rejects.toThrow('it would be compared with itself')
    await expect(compared(ports, { otherDays: { fromDay: 'x' } })).rejects.toThrow(
      'comparison: from: "x" is not a day',
    )
  })
})
