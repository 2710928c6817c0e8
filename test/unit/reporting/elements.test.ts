import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { adUnitId } from '../../../engine/campaign/ad-unit-id.ts'
import type { Ledger } from '../../../engine/campaign/ledger.ts'
import type { CounterRow } from '../../../engine/ports/counters.ts'
import { elementReport } from '../../../engine/reporting/elements.ts'
import type { ElementOption, Report } from '../../../engine/reporting/report.ts'
import { reportCampaign } from '../../../engine/reporting/report-campaign.ts'
import { reportText } from '../../../engine/reporting/report-text.ts'
import { CAMPAIGN, crowd, portsOf, row } from './traffic.ts'

const LEDGER: Ledger = {
  version: 1,
  campaign: 'spring',
  campaignKey: 7,
  segments: { broad: 1, 'states/CA': 2 },
  locales: { 'en-US': 1 },
  placements: { rich: 1, poor: 2 },
  slots: { headline: 1, picture: 2 },
  assets: { headline: { plain: 1, warm: 2, rare: 3, tiny: 4, other: 5 }, picture: { sea: 1, hill: 2 } },
}

const TWO_SLOTS = {
  ...CAMPAIGN,
  slots: [...CAMPAIGN.slots, { slot: 'picture', default: 'sea', assets: [{ id: 'sea' }, { id: 'hill' }] }],
}

function idOf(headline: string, picture: string, placement = 'rich'): string {
  return adUnitId(LEDGER, {
    segment: 'states/CA',
    locale: 'en-US',
    placement,
    choices: { headline, picture },
  })
}

async function elementsOf(rows: readonly CounterRow[]): Promise<Report> {
  return reportCampaign(portsOf(rows, TWO_SLOTS, [['ledger', 'spring', LEDGER]]), 'spring')
}

type Told = Extract<ElementOption, { hidden: false }>

function told({ elements }: Report, slot: string, option: string): Told {
  const found = elements.slots
    .find((each) => each.slot === slot)
    ?.options.find((each) => each.option === option)
  if (!found || found.hidden) throw new Error(`${option} is not told`)
  return found
}

/** Warm is shown where people click; hill is what they click on. */
function traffic(): CounterRow[] {
  const { next } = createStream('elements 1')
  return Array.from({ length: 12_000 }, (_, at) => {
    const placement = next() < 0.5 ? 'rich' : 'poor'
    const headline = next() < (placement === 'rich' ? 0.8 : 0.2) ? 'warm' : 'plain'
    const picture = next() < 0.5 ? 'hill' : 'sea'
    const rate = (placement === 'rich' ? 0.2 : 0.05) * (picture === 'hill' ? 1.4 : 1)
    const adUnit = idOf(headline, picture, placement)
    return row({ person: `p${at}`, placement, adUnit, clicks: next() < rate ? 1 : 0 })
  })
}

