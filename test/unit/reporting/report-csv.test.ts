import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { adUnitId } from '../../../engine/campaign/ad-unit-id.ts'
import type { Ledger } from '../../../engine/campaign/ledger.ts'
import type { Report } from '../../../engine/reporting/report.ts'
import { reportCampaign } from '../../../engine/reporting/report-campaign.ts'
import { type CsvTable, reportCsv } from '../../../engine/reporting/report-csv.ts'
import { CAMPAIGN, CONTROL, crowd, portsOf } from './traffic.ts'

const LEDGER: Ledger = {
  version: 1,
  campaign: 'spring',
  campaignKey: 7,
  segments: { broad: 1, 'states/CA': 2 },
  locales: { 'en-US': 1 },
  placements: { 'iab-300x250': 1 },
  slots: { headline: 1 },
  assets: { headline: { plain: 1, warm: 2, '=tiny': 3 } },
}

const showing = (headline: string) => ({
  adUnit: adUnitId(LEDGER, {
    segment: 'states/CA',
    locale: 'en-US',
    placement: 'iab-300x250',
    choices: { headline },
  }),
})

async function report(): Promise<Report> {
  const rows = [
    ...crowd('w', 300, 90, showing('warm')),
    ...crowd('p', 300, 60, showing('plain')),
    ...crowd('t', 20, 2, showing('=tiny')),
    ...crowd('c', 600, 80, { ...CONTROL, ...showing('plain') }),
    ...crowd('s', 70, 2, { leaf: 'states/WY' }),
  ]
  return reportCampaign(
    portsOf(rows, { ...CAMPAIGN, broadControlShare: 0.5 }, [['ledger', 'spring', LEDGER]]),
    'spring',
    {
      fromDay: '2026-11-01',
    },
  )
}

type Row = Readonly<Record<string, string>>

const rowsOf = (made: Report, table?: CsvTable): Row[] =>
  parse(reportCsv(made, table), { columns: true, relax_column_count: false })

const text = (value: unknown) => (value === null || value === undefined ? '' : String(value))

describe('a report as CSV', () => {
  it('is its breakdown unless another table is asked for, each with the campaign and its days', async () => {
    const made = await report()
    expect(reportCsv(made)).toBe(reportCsv(made, 'breakdown'))
    expect(rowsOf(made).map(({ key, people }) => [key, people])).toEqual(
      made.rows.map(({ key, people }) => [key, text(people)]),
    )
    for (const table of ['breakdown', 'leaves', 'elements'] as const) {
      for (const row of rowsOf(made, table))
        expect(row).toMatchObject({ campaign: 'spring', from: '2026-11-01', to: '' })
    }
  })

  it('has every leaf with all its numbers; one with too little has empty cells', async () => {
    const made = await report()
    const rows = rowsOf(made, 'leaves')
    expect(rows).toHaveLength(2)
    for (const [at, { leaf, compared, ...told }] of made.leaves.rows.entries()) {
      expect(rows[at]).toMatchObject({
        leaf,
        narrow_people: told.narrowPeople,
        broad_control_people: told.broadControlPeople,
        narrow_goal_events_per_person: text(compared?.narrow.value),
        broad_control_goal_events_per_person_high: text(compared?.broadControl.high),
        difference: text(compared?.difference.value),
        lift_low: text(compared?.lift?.low),
        p: text(compared?.pValue),
        q: text(compared?.qValue),
        every_look_low: text(compared?.sequence.low),
        responders_share_shrunk_high: text(told.respondersShrunk?.high),
        assignment_q: text(told.assignment?.qValue),
        more_people_needed: text(told.needs),
        verdict: told.verdict,
        text: told.text,
      })
    }
    expect(rows.map(({ verdict }) => verdict)).toEqual(['wins', 'not-enough'])
    expect(rows[1]!['broad_control_people']).toMatch(/^(<50|hidden)$/)
  })

  it('has every option of every slot; a hidden one its name alone, and no text that a sheet would run', async () => {
    const made = await report()
    const rows = rowsOf(made, 'elements')
    const options = made.elements.slots.flatMap((slot) => slot.options)
    expect(rows).toHaveLength(options.length)
    for (const [at, option] of options.entries()) {
      const row = rows[at]!
      expect(row).toMatchObject({
        slot: 'headline',
        hidden: String(option.hidden),
        people: text(option.people),
      })
      if (option.hidden) {
        expect(Object.values(row).filter((cell) => cell !== '')).toHaveLength(6)
        continue
      }
      expect(row).toMatchObject({
        option: option.option,
        impressions: text(option.impressions),
        goal_events: text(option.goalEvents),
        goal_events_per_impression: text(option.rawRate),
        effect_low: text(option.effect?.low),
        relative_effect: text(option.relativeEffect?.value),
        p: text(option.pValue),
        q: text(option.qValue),
        verdict: option.verdict,
      })
    }
    expect(rows.map(({ option }) => option)).toContain("'=tiny")
    expect(options.filter(({ hidden }) => hidden).length).toBeGreaterThan(0)
    expect(options.some((option) => !option.hidden && option.qValue !== null)).toBe(true)
  })
})
