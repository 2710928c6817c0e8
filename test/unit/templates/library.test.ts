import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { PLACEMENTS } from '../../../data/placements.ts'
import { parseTemplate } from '../../../templates/check-template.ts'
import type { Fonts } from '../../../templates/fonts.ts'
import { layOut, type PixelBox } from '../../../templates/layout.ts'
import { createScene, type Scene } from '../../../templates/scene.ts'
import { sceneSvg } from '../../../templates/svg.ts'
import { bannerRenderer, placement, testFonts } from './banner.ts'
import { expectGoldenPicture, expectGoldenText } from './golden-files.ts'
import { LIBRARY_LOCALES, libraryValues } from './library-copy.ts'
import { decodePng } from './pictures.ts'

const library = fileURLToPath(new URL('../../../templates/library/', import.meta.url))
const TEMPLATES = readdirSync(library).map((name) =>
  parseTemplate(JSON.parse(readFileSync(`${library}${name}/template.json`, 'utf8')), name),
)
/** The sizes that the built-in templates are drawn for. */
const DRAWN = Object.keys(TEMPLATES[0]!.placements!).concat('iab-300x250')

let fonts: Fonts
beforeAll(async () => {
  fonts = await testFonts()
})

function sceneOf(name: string, placementId: string, locale: string): Scene {
  const template = TEMPLATES.find((each) => each.name === name)!
  const values = Object.fromEntries(
    Object.entries(libraryValues(locale)).filter(([slot]) =>
      template.slots.some((each) => each.name === slot && !each.absentIn?.includes(placementId)),
    ),
  )
  return createScene({ template, placement: placement(placementId), values, locale, fonts })
}

const apart = (a: PixelBox, b: PixelBox) =>
  a.left + a.width <= b.left ||
  b.left + b.width <= a.left ||
  a.top + a.height <= b.top ||
  b.top + b.height <= a.top

describe.each(TEMPLATES.map(({ name }) => name))('the built-in template %s', (name) => {
  it('is drawn for eight sizes or more', () => {
    const own = Object.keys(TEMPLATES.find((each) => each.name === name)!.placements!)
    expect(own.filter((id) => PLACEMENTS.has(id)).length).toBeGreaterThanOrEqual(8)
    expect(own.concat('iab-300x250').sort()).toEqual([...DRAWN].sort())
  })

  it.each(LIBRARY_LOCALES)('shows all of its copy in every size in %s', (locale) => {
    for (const id of DRAWN) {
      for (const { layer, outcome, missing } of sceneOf(name, id, locale).texts) {
        expect([id, layer, outcome === 'truncated', missing]).toEqual([id, layer, false, []])
      }
    }
  })

  it.each(LIBRARY_LOCALES)(
    'keeps texts and the logo inside the picture and apart from one another in %s',
    (locale) => {
      const direction = locale === 'ar-EG' ? 'rtl' : 'ltr'
      for (const id of DRAWN) {
        const { widthPx, heightPx } = placement(id)
        const template = TEMPLATES.find((each) => each.name === name)!
        const boxes = layOut(template, placement(id), direction)
          .filter(({ layer }) => layer.kind === 'text' || layer.id === 'logo')
          .map(({ box }) => box)
        for (const [index, box] of boxes.entries()) {
          expect(box.left >= 0 && box.top >= 0, id).toBe(true)
          expect(box.left + box.width <= widthPx && box.top + box.height <= heightPx, id).toBe(true)
          for (const other of boxes.slice(index + 1)) expect(apart(box, other), id).toBe(true)
        }
      }
    },
  )

  it.each(LIBRARY_LOCALES)('looks as it was last looked at in %s', (locale) => {
    for (const id of ['iab-300x250', 'iab-728x90', 'iab-300x600']) {
      expectGoldenText(`${name}/${id}-${locale}.svg`, sceneSvg(sceneOf(name, id, locale)))
    }
  })
})

describe('pixels of the built-in templates as they were last looked at', () => {
  it.each([
    ['statement', 'th-TH'],
    ['price-card', 'ar-EG'],
    ['statement', 'ko-KR'],
  ])('%s in %s', async (name, locale) => {
    const { bytes } = await bannerRenderer(fonts).picture(sceneOf(name, 'iab-300x250', locale), {
      format: 'png',
    })
    await expectGoldenPicture(`${name}/iab-300x250-${locale}.png`, bytes, decodePng)
  })
})