describe('elements', () => {
  it('find the slot that matters and do not blame the one that was shown in a good placement', async () => {
    const report = await elementsOf(traffic())
    const [warm, plain] = [told(report, 'headline', 'warm'), told(report, 'headline', 'plain')]
    expect(warm.rawRate!).toBeGreaterThan(1.8 * plain.rawRate!)
    expect(warm).toMatchObject({ verdict: 'unclear', text: 'no difference is shown' })
    expect(Math.abs(warm.relativeEffect!.value)).toBeLessThan(0.08)
    const [hill, sea] = [told(report, 'picture', 'hill'), told(report, 'picture', 'sea')]
    expect(hill.verdict).toBe('better')
    expect(sea.verdict).toBe('worse')
    // 1.4 beside 1 is +1/6 of their mean.
    expect(hill.relativeEffect!.low).toBeLessThan(1 / 6)
    expect(hill.relativeEffect!.high).toBeGreaterThan(1 / 6)
    expect(hill.shareShown + sea.shareShown).toBeCloseTo(1, 12)
    expect(report.elements.slots[1]!.text).toBe('Better: hill. Worse: sea.')
    const text = reportText(report)
    expect(text).toContain('headline: No option is shown to do better than another.')
    expect(text).toMatch(/hill .* \+1\d\.\d % \(\+\d.* better than the slot's average/)
  })

  const base = [
    ...crowd('w', 300, 90, { adUnit: idOf('warm', 'sea') }),
    ...crowd('p', 300, 60, { adUnit: idOf('plain', 'sea') }),
  ]

  it('say what is missing of an option with too little, by hand', async () => {
    const report = await elementsOf([...base, ...crowd('r', 80, 10, { adUnit: idOf('rare', 'sea') })])
    // 160 clicks of 681 people: 10 more clicks take 43 more people, and it has 20 too few.
    expect(told(report, 'headline', 'rare')).toMatchObject({
      effect: null,
      needs: 43,
      text: 'not enough data: about 43 more people needed',
    })
    expect(told(report, 'headline', 'warm').effect).not.toBeNull()
    expect(told(report, 'picture', 'sea')).toMatchObject({ effect: null, text: 'nothing to compare it with' })
  })

  it('tell nothing of hidden options: shared out in another way they change nothing', async () => {
    /** People come in another order then, so sums differ in their last digits. */
    const rounded = (elements: Report['elements']): Report['elements'] =>
      JSON.parse(JSON.stringify(elements), (_, value) =>
        typeof value === 'number' ? Number(value.toPrecision(9)) : value,
      )
    const withHidden = async (tiny: number, clickers: number) =>
      rounded(
        (
          await elementsOf([
            ...base,
            ...crowd('t', tiny, clickers, { adUnit: idOf('tiny', 'sea') }),
            ...crowd('o', 90 - tiny, 12 - clickers, { adUnit: idOf('other', 'sea') }),
          ])
        ).elements,
      )
    const some = await withHidden(12, 5)
    expect(some.slots[0]!.options.filter(({ hidden }) => hidden)).toEqual([
      { option: 'other', hidden: true, people: 'hidden' },
      { option: 'tiny', hidden: true, people: '<50' },
    ])
    expect(await withHidden(31, 1)).toEqual(some)
  })

  it('are not surer because one person sees many', async () => {
    const often = base.map((each) => ({ ...each, impressions: 10, clicks: each.clicks * 10 }))
    const [once, many] = [await elementsOf(base), await elementsOf(often)]
    const width = (report: Report) => {
      const { relativeEffect } = told(report, 'headline', 'warm')
      return relativeEffect!.high! - relativeEffect!.low!
    }
    expect(width(many)).toBeCloseTo(width(once), 6)
    expect(many.elements.designEffect! / once.elements.designEffect!).toBeCloseTo(10, 6)
  })

  it('leave out the holdout, and ad units that the ledger cannot read', async () => {
    const house = crowd('h', 100, 0, { arm: 'holdout', segment: 'broad', adUnit: '', impressions: 0 })
    const [plain, beside] = [await elementsOf(base), await elementsOf([...base, ...house])]
    expect(beside.elements).toEqual(plain.elements)
    const strange = await elementsOf([...base, ...crowd('s', 60, 10, { adUnit: 'x' })])
    expect(told(strange, 'headline', 'warm')).toMatchObject({ people: 300, goalEvents: 90 })
  })

  it('call hardly any better or worse where all are alike, however many there are', () => {
    const slots = Array.from({ length: 6 }, (_, at) => ({
      slot: `slot ${at}`,
      keyOf: ({ adUnit }: CounterRow) => adUnit.split(' ')[at]!,
    }))
    const reports = 60
    let [wrong, wrongAlone] = [0, 0]
    for (let report = 0; report < reports; report++) {
      const stream = createStream(`alike ${report}`)
      const rows = Array.from({ length: 1500 }, (_, at) => {
        const adUnit = slots.map(() => `o${stream.integer(4)}`).join(' ')
        return row({ person: `p${at}`, adUnit, clicks: stream.next() < 0.2 ? 1 : 0 })
      })
      const { slots: made } = elementReport(rows, { goal: 'click', kFloor: 50, slots })
      const options = made.flatMap((each) =>
        each.options.flatMap((option) => (option.hidden ? [] : [option])),
      )
      expect(options).toHaveLength(24)
      if (options.some(({ verdict }) => verdict !== 'unclear')) wrong++
      if (options.some(({ effect }) => effect!.low! > 0 || effect!.high! < 0)) wrongAlone++
      for (const { pValue, qValue } of options) expect(qValue!).toBeGreaterThanOrEqual(pValue!)
    }
    // With no difference anywhere, reports with any verdict at all are the false ones: 5 %, and three standard errors.
    expect(wrong / reports).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / reports))
    expect(wrongAlone).toBeGreaterThan(3 * wrong)
  })

  it('are silent where nothing was served', async () => {
    const { elements } = await elementsOf([])
    expect(elements).toMatchObject({ designEffect: null, text: 'No option can be told from another yet.' })
    expect((await reportCampaign(portsOf(base), 'spring')).elements.slots).toEqual([])
  })
})
