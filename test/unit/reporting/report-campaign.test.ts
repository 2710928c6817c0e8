import { describe, expect, it } from 'vitest'
import { createDoor } from '../../../core/schema.ts'
import { adUnitId } from '../../../engine/campaign/ad-unit-id.ts'
import type { Ledger } from '../../../engine/campaign/ledger.ts'
import { compareArms } from '../../../engine/reporting/compare-arms.ts'
import { countByPerson } from '../../../engine/reporting/person-counts.ts'
import { type Report, type ReportRow, ReportSchema } from '../../../engine/reporting/report.ts'
import { reportCampaign } from '../../../engine/reporting/report-campaign.ts'
import { reportText } from '../../../engine/reporting/report-text.ts'
import { CAMPAIGN, CONTROL, crowd, portsOf, row } from './traffic.ts'

const door = createDoor('report', ReportSchema)

async function report(...args: Parameters<typeof reportCampaign>): Promise<Report> {
  const made = await reportCampaign(...args)
  // Whatever is reported is what the schema says, also after JSON.
  return door(JSON.parse(JSON.stringify(made)), 'report')
}

function shown(made: Report, key: string): Extract<ReportRow, { hidden: false }> {
  const found = made.rows.find((each) => each.key === key)
  if (!found || found.hidden) throw new Error(`${key} is not shown`)
  return found
}

/** The campaign with so large a share of matched people in broad control. */
const withControl = (broadControlShare: number) => ({ ...CAMPAIGN, broadControlShare })

