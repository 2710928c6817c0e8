import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import type { CounterRow } from '../../../engine/ports/counters.ts'
import { reportCampaign } from '../../../engine/reporting/report-campaign.ts'
import { CAMPAIGN, CONTROL, portsOf, row } from './traffic.ts'

const dayOf = (day: number) => `2026-11-${String(day).padStart(2, '0')}`

/** So many new people a day in each arm, with a rate of clicks each. */
function daily(seed: string, days: number, people: number, rates: readonly [number, number]): CounterRow[] {
  const { next } = createStream(seed)
  return Array.from({ length: days }, (_, day) =>
    Array.from({ length: 2 * people }, (_, at) => {
      const part = { day: dayOf(day + 1), person: `${day} ${at}`, clicks: next() < rates[at % 2]! ? 1 : 0 }
      return row(at % 2 === 0 ? part : { ...part, ...CONTROL })
    }),
  ).flat()
}

const looksOf = async (rows: readonly CounterRow[], kFloor = 50) => {
  const campaign = { ...CAMPAIGN, kFloor, broadControlShare: 0.5 }
  return reportCampaign(portsOf(rows, campaign), 'spring', { by: 'day' })
}

describe('looks day by day', () => {
  it('begin when both arms have enough, and end with what the comparison says', async () => {
    const { looks, comparison } = await looksOf(daily('end', 12, 60, [0.3, 0.2]))
    if (!comparison.enough) throw new Error('there is enough')
    // 20 clicks at 12 a day in broad control: the second day.
    expect(looks[0]!.day).toBe('2026-11-02')
    expect(looks).toHaveLength(11)
    expect(looks.at(-1)).toEqual({
      day: '2026-11-12',
      narrow: comparison.narrow.goalEventsPerPerson.value,
      broadControl: comparison.broadControl.goalEventsPerPerson.value,
      difference: comparison.difference,
      sequence: comparison.sequence,
    })
  })

  it('a person who comes back is one person', async () => {
    const rows = daily('back', 4, 120, [0.3, 0.2])
    const again = rows
      .filter(({ day }) => day === dayOf(4))
      .map((each) => ({ ...each, day: dayOf(5), clicks: 0 }))
    const { looks, comparison } = await looksOf([...rows, ...again])
    if (!comparison.enough) throw new Error('there is enough')
    expect(comparison.narrow.people).toBe(480)
    expect(looks.at(-1)!.narrow).toBe(comparison.narrow.goalEventsPerPerson.value)
    expect(looks.at(-1)!.narrow).toBeCloseTo(looks.at(-2)!.narrow, 12)
  })

  it('keep their word over all days of a report together, where the fixed interval does not', async () => {
    const runs = 40
    const missed = { fixed: 0, sequence: 0 }
    for (let run = 0; run < runs; run++) {
      const { looks } = await looksOf(daily(`null ${run}`, 20, 50, [0.3, 0.3]))
      expect(looks.length).toBeGreaterThan(15)
      if (looks.some(({ difference: { low, high } }) => low! > 0 || high! < 0)) missed.fixed++
      if (looks.some(({ sequence: { low, high } }) => low > 0 || high < 0)) missed.sequence++
    }
    expect(missed.sequence / runs).toBeLessThanOrEqual(0.05)
    expect(missed.fixed / runs).toBeGreaterThan(0.12)
  })

  it('never differ by a day that is too small, neither alone nor beside the days that are shown', async () => {
    const K = 4
    const sizes = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 3, maxLength: 9 })
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (narrow, control) => {
        const people = (counts: readonly number[], part: Partial<CounterRow>) =>
          counts.flatMap((count, day) =>
            Array.from({ length: count }, (_, at) =>
              row({ ...part, day: dayOf(day + 1), person: `${part.arm} ${day} ${at}`, clicks: at % 2 }),
            ),
          )
        const rows = [...people(narrow, { arm: 'narrow' }), ...people(control, CONTROL)]
        const report = await looksOf(rows, K)
        const hidden = report.rows.filter((each) => each.hidden).map(({ key }) => key)
        const sizeOf = (counts: readonly number[], days: readonly string[]) =>
          days.reduce((sum, day) => sum + (counts[Number(day.slice(-2)) - 1] ?? 0), 0)
        const days = [...new Set(rows.map(({ day }) => day))].sort()
        let before = ''
        for (const { day } of report.looks) {
          const block = days.filter((each) => each > before && each <= day)
          before = day
          for (const counts of [narrow, control]) expect(sizeOf(counts, block)).toBeGreaterThanOrEqual(K)
          const small = block.filter((each) => hidden.includes(each))
          if (small.length === 0) continue
          expect(small.length).toBeGreaterThan(1)
          expect(sizeOf(narrow, small) + sizeOf(control, small)).toBeGreaterThanOrEqual(K)
        }
        // Nothing is left after the last look but what makes a look of its own impossible: it is in it.
        if (report.looks.length > 0) expect(before).toBe(days.at(-1))
      }),
      { numRuns: 60 },
    )
  })
})
