import fc from 'fast-check'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Fonts } from '../../../templates/fonts.ts'
import { createScene } from '../../../templates/scene.ts'
import { sceneSvg } from '../../../templates/svg.ts'
import type { Template } from '../../../templates/template.ts'
import { testFonts } from './banner.ts'

let fonts: Fonts
beforeAll(async () => {
  fonts = await testFonts()
})

/** Words of five writings and a mixed one; the last has characters that no font of the package has, too. */
const WRITINGS = {
  'en-US': ['Jog', 'Ångström', 'summer', 'by', '(quay)', '20%', 'a', 'Qj|', 'until', 'Łódź', 'f'],
  'th-TH': ['สุดสัปดาห์', 'ที่เชียงใหม่', 'ลด', '20%', 'กุฏิ', 'ปู่ญู', 'น้ำ', 'จองวันนี้เท่านั้น', 'Polyad'],
  'ko-KR': ['주말', '여행,', '지금', '예약하면', '20%', '할인!', '(선착순)', '뷁', 'Polyad'],
  'ar-EG': ['عطلة', 'الأسبوع', '(خصم', '٢٠٪)', 'مع', 'Polyad', '15', 'السَّلامُ', 'في', 'رحلتك،', 'لآ'],
  'ja-JP': ['週末', '旅行', 'セール', 'は', '今日まで。', '20%', '주말'],
} as const
type Locale = keyof typeof WRITINGS

const cases = fc.constantFrom(...(Object.keys(WRITINGS) as Locale[])).chain((locale) =>
  fc.record({
    locale: fc.constant(locale),
    text: fc
      .array(fc.constantFrom(...WRITINGS[locale]), { minLength: 1, maxLength: 9 })
      .map((words) => words.join(' ')),
    width: fc.integer({ min: 30, max: 320 }),
    height: fc.integer({ min: 10, max: 160 }),
    maxFontPx: fc.integer({ min: 12, max: 60 }),
    minFontPx: fc.integer({ min: 6, max: 12 }),
    maxLines: fc.integer({ min: 1, max: 5 }),
    lineHeight: fc.constantFrom(0.8, 1, 1.2, 1.5),
    weight: fc.constantFrom(400 as const, 700 as const),
    align: fc.constantFrom('start' as const, 'middle' as const, 'end' as const),
    verticalAlign: fc.constantFrom('top' as const, 'middle' as const, 'bottom' as const),
    avoidOrphans: fc.boolean(),
  }),
)

/** Around the box, so that what leaves it is seen. */
const MARGIN = 60

describe('text in five writings', () => {
  it('never leaves its box, neither as measured nor as drawn', async () => {
    const outcomes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(cases, async ({ locale, text, width, height, ...type }) => {
        const box = { left: MARGIN, top: MARGIN, width, height }
        const template: Template = {
          name: 'text',
          slots: [{ name: 'text', kind: 'text' }],
          layers: [{ id: 'text', kind: 'text', slot: 'text', colour: '#000000', box, ...type }],
        }
        const size = { widthPx: width + 2 * MARGIN, heightPx: height + 2 * MARGIN }
        const placement = { id: 'any', title: 'any', maxBytes: undefined, ...size }
        const values = { text: { kind: 'text', text } } as const
        const scene = createScene({ template, placement, values, locale, fonts })
        outcomes.add(scene.texts[0]!.outcome)

        for (const layer of scene.layers) {
          for (const line of layer.kind === 'text' ? layer.lines : []) {
            expect(line.leftPx).toBeGreaterThanOrEqual(box.left - 0.01)
            expect(line.leftPx + line.widthPx).toBeLessThanOrEqual(box.left + width + 0.01)
          }
        }
        expect(await strongInkOutside(sceneSvg(scene), size.widthPx, box)).toEqual([])
      }),
      { numRuns: 150 },
    )
    expect([...outcomes].sort()).toEqual(['fits', 'shrunk', 'truncated'])
  }, 30_000)
})

/** Pixels more than one outside of a box that are painted by more than a tenth. */
async function strongInkOutside(
  svg: string,
  widthPx: number,
  box: { left: number; top: number; width: number; height: number },
): Promise<string[]> {
  const rgba = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer()
  const outside: string[] = []
  for (let at = 3; at < rgba.length; at += 4) {
    if (rgba[at]! < 26) continue
    const [x, y] = [((at - 3) / 4) % widthPx, Math.floor((at - 3) / 4 / widthPx)]
    const isNear =
      x >= box.left - 1 && x <= box.left + box.width && y >= box.top - 1 && y <= box.top + box.height
    if (!isNear) outside.push(`${x},${y}`)
  }
  return outside
}