describe('narrow against broad control', () => {
  const twice = { impressions: 2, decisions: 2 }
  const traffic = [...crowd('n', 200, 60, twice), ...crowd('c', 120, 24, { ...CONTROL, ...twice })]

  it('is compared per person, by hand: 60 of 200 against 24 of 120', async () => {
    const { comparison } = await report(portsOf(traffic, withControl(0.4)), 'spring')
    if (!comparison.enough) throw new Error('there is enough')
    expect(comparison.narrow).toMatchObject({ people: 200, impressions: 400, goalEvents: 60 })
    expect(comparison.broadControl).toMatchObject({ people: 120, impressions: 240, goalEvents: 24 })
    // se^2 = .21/199 + .16/119 = .0023998, 277 degrees of freedom, t = 1.96857
    expect(comparison.difference.value).toBeCloseTo(0.1, 12)
    expect(comparison.difference.low).toBeCloseTo(0.1 - 1.96857 * Math.sqrt(0.21 / 199 + 0.16 / 119), 5)
    expect(comparison.difference.high).toBeCloseTo(0.1 + 1.96857 * Math.sqrt(0.21 / 199 + 0.16 / 119), 5)
    expect(comparison.lift!.value).toBeCloseTo(0.5, 12)
    expect(comparison.text).toContain('Narrow brings more clicks a person than broad: +50 %')
  })

  it('turns round when the arms are swapped', async () => {
    const swapped = traffic.map((each) =>
      each.arm === 'narrow'
        ? { ...each, ...CONTROL }
        : { ...each, arm: 'narrow' as const, segment: 'states/CA' },
    )
    const { comparison: forth } = await report(portsOf(traffic), 'spring')
    const { comparison: back } = await report(portsOf(swapped), 'spring')
    if (!forth.enough || !back.enough) throw new Error('there is enough')
    expect(back.difference.value).toBeCloseTo(-forth.difference.value, 12)
    expect(back.difference.low).toBeCloseTo(-forth.difference.high!, 12)
    expect(back.respondersDifference.low).toBeCloseTo(-forth.respondersDifference.high!, 12)
  })

  it("does not take one person's many impressions for many people", async () => {
    const loud = [
      ...crowd('n', 150, 20),
      row({ person: 'loud', impressions: 5000, decisions: 5000, clicks: 3000 }),
      ...crowd('c', 150, 20, CONTROL),
    ]
    const { comparison } = await report(portsOf(loud, withControl(0.5)), 'spring')
    if (!comparison.enough) throw new Error('there is enough')
    expect(comparison.difference.low).toBeLessThan(0)
    expect(comparison.text).toContain('No difference between narrow and broad is shown')
  })

  it('says how many people are missing instead of a number that means nothing', async () => {
    const few = [...crowd('n', 300, 30), ...crowd('c', 60, 6, CONTROL)]
    const { comparison } = await report(portsOf(few), 'spring')
    expect(comparison).toMatchObject({
      enough: false,
      narrowPeople: '300',
      broadControlPeople: '60',
      narrowNeeds: 0,
    })
    // 14 events to go at (30 + 6) / 361 a person: 140.4
    expect(comparison).toMatchObject({ broadControlNeeds: 141 })
    expect(comparison.text).toContain('about 141 more people in broad control needed')
    expect(comparison.text).not.toContain('narrow')
  })

  it('an arm under the k floor gives nothing away through what is missing', async () => {
    const with12 = await report(portsOf([...crowd('n', 300, 30), ...crowd('c', 12, 3, CONTROL)]), 'spring')
    const with40 = await report(portsOf([...crowd('n', 300, 30), ...crowd('c', 40, 9, CONTROL)]), 'spring')
    expect(with12).toEqual(with40)
    expect(with12.leftOut).toEqual(['broad-control'])
    expect(with12.totals.people).toBe(300)
    expect(with12.comparison).toMatchObject({ broadControlPeople: '<50' })
  })

  it('treats an arm under the k floor as empty, even one nobody left out before', () => {
    const armOf = (rows: ReturnType<typeof crowd>) => countByPerson(rows).people
    const against = (people: number) =>
      compareArms(
        {
          narrow: armOf(crowd('n', 300, 30)),
          broadControl: armOf(crowd('c', people, people / 2)),
          switched: new Set(),
        },
        'click',
        50,
        { price: CAMPAIGN.budget.costPerThousand, plannedPeople: 5000 },
      )
    expect(against(10)).toEqual(against(48))
  })

  it('needs a hundred people an arm, however many events they have', async () => {
    const few = [...crowd('n', 300, 60), ...crowd('c', 99, 60, CONTROL)]
    const { comparison } = await report(portsOf(few), 'spring')
    expect(comparison).toMatchObject({ enough: false, narrowNeeds: 0, broadControlNeeds: 1 })
    const one = row({ ...CONTROL, person: 'one' })
    expect((await report(portsOf([...few, one]), 'spring')).comparison.enough).toBe(true)
  })

  it('leaves people out who were in both arms, and counts them', async () => {
    const both = Array.from({ length: 60 }, (_, at) =>
      row({ ...CONTROL, person: `n${100 + at}`, revision: 2 }),
    )
    const { comparison, assignment, totals } = await report(portsOf([...traffic, ...both]), 'spring')
    if (!comparison.enough) throw new Error('there is enough')
    expect(assignment.switched).toBe(60)
    expect([comparison.narrow.people, comparison.broadControl.people]).toEqual([140, 120])
    expect(totals.people).toBe(320)
  })

  it('few people of one arm beside many who were in both are in no number either', async () => {
    const both = crowd('s', 60, 1).concat(crowd('s', 60, 0, CONTROL))
    const narrow = crowd('n', 200, 60)
    const few = await report(portsOf([...narrow, ...both, ...crowd('c', 5, 1, CONTROL)]), 'spring')
    const more = await report(portsOf([...narrow, ...both, ...crowd('c', 30, 9, CONTROL)]), 'spring')
    expect(few).toEqual(more)
    expect(few).toMatchObject({ leftOut: ['broad-control'], totals: { people: 260 } })
  })

  it('so few of them that they may not be counted are in no number', async () => {
    const both = (people: number) => crowd('s', people, 1).concat(crowd('s', people, 0, CONTROL))
    const few = await report(portsOf([...traffic, ...both(3)]), 'spring')
    const more = await report(portsOf([...traffic, ...both(20)]), 'spring')
    expect(few).toEqual(more)
    expect(few.leftOut).toEqual(['narrow and broad-control'])
    expect(few).toMatchObject({ totals: { people: 320 }, assignment: { switched: 0 } })
  })

  it('finds an assignment that is not what the campaign says, and then warns off', async () => {
    const { assignment, comparison } = await report(portsOf(traffic), 'spring')
    // A tenth of 320 people should be in control; 120 are.
    expect(assignment).toMatchObject({ broadControlShare: 0.1, broken: true })
    expect(comparison.text).toContain('cannot be trusted')
    const { assignment: asTold } = await report(portsOf(traffic, withControl(0.4)), 'spring')
    // (120 - 128)^2 / 128 + (200 - 192)^2 / 192 = 0.8333: p = 0.3613
    expect(asTold.pValue).toBeCloseTo(0.3613, 4)
    expect(asTold.broken).toBe(false)
    // 20^2 / 120 + 20^2 / 180 = 5.556: p = 0.018, which is bad luck once in fifty reports and no proof (GUARD 1d: 0.001).
    const unlucky = portsOf([...crowd('n', 200, 60), ...crowd('c', 100, 24, CONTROL)], withControl(0.4))
    const { assignment: unsure } = await report(unlucky, 'spring')
    expect(unsure.pValue).toBeCloseTo(0.0184, 4)
    expect(unsure.broken).toBe(false)
  })
})

