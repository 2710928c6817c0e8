import { describe, expect, it } from 'vitest'
import { PLACEMENTS } from '../../../data/placements.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { createCopyTable } from '../../../engine/generate/copy-table.ts'
import { takeTexts } from '../../../engine/generate/take-texts.ts'
import { checkCopy } from '../../../engine/guard/copy-fit.ts'
import { usedTexts } from '../../../engine/guard/used-texts.ts'
import { createAvailability } from '../../../engine/space/availability.ts'
import { segmentOf, smallPlan } from '../space/small-plan.ts'
import { testFonts } from '../templates/banner.ts'

const fonts = await testFonts()

function planOf(texts: readonly (string | string[])[], placements: readonly string[]): Plan {
  const plan = smallPlan({
    segments: [segmentOf('broad'), segmentOf('ca', 'CA')],
    placements: placements.map((id) => PLACEMENTS.get(id)!),
    slots: [
      {
        slot: 'headline',
        default: 'a0',
        assets: texts.map((text, at) => ({ id: `a${at}`, text: { en: text } })),
      },
    ],
  })
  const head = {
    id: 'head',
    kind: 'text',
    slot: 'headline',
    box: { left: 10, top: 5, right: 10, height: 40 },
    colour: '#000000',
    maxFontPx: 30,
    minFontPx: 12,
    maxLines: 1,
  } as const
  const whole = { ...plan, template: { ...plan.template, layers: [head] } }
  const takenTexts = takeTexts(whole, fonts)
  return takenTexts ? { ...whole, takenTexts } : whole
}

function check(plan: Plan, options = {}) {
  const copy = createCopyTable(plan)
  return checkCopy(plan, copy, usedTexts(plan, copy, createAvailability(plan, copy)), fonts, options)
}

const MIDDLING = 'A headline that has to be smaller'
const CUT = 'A headline that is far too long for a strip of so few pixels, whatever its size'

describe('how copy comes out', () => {
  it('counts each text and placement once, under the worst that happened', () => {
    const { checked, fit, misfitCount } = check(
      planOf(['Short', MIDDLING, CUT, 'Air \u{12000}'], ['iab-320x50', 'iab-970x90']),
    )
    expect(checked).toBe(8)
    expect(fit).toEqual({
      fits: 3,
      shrunk: 2,
      truncated: 1,
      missingGlyphs: 2,
      overLimit: 0,
      shrunkTo: [
        { fontPx: expect.any(Number), texts: 1 },
        { fontPx: expect.any(Number), texts: 1 },
      ],
    })
    expect(fit!.shrunkTo[0]!.fontPx).toBeGreaterThanOrEqual(12)
    expect(fit!.shrunkTo[0]!.fontPx).toBeLessThan(30)
    expect(misfitCount).toBe(3)
  })

  it('says what would mend the worst', () => {
    const { misfits } = check(planOf([CUT], ['iab-320x50']))
    expect(misfits).toHaveLength(1)
    const [, fitting] = /^about (\d+) characters fit/.exec(misfits[0]!.mend!)!
    expect(misfits[0]!.mend).toContain('make the text a list with a shorter one')
    expect(misfits[0]!.mend).toContain('placements/iab-320x50/head')
    // What it says fits does.
    const shorter = CUT.slice(0, Number(fitting)).trimEnd()
    expect(check(planOf([shorter], ['iab-320x50'])).misfits).toEqual([])
    const listed = check(planOf([[CUT, shorter]], ['iab-320x50', 'iab-970x90']))
    expect(listed.fit).toMatchObject({ truncated: 0 })
    expect(listed.checked).toBe(2)
  })

  it('counts in the unit of the platform, where the ad is copy alone', () => {
    const korean = '주말에는 가족과 함께 바다로 떠나요'
    const { misfits, fit } = check(planOf([korean, 'Weekends by the sea'], ['google-search', 'chatgpt']))
    expect(fit).toMatchObject({ fits: 3, overLimit: 1 })
    expect(misfits).toMatchObject([
      {
        placement: 'google-search',
        problem: "is 4 columns over the platform's limit of its Headline of 30",
      },
    ])
  })

  it('leaves the shortest out where there are too many, and tells how far it is', () => {
    const texts = Array.from({ length: 1500 }, (_, at) => `Text ${at}`)
    const told: number[] = []
    const found = check(planOf(texts, ['chatgpt', 'whatsapp']), {
      maxTexts: 2500,
      onProgress: (done: number, total: number) => told.push(done, total),
    })
    expect(found).toMatchObject({ checked: 2500, skipped: 500 })
    expect(told).toEqual([1000, 2500, 2000, 2500])
  })
})