describe('breakdown', () => {
  it('adds up, with rates named by both ends', async () => {
    const traffic = [
      ...crowd('a', 100, 12, { conversions: 0 }),
      ...crowd('b', 80, 8, { segment: 'states/NY', leaf: 'states/NY' }),
      ...crowd('c', 60, 3, CONTROL),
    ]
    const made = await report(portsOf(traffic), 'spring')
    expect(made.totals).toMatchObject({ people: 240, impressions: 240, clicks: 23 })
    expect(made.rows.map(({ key }) => key)).toEqual(['states/CA', 'states/NY', 'broad'])
    const california = shown(made, 'states/CA')
    // One impression a person, so Wilson as it is: 12 of 100.
    expect(california.clicksPerImpression).toMatchObject({ value: 0.12, interval: 'impressions' })
    expect(california.clicksPerImpression!.low).toBeCloseTo(0.07, 3)
    expect(california.clicksPerImpression!.high).toBeCloseTo(0.1981, 3)
    // Twelve events are too few for an interval over people.
    expect(california.goalEventsPerPerson).toEqual({ value: 0.12, low: null, high: null })
    expect(made.lateEvents).toBe(3)
  })

  it('clusters by person where people have several impressions', async () => {
    const traffic = crowd('a', 100, 0).flatMap((each, at) => [
      { ...each, impressions: 10, clicks: at < 20 ? 10 : 0 },
    ])
    const made = await report(portsOf(traffic), 'spring')
    const { clicksPerImpression } = shown(made, 'states/CA')
    expect(clicksPerImpression).toMatchObject({ value: 0.2, interval: 'people' })
    // As wide as 20 of 99 people, not as 200 of 1,000 impressions.
    expect(clicksPerImpression!.high! - clicksPerImpression!.low!).toBeGreaterThan(0.14)
    const twoEach = await report(
      portsOf(traffic.map((each) => ({ ...each, impressions: 2, clicks: 0 }))),
      'spring',
    )
    expect(shown(twoEach, 'states/CA').clicksPerImpression).toMatchObject({ interval: 'people' })
  })

  it('by slot reads the ad unit ids through the ledger', async () => {
    const ledger: Ledger = {
      version: 1,
      campaign: 'spring',
      campaignKey: 7,
      segments: { broad: 1, 'states/CA': 2 },
      locales: { 'en-US': 1 },
      placements: { 'iab-300x250': 1 },
      slots: { headline: 1 },
      assets: { headline: { plain: 1, warm: 2 } },
    }
    const idOf = (headline: string | undefined) =>
      adUnitId(ledger, {
        segment: 'states/CA',
        locale: 'en-US',
        placement: 'iab-300x250',
        choices: { headline },
      })
    const traffic = [
      ...crowd('a', 100, 25, { adUnit: idOf('warm') }),
      ...crowd('b', 90, 9, { adUnit: idOf('plain') }),
      ...crowd('c', 70, 7, { adUnit: idOf(undefined) }),
      ...crowd('h', 60, 0, { arm: 'holdout', segment: 'broad', adUnit: '', impressions: 0 }),
    ]
    const made = await report(portsOf(traffic, CAMPAIGN, [['ledger', 'spring', ledger]]), 'spring', {
      by: 'headline',
    })
    expect(made.rows.map(({ key }) => key)).toEqual(['warm', 'plain', '(none)', '(house ad)'])
    expect(shown(made, 'warm')).toMatchObject({ people: 100, clicks: 25 })
    expect(shown(made, '(house ad)').clicksPerImpression).toBeNull()
  })

  it('counts only the days asked for', async () => {
    const traffic = [...crowd('a', 60, 6), ...crowd('b', 70, 7, { day: '2026-11-03' })]
    const made = await report(portsOf(traffic), 'spring', { by: 'day', fromDay: '2026-11-03' })
    expect(made.rows.map(({ key }) => key)).toEqual(['2026-11-03'])
    expect(made.totals.people).toBe(70)
  })

  it('says what traffic is simulated', async () => {
    const real = crowd('a', 60, 6)
    const made = crowd('b', 60, 6, { simulated: true })
    expect((await report(portsOf(real), 'spring')).simulated).toBe(false)
    expect((await report(portsOf(made), 'spring')).simulated).toBe(true)
    expect((await report(portsOf([...real, ...made]), 'spring')).simulated).toBe('mixed')
    expect((await report(portsOf([]), 'spring')).simulated).toBe(false)
  })

  it('counts decisions without a person in totals and never per person', async () => {
    const traffic = [...crowd('a', 60, 6), row({ person: null, clicks: 1 }), row({ person: null })]
    const made = await report(portsOf(traffic), 'spring')
    expect(made.anonymousDecisions).toBe(2)
    expect(made.totals).toMatchObject({ people: 60, impressions: 62, clicks: 7 })
    expect(shown(made, 'states/CA').goalEventsPerPerson!.value).toBe(0.1)
  })

  it('names what is wrong with a question', async () => {
    await expect(report(portsOf([]), 'autumn')).rejects.toThrow('there is no campaign "autumn"')
    await expect(report(portsOf([]), 'spring', { by: 'colour' })).rejects.toThrow(
      'use segment, placement, day or a slot: headline',
    )
    await expect(report(portsOf([]), 'spring', { fromDay: '1 May' })).rejects.toThrow(
      'write it as YYYY-MM-DD',
    )
    await expect(
      report(portsOf([]), 'spring', { fromDay: '2026-05-02', toDay: '2026-05-01' }),
    ).rejects.toThrow('after it ends')
  })
})

describe('report for people', () => {
  it('says nothing of an assignment where nothing was served', async () => {
    expect(reportText(await report(portsOf([]), 'spring'))).not.toContain('more than one share')
  })

  it('begins with the answer, says what is simulated, and prints no hidden number', async () => {
    const traffic = [
      ...crowd('a', 300, 60, { simulated: true }),
      ...crowd('b', 17, 13, { segment: 'states/NY', simulated: true }),
      ...crowd('d', 90, 29, { segment: 'states/TX', simulated: true }),
      ...crowd('c', 110, 25, { ...CONTROL, simulated: true }),
    ]
    const text = reportText(await report(portsOf(traffic, withControl(0.2)), 'spring'))
    const lines = text.split('\n')
    expect(lines[0]).toContain('Spring')
    expect(lines[1]).toContain('SIMULATED')
    expect(text).toMatch(/states\/NY +<50/)
    expect(text).toMatch(/states\/TX +hidden/)
    const hiddenLines = lines.filter((line) => line.startsWith('states/NY') || line.startsWith('states/TX'))
    expect(hiddenLines.join(' ').replace('<50', '')).not.toMatch(/\d/)
    expect(text).toContain('clicks / impressions')
  })
})
